"""The rules on the find page, and the explanation of every pair."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.address import PHOTO_BITS
from product_matching.app.find.export import matches_csv
from product_matching.app.find.outcome import decide
from product_matching.matching.candidates import Candidates, vetoed
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import SAME_PHOTO_BITS, Finder
from tests.pages.cards import result_rows, said_on_cards

FIND = "pages/find.py"
Open = Callable[..., AppTest]
NAN = float("nan")
CANDIDATES = Candidates(
    rows=np.arange(5),
    photo=np.array([0.1, 0.5, 0.5, NAN, 0.6]),
    title=np.array([0.1, 0.1, 0.5, 0.4, 0.9]),
    bits=np.array([NAN, 3, 9, NAN, 0]),
    quantities=np.array([-1, 1, 0, 0, 0], dtype=np.int8),
)


@pytest.fixture
def finder(bundles: Path) -> Finder:
    return Finder(open_bundle(bundles / "small"))


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    texts = [str(element.value) for kind in kinds for element in kind]
    return re.sub(r"\\(?=\W)", "", "\n".join([*texts, said_on_cards(app)]))


def matched_rows(app: AppTest) -> list[int]:
    """Rows of the listings on the cards of the matches."""
    headings = [re.match(r"(?:At least )?([\d,]+) match", str(heading.value)) for heading in app.subheader]
    count = next(int(found[1]) for found in headings if found)
    return result_rows(app)[:count]


def test_the_bits_of_the_slider_are_always_among_the_candidates() -> None:
    assert PHOTO_BITS[-1] == SAME_PHOTO_BITS


@pytest.mark.parametrize(
    ("params", "thresholds", "rules"),
    [
        ({"both": "0.4"}, Thresholds(0.0, 0.0, 0.4), PairRules()),
        ({"bits": "4"}, Thresholds(0.0, 0.0), PairRules(photo_bits=4)),
        ({"bits": "0", "veto": "1"}, Thresholds(0.0, 0.0), PairRules(photo_bits=0, quantity_veto=True)),
        ({"photo": "0", "title": "0.1", "nearest": "0.9"}, Thresholds(0.0, 0.1), PairRules(min2=0.9)),
    ],
)
def test_each_rule_of_the_address_decides_as_the_library_does(
    open_app: Open, finder: Finder, params: dict[str, str], thresholds: Thresholds, rules: PairRules
) -> None:
    app = open_app(FIND, bundle="small", listing="5b", **{"photo": "0", "title": "0", **params})
    expected = finder.matches(finder.listing_query(finder.bundle.row_of("5b")), thresholds, rules).rows.tolist()
    assert matched_rows(app) == expected
    assert expected
    assert re.search("both together|same photo|nearest, above the threshold", shown(app))
    exported = pd.read_csv(
        io.BytesIO(matches_csv(finder, finder.listing_query(finder.bundle.row_of("5b")), thresholds, rules)), dtype=str
    )
    assert exported["posting_id"].tolist() == finder.bundle.listings["posting_id"][expected].tolist()
    assert exported["by"].notna().all()


def test_a_rule_is_switched_without_searching_again_and_stands_in_the_address(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(FIND, bundle="small", listing="5b", photo="0", title="0")
    before = set(app.query_params)
    monkeypatch.setattr(Finder, "candidates", lambda *arguments: pytest.fail("searched again"))
    for name in ("fused_threshold", "photo_bits", "quantity_veto", "min2"):
        app.toggle(key=f"find_{name}_on").set_value(True).run()
    assert set(app.query_params) - before == {"both", "bits", "veto", "nearest"}
    assert "4 rules on: both together, same photo" in shown(app)
    app.slider(key="find_photo_bits").set_value(1).run()
    app.slider(key="find_fused_threshold").set_value(0.2).run()
    assert (app.query_params["bits"], app.query_params["both"]) == ("1", "0.2")
    for name in ("fused_threshold", "photo_bits", "quantity_veto", "min2"):
        app.toggle(key=f"find_{name}_on").set_value(False).run()
    assert set(app.query_params) == before


def test_another_quantity_is_marked_on_what_it_keeps_out(open_app: Open) -> None:
    app = open_app(FIND, bundle="titles", q="Tepung Terigu Hana Emas 2 Kg", title="0.8", veto="1")
    assert matched_rows(app) == []
    assert "Every listing" not in shown(app)
    assert "other quantity" in shown(app)
    assert "their titles state other quantities" in shown(app)


def test_an_uploaded_photo_is_the_same_photo_by_its_phash(open_app: Open, small_catalogue: Path) -> None:
    app = open_app(FIND, bundle="small", photo="0", bits="2")
    photo = (small_catalogue / "images" / "3b.jpg").read_bytes()
    app.file_uploader[0].set_value(("renamed.jpg", photo, "image/jpeg")).run()
    assert {9, 10} <= set(matched_rows(app))
    assert "same photo" in shown(app)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"bits": "5"}, "'bits' in the address is '5', but must be a whole number from 0 to 4"),
        ({"bits": "x"}, "'bits' in the address is 'x'"),
        ({"veto": "on"}, "'veto' in the address is 'on'"),
        ({"both": "1"}, "'both' in the address is '1'"),
        ({"nearest": "far"}, "'nearest' in the address is 'far'"),
        ({"decide": "chance"}, "'decide' in the address is 'chance', but must be one of sureness, distances"),
        ({"sure": "100"}, "'sure' in the address is '100', but must be a whole number from 1 to 99"),
        ({"scorer": "nobody", "listing": "5b"}, "There is no pair scorer 'nobody' here"),
    ],
)
def test_a_bad_rule_in_the_address_is_answered_with_a_sentence(
    open_app: Open, params: dict[str, str], said: str
) -> None:
    app = open_app(FIND, bundle="small", **params)
    assert said in shown(app)
    assert len(app.warning) + len(app.error) == 1


def test_a_catalogue_with_a_phash_that_is_none_says_so(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from product_matching.listings.catalogue import Catalogue
    from product_matching.workflows.build import build_bundle

    listings = {"posting_id": ["a", "b"], "title": ["red cup", "blue cup"], "image_phash": ["0123456789abcdef", "xyz"]}
    build_bundle(Catalogue(pd.DataFrame(listings), None), tmp_path / "own" / "odd")
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path / "own"))
    assert "'xyz'" in shown(open_app(FIND, bundle="odd", listing="a"))


def test_an_explanation_tells_photo_words_and_quantities() -> None:
    def page() -> None:
        from product_matching.app.shared.explanation_view import draw_explanation
        from product_matching.encoders.tfidf import TitleEncoder
        from product_matching.matching.explanation import explain_pair

        titles = ("daia bubuk [1](x) 2 kg", "daia bubuk jeruk 900 g")
        encoder = TitleEncoder.fit([*titles, "sabun"], "idf")
        explained = explain_pair(titles, encoder, photo_distance=0.25, phashes=("0" * 16, "0" * 15 + "7"))
        draw_explanation(explained, "the search", "this listing")

    said = shown(AppTest.from_function(page).run())
    assert "pHash: 3 bits of 64 differ" in said
    assert "Weights differ: 2,000 g and 900 g" in said
    assert "would reject this pair" in said
    assert re.search(r"Only in the search:.*2kg", said)
    assert re.search(r"Only in this listing:.*jeruk", said)
    assert "(x)" not in said


def test_a_veto_and_the_mean_distance_in_the_outcome() -> None:
    rules = PairRules(quantity_veto=True)
    outcome = decide(CANDIDATES, Thresholds(0.2, 0.2, 0.3), rules, retrieved=10)
    assert outcome.matches.rows.tolist() == [1]
    assert (outcome.n_photo, outcome.n_title, outcome.n_by_rule) == (0, 1, 0)
    assert vetoed(outcome.beyond, rules).tolist() == [True, False, False, False]
    assert decide(CANDIDATES, Thresholds(0.2, None, 0.3), retrieved=10).n_by_rule == 1
