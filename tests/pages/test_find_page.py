"""The find page in every state that a user can bring it into."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.address import MAX_TITLE_CHARS
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder
from tests.pages.cards import card_keys, choose, result_rows, said_on_cards

FIND = "pages/find.py"
Open = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info, app.code)
    texts = [str(element.value) for kind in kinds for element in kind]
    return re.sub(r"\\(?=\W)", "", "\n".join([*texts, said_on_cards(app)]))


def n_matches(app: AppTest) -> int:
    """The number that stands in the headline."""
    found = [re.match(r"(?:At least )?([\d,]+) match", str(heading.value)) for heading in app.subheader]
    return next(int(number[1].replace(",", "")) for number in found if number)


def card_rows(app: AppTest) -> list[int]:
    """Rows of the listings on all cards, in order."""
    return result_rows(app)


def expected(finder: Finder, posting_id: str, photo: float | None, title: float | None) -> list[int]:
    """Rows of the matches of a listing, from the library alone."""
    query = finder.listing_query(finder.bundle.row_of(posting_id))
    return finder.matches(query, Thresholds(photo, title)).rows.tolist()


@pytest.fixture
def finder(bundles: Path) -> Finder:
    return Finder(open_bundle(bundles / "small"))


def test_nothing_asked_yet_shows_samples_to_start_from(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(FIND, bundle="small")
    assert "Nothing is searched for yet" in shown(app)
    samples = card_keys(app, "start_")
    assert len(samples) == 12
    choose(app, monkeypatch, samples[0])
    assert app.query_params["listing"] == "0a"
    assert n_matches(app) == 2


def test_a_listing_in_the_address_is_searched_for(open_app: Open, finder: Finder) -> None:
    app = open_app(FIND, bundle="small", listing="5b")
    manifest = finder.bundle.manifest
    rows = expected(finder, "5b", manifest.photo_threshold.distance, manifest.title_threshold.distance)
    assert n_matches(app) == len(rows)
    assert card_rows(app)[: len(rows)] == rows
    assert "**Paper Bag Victoria Secret**" in shown(app)


def test_the_find_page_opened_first_without_a_bundle_takes_the_first_usable_one(open_app: Open) -> None:
    app = open_app(FIND)
    assert app.selectbox(key="find_bundle").value == "photos"
    assert app.query_params == {"bundle": "photos"}
    assert not app.error


def test_a_title_is_searched_for_and_its_words_are_marked(open_app: Open) -> None:
    app = open_app(FIND, bundle="small")
    app.text_input(key="find_title").set_value("  nescafe   LATTE eclair 220ml ").run()
    assert app.query_params["q"] == "nescafe LATTE eclair 220ml"
    assert "**Nescafe Eclair Latte 220ml**" in shown(app)
    assert [slider.key for slider in app.slider] == ["find_title_threshold"]


def test_a_title_without_known_words_says_so(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", q="qwertz zuiop", mode="duplicates")
    assert "None of these words is in a title of small" in shown(app)
    assert len(app.error) == 1


def test_moving_the_slider_filters_what_was_retrieved_without_searching_again(
    open_app: Open, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(FIND, bundle="small", listing="5b", title="0.4")
    wide, narrow = expected(finder, "5b", 0.999, 0.4), expected(finder, "5b", 0.0, 0.0)
    assert len(narrow) < n_matches(app) < len(wide)
    monkeypatch.setattr(Finder, "candidates", lambda *arguments: pytest.fail("searched again"))
    app.slider(key="find_photo_threshold").set_value(0.999).run()
    assert app.query_params["photo"] == "0.999"
    assert card_rows(app)[: n_matches(app)] == wide
    app.slider(key="find_photo_threshold").set_value(0.0).run()
    app.slider(key="find_title_threshold").set_value(0.0).run()
    assert n_matches(app) == len(narrow)


def test_the_defaults_come_back_and_leave_the_address(open_app: Open, finder: Finder) -> None:
    default = finder.bundle.manifest.photo_threshold
    app = open_app(FIND, bundle="small", listing="5b", photo="0.61", title="0.5")
    assert (app.slider[0].value, app.slider[1].value) == (0.61, 0.5)
    reset = next(button for button in app.button if "defaults" in button.label)
    reset.click().run()
    assert app.slider[0].value == default.distance
    assert set(app.query_params) == {"bundle", "listing"}
    assert next(button for button in app.button if "defaults" in button.label).disabled
    assert f"N = {default.n:,} photos" in shown(app)
    assert default.protocol.split(" (")[0] in shown(app)


def test_no_match_names_the_distance_that_lets_the_nearest_in(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", listing="5b", photo="0", title="0")
    assert n_matches(app) == 0
    assert "Just beyond" in shown(app)
    assert card_rows(app)
    assert "raise" not in app.info[0].value
    hint = re.search(r"raise the photo distance to (0\.\d+)", shown(app))
    app.slider(key="find_photo_threshold").set_value(float(hint[1])).run()
    assert n_matches(app) == 1


def test_just_beyond_starts_with_what_the_slider_lets_in_next(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", listing="5b", photo="0.05", title="0")
    first_beyond = card_rows(app)[n_matches(app)]
    before = n_matches(app)
    for step in range(1, 500):
        app.slider(key="find_photo_threshold").set_value(round(0.05 + 0.02 * step, 3)).run()
        if n_matches(app) > before:
            break
    assert first_beyond in card_rows(app)[: n_matches(app)]


def test_an_uploaded_photo_finds_its_product_and_the_link_shows_the_same(
    open_app: Open, small_catalogue: Path, finder: Finder
) -> None:
    photo = (small_catalogue / "images" / "3b.jpg").read_bytes()
    app = open_app(FIND, bundle="small")
    app.file_uploader[0].set_value(("3b.jpg", photo, "image/jpeg")).run()
    assert finder.bundle.listings["posting_id"][card_rows(app)[0]] == "3b"
    assert re.search(r"decoded in .* ms, encoded in .* ms, searched in .* ms · exact search", shown(app))
    other = open_app(FIND, **app.query_params)
    assert card_rows(other) == card_rows(app)
    assert n_matches(other) == n_matches(app)
    next(button for button in other.button if button.label == "Remove the photo").click().run()
    assert "upload" not in other.query_params
    assert "Nothing is searched for yet" in shown(other)


def test_photo_and_title_are_searched_together(open_app: Open, small_catalogue: Path, finder: Finder) -> None:
    app = open_app(FIND, bundle="small", q="Gantungan Kunci Kayu")
    photo = (small_catalogue / "images" / "3b.jpg").read_bytes()
    app.file_uploader[0].set_value(("3b.jpg", photo, "image/jpeg")).run()
    ids = finder.bundle.listings["posting_id"][card_rows(app)[: n_matches(app)]].tolist()
    assert {"3b", "8a"} <= set(ids)
    assert re.search(r"\d+ by both, \d+ by photo alone, 1 by title alone", shown(app))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.jpg", b"not a photo at all", "no photo that can be read"),
        ("empty.png", b"", "empty"),
        ("cut.png", None, "damaged or cut short"),
        ("flyer.jpg", b"%PDF-1.7", "a PDF file"),
    ],
)
def test_an_unreadable_upload_says_why_and_can_be_replaced(
    open_app: Open, small_catalogue: Path, name: str, content: bytes | None, said: str
) -> None:
    good = (small_catalogue / "images" / "3a.png").read_bytes()
    app = open_app(FIND, bundle="small")
    app.file_uploader[0].set_value((name, good[: len(good) // 2] if content is None else content, "image/png")).run()
    assert said in shown(app)
    assert name in shown(app)
    app.file_uploader[0].set_value(("good.png", good, "image/png")).run()
    assert not app.error
    assert n_matches(app) > 0


def test_an_upload_with_too_many_pixels_is_refused(open_app: Open, encode_photo: Callable[..., bytes]) -> None:
    from PIL import Image

    app = open_app(FIND, bundle="small")
    bomb = encode_photo(Image.new("1", (20_000, 20_000)))
    app.file_uploader[0].set_value(("bomb.png", bomb, "image/png")).run()
    assert "20000 x 20000 pixels" in shown(app)


@pytest.mark.parametrize("size", [(3000, 20), (20, 3000), (1, 3000), (3000, 1), (1, 1)])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_a_thin_photo_is_searched_for_and_shown(
    open_app: Open, encode_photo: Callable[..., bytes], size: tuple[int, int], file_format: str
) -> None:
    """Shrunk to the width of the preview, it would be less than a pixel high."""
    from PIL import Image

    app = open_app(FIND, bundle="small")
    photo = encode_photo(Image.new("RGB", size, "teal"), file_format)
    app.file_uploader[0].set_value(("thin.jpg", photo, "image/jpeg")).run()
    assert "thin.jpg" in shown(app)
    assert not app.error
    assert card_rows(app)
    assert any(picture.proto.imgs[0].alt == "Your photo" for picture in app.get("image"))


def test_a_link_to_an_upload_that_is_not_kept_says_upload_again(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", upload="0123456789abcdef0123")
    assert "upload it again" in shown(app)
    assert app.file_uploader


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"photo": "abc"}, "'photo' in the address is 'abc'"),
        ({"photo": "7"}, "'photo' in the address is '7'"),
        ({"photo": "nan"}, "'photo' in the address is 'nan'"),
        ({"title": "-0.1"}, "'title' in the address is '-0.1'"),
        ({"results": "1000000"}, "'results' in the address is '1000000', but must be one of 12, 24, 48, 96"),
        ({"listing": "zzz"}, "has no listing 'zzz'"),
        ({"upload": "../../etc/passwd"}, "which is not one"),
        ({"listing": "3a", "q": "paper bag victoria"}, "the listing is searched for"),
        ({"q": "paper " * 1000}, "was cut to 300 characters"),
        ({"bundle": "nope"}, "There is no catalogue 'nope' here"),
        ({"bundle": "damaged"}, "bundle format 99"),
        ({"bundle": "../small"}, "There is no catalogue '../small' here"),
    ],
)
def test_a_bad_address_is_answered_with_a_sentence(open_app: Open, params: dict[str, str], said: str) -> None:
    app = open_app(FIND, **{"bundle": "small", **params})
    assert said in shown(app)
    assert len(app.warning) + len(app.error) == 1


def test_the_title_box_says_its_limit_which_browsers_keep_without_a_word(open_app: Open) -> None:
    box = open_app(FIND, bundle="small").text_input(key="find_title")
    assert box.proto.max_chars == MAX_TITLE_CHARS
    assert f"At most {MAX_TITLE_CHARS} characters" in box.help


def test_the_catalogue_can_be_switched_and_keeps_the_title(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", q="paper bag victoria", title="0.4")
    app.selectbox(key="find_bundle").set_value("titles").run()
    assert app.query_params == {"bundle": "titles", "q": "paper bag victoria"}
    assert n_matches(app) > 0
    assert "photos cannot be searched" in shown(app)
    assert not app.file_uploader


def test_an_upload_is_searched_for_in_another_catalogue_too(open_app: Open, small_catalogue: Path) -> None:
    app = open_app(FIND, bundle="small")
    photo = (small_catalogue / "images" / "3b.jpg").read_bytes()
    app.file_uploader[0].set_value(("3b.jpg", photo, "image/jpeg")).run()
    app.selectbox(key="find_bundle").set_value("photos").run()
    assert n_matches(app) > 0
    assert not app.error
    assert not app.text_input
    assert "titles cannot be searched" in shown(app)
    app.selectbox(key="find_bundle").set_value("titles").run()
    assert "has no photos: search it with a title" in shown(app)


def test_without_the_model_titles_and_listings_still_work(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path))
    app = open_app(FIND, bundle="small", q="paper bag victoria secret")
    assert not app.file_uploader
    assert "the model that embedded its photos, is not on this machine" in shown(app)
    assert n_matches(app) == 3
    assert n_matches(open_app(FIND, bundle="small", listing="5b")) > 0


def test_a_card_opens_side_by_side_and_leads_to_the_duplicates_of_its_listing(
    open_app: Open, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(FIND, bundle="small", listing="5b", photo="0.6")
    row = card_rows(app)[0]
    posting_id = finder.bundle.listings["posting_id"][row]
    choose(app, monkeypatch, f"result_{row}")
    assert app.query_params == {"bundle": "small", "listing": "5b", "photo": "0.6", "pair": posting_id}
    assert "Marked words are in one title only." in shown(app)
    assert "Photo distance 0." in shown(app)
    app.button(key="search_with_pair").click().run()
    assert app.query_params == {"bundle": "small", "listing": posting_id, "photo": "0.6"}
    assert n_matches(app) > 0


def test_the_number_of_cards_is_limited_and_said(open_app: Open, finder: Finder) -> None:
    app = open_app(FIND, bundle="small", listing="5b", photo="0.999", title="0", results="12")
    count = len(expected(finder, "5b", 0.999, 0.0))
    assert n_matches(app) == count > 12
    assert f"The first 12 of {count} are shown" in shown(app)
    app.selectbox(key="find_results").set_value(48).run()
    assert app.query_params["results"] == "48"
    assert len(card_rows(app)) >= count


def test_all_matches_are_downloaded_with_every_column(open_app: Open, finder: Finder) -> None:
    from product_matching.app.find.export import matches_csv

    thresholds = Thresholds(0.999, 0.5)
    query = finder.listing_query(finder.bundle.row_of("5b"))
    table = pd.read_csv(io.BytesIO(matches_csv(finder, query, thresholds)), dtype=str)
    matches = finder.matches(query, thresholds)
    assert table["posting_id"].tolist() == finder.bundle.listings["posting_id"][matches.rows].tolist()
    assert {"photo_distance", "title_distance", "by", "price", "label_group"} <= set(table.columns)
    assert set(table["by"]) <= {"photo", "title", "photo title"}
    assert float(table["photo_distance"][0]) == matches.photo[0]
    app = open_app(FIND, bundle="small", listing="5b")
    assert [button.label for button in app.download_button] == ["Download"]


def test_more_matches_than_were_retrieved_are_called_at_least(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    import product_matching.app.resources as resources

    monkeypatch.setattr(resources, "CANDIDATES_PER_SIDE", 5)
    app = open_app(FIND, bundle="small", listing="5b", photo="0.999")
    assert str(app.subheader[0].value).startswith("At least")


def test_a_rebuilt_bundle_is_picked_up(
    open_app: Open, bundles: Path, small_catalogue: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.workflows.build import BuildOptions, build_bundle

    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path / "own"))
    file = tmp_path / "titles.csv"
    file.write_text("posting_id,title\na,red cup\nb,blue cup\n", encoding="utf-8")
    build_bundle(read_catalogue(file), tmp_path / "own" / "cups")
    app = open_app(FIND, bundle="cups", q="red cup")
    assert "**red cup**" in shown(app)
    file.write_text("posting_id,title\na,red cup large\nb,blue cup\nc,green\n", encoding="utf-8")
    build_bundle(read_catalogue(file), tmp_path / "own" / "cups", options=BuildOptions(overwrite=True))
    app.run()
    assert "**red cup** large" in shown(app)


def test_filters_hide_matches_say_how_many_and_stand_in_the_address(open_app: Open, finder: Finder) -> None:
    app = open_app(FIND, bundle="small", listing="5b", photo="0.999", title="0", filter="price:70,71")
    prices = finder.bundle.listings["price"]
    rows = expected(finder, "5b", 0.999, 0.0)
    kept = [row for row in rows if prices.iloc[row] in ("70", "71")]
    assert n_matches(app) == len(rows) > len(kept) > 0
    assert result_rows(app)[: len(kept)] == kept
    assert f"{len(rows) - len(kept)} matches hidden by filters" in shown(app)
    app.multiselect(key="find_filters_price").set_value(["70"]).run()
    assert app.query_params["filter"] == "price:70"
    app.button(key="clear_filters").click().run()
    assert "filter" not in app.query_params
    assert result_rows(app)[: len(rows)] == rows
    told = shown(open_app(FIND, bundle="small", listing="5b", filter="colour:red"))
    assert "no column 'colour' to filter by" in told


def test_every_listing_is_in_the_histogram_which_says_its_axes(
    open_app: Open, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import product_matching.app.resources as resources

    monkeypatch.setattr(resources, "CANDIDATES_PER_SIDE", 2)
    app = open_app(FIND, bundle="small", listing="5b", title="0.4")
    row, vectors = finder.bundle.row_of("5b"), finder.bundle.photo_vectors
    near = [other for other in range(len(vectors)) if other != row and vectors[other] @ vectors[row] > 1e-6]
    [photos, titles] = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    assert sum(photos["data"][0]["y"]) == len(near) > 4
    assert photos["layout"]["xaxis"]["title"]["text"] == "Photo distance (0 is identical)"
    assert titles["layout"]["yaxis"]["title"]["text"] == "Listings (log scale)"
