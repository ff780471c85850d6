"""Reading the print on the photo of a search: the switch, the words, the boxes, and what is missing."""

from __future__ import annotations

import io
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from product_matching.app.find.export import matches_csv
from product_matching.app.find.print_words import with_boxes
from product_matching.encoders import print_reader
from product_matching.encoders.print_cache import PrintCache
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.find_print import add_print
from product_matching.workflows.read_prints import read_bundle
from tests.pages.cards import result_rows, said_on_cards
from tests.pages.conftest import finish_jobs
from tests.print_stand_in import StandInReader, print_of

FIND = "pages/find.py"
Open = Callable[..., AppTest]
SWITCH = "find_read_print_on"


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info, app.code)
    texts = [str(element.value) for kind in kinds for element in kind]
    return re.sub(r"\\(?=\W)", "", "\n".join([*texts, said_on_cards(app)]))


def switches(app: AppTest) -> list[str]:
    return [str(toggle.key) for toggle in app.toggle]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> StandInReader:
    reader = StandInReader(("KYOKAN sprayer", "2 liter BARU"))
    monkeypatch.setattr(print_reader, "RapidPrintReader", lambda: reader)
    monkeypatch.setattr("product_matching.app.find.print_words.why_no_reader", lambda: "")
    return reader


def test_the_switch_reads_the_photo_and_stands_in_the_address(open_app: Open, reader: StandInReader) -> None:
    app = open_app(FIND, bundle="demo", sample="q3", photo="0.9")
    assert reader.calls == 0
    app.toggle(key=SWITCH).set_value(True).run()
    assert app.query_params["read"] == "1"
    assert reader.calls == 1
    told = shown(app)
    assert ":green-badge[:material/check: kyokan]" in told
    assert "In no title of this catalogue: baru" in told
    assert "✓ print: kyokan sprayer 2l" in told
    assert "read in" in told
    app.toggle(key=SWITCH).set_value(False).run()
    assert "read" not in app.query_params
    assert "kyokan sprayer" not in shown(app)


def test_where_print_was_read_the_page_says_so_everywhere(
    open_app: Open,
    bundles: Path,
    reader: StandInReader,
    models_with_pairs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    app = finish_jobs(open_app(FIND, bundle="demo", sample="q3", read="1", sure="1"))
    posting_id = open_bundle(bundles / "demo").listings["posting_id"].iloc[result_rows(app)[0]]
    app.query_params["pair"] = posting_id
    app.run()
    told = shown(app)
    assert told.lower().count("compared by photo and its print") == 2  # above the cards, and side by side
    assert "compared by photo alone" not in told
    assert "photo alone, without print, on validation" in told


def test_words_in_the_title_of_a_match_are_marked(open_app: Open, reader: StandInReader) -> None:
    app = open_app(FIND, bundle="demo", sample="q3", read="1", photo="0.999")
    assert "**Sprayer** Pompa **Kyokan 2 Liter**" in shown(app)
    assert ":green-badge[:material/check: kyokan]" in shown(app)
    app = open_app(FIND, bundle="demo", sample="q3", read="1", photo="0.001")
    assert ":gray-badge[kyokan]" in shown(app)


def test_moving_a_slider_does_not_read_again(open_app: Open, reader: StandInReader) -> None:
    app = open_app(FIND, bundle="demo", sample="q3", read="1")
    app.slider(key="find_photo_threshold").set_value(0.9).run()
    app.text_input(key="find_title").set_value("tepung terigu").run()
    assert reader.calls == 1
    assert "**Sprayer**" in shown(app)


def test_an_uploaded_photo_is_read(
    open_app: Open, reader: StandInReader, small_catalogue: Path, encode_photo: Callable[..., bytes]
) -> None:
    app = open_app(FIND, bundle="demo", read="1")
    assert SWITCH not in switches(app)  # nothing to read yet
    data = (small_catalogue / "images" / "2b.jpg").read_bytes()
    app.file_uploader[0].set_value(("photo.jpg", data, "image/jpeg")).run()
    assert reader.calls == 1
    assert ":green-badge[:material/check: kyokan]" in shown(app)
    [boxes] = [image.proto for image in app.get("image") if "box around each line" in str(image.proto)]
    assert "KYOKAN sprayer, 2 liter BARU" in boxes.imgs[0].alt


def test_the_export_has_the_words_that_each_match_holds(bundles: Path) -> None:
    finder = Finder(open_bundle(bundles / "demo"))
    query = add_print(finder, finder.sample_query("q3"), print_of("KYOKAN sprayer", "2 liter BARU"))
    table = pd.read_csv(io.BytesIO(matches_csv(finder, query, Thresholds(photo=0.99))), dtype=str)
    words = table.set_index("posting_id")["print_words"]
    assert words["2a"] == "kyokan sprayer 2l"
    assert words.drop(["2a", "2b", "2c"]).isna().all()
    assert float(table.set_index("posting_id")["print_distance"]["2a"]) < 0.5
    plain = pd.read_csv(io.BytesIO(matches_csv(finder, finder.sample_query("q3"), Thresholds(photo=0.99))))
    assert "print_words" not in plain


def test_a_photo_without_print_says_so(open_app: Open, monkeypatch: pytest.MonkeyPatch, reader: StandInReader) -> None:
    monkeypatch.setattr(print_reader, "RapidPrintReader", lambda: StandInReader(()))
    app = open_app(FIND, bundle="demo", sample="q3", read="1")
    assert "No print was read on this photo." in shown(app)
    assert not app.error


def test_without_the_extra_the_switch_says_how_to_get_it(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    app = open_app(FIND, bundle="demo", sample="q3", read="1")
    assert app.toggle(key=SWITCH).disabled
    assert not app.toggle(key=SWITCH).value
    assert "Words on photos need the extra ocr: pip install -e '.[ocr]'." in shown(app)
    assert not app.error


def test_print_that_the_bundle_keeps_needs_no_extra(
    open_app: Open, bundles: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(bundles, tmp_path / "bundles")
    reader = StandInReader(("KYOKAN sprayer",))
    read_bundle(tmp_path / "bundles" / "demo", [reader], cache=PrintCache(reader, tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    app = open_app()
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path / "bundles"))
    for query in ({"sample": "q3"}, {"listing": "2a"}):
        app = open_app_again(app, FIND, bundle="demo", read="1", **query)
        assert not app.toggle(key=SWITCH).disabled
        assert "kyokan" in shown(app)


def open_app_again(app: AppTest, page: str, **params: str) -> AppTest:
    app.query_params.clear()
    app.query_params.update(params)
    app.switch_page(page)
    return app.run()


@pytest.mark.parametrize("params", [{"bundle": "demo", "q": "sprayer"}, {"bundle": "photos", "listing": "2a"}])
def test_without_photo_or_titles_there_is_no_switch(open_app: Open, params: dict[str, str]) -> None:
    app = open_app(FIND, read="1", **params)
    assert SWITCH not in switches(app)
    assert not app.error


def test_boxes_are_drawn_where_the_lines_are(encode_photo: Callable[..., bytes]) -> None:
    picture = encode_photo(Image.new("RGB", (128, 64), "white"), "JPEG")
    printed = print_of("one", "two", size=(256, 128))
    drawn = np.asarray(Image.open(io.BytesIO(with_boxes(picture, printed, frozenset({1})))).convert("RGB")).astype(int)
    assert drawn.shape == (256, 512, 3)
    green = (drawn[..., 1] - drawn[..., 0] > 60).nonzero()
    assert (green[0].min(), green[1].min()) == pytest.approx((48, 8), abs=4)
    assert (green[0].max(), green[1].max()) == pytest.approx((80, 120), abs=4)
    np.testing.assert_allclose(drawn[8, 20:100], 130, atol=12)  # the other line, in grey
