"""Sample photos: chosen on home and find, searched by their stored embeddings, with what is true of them."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from product_matching.app.shared import sample_gallery
from product_matching.app.shared.pictures import no_photo, shown_picture
from product_matching.app.shared.samples import describe_truth, sample_name, sample_order, samples_after
from product_matching.encoders.model_sources import open_photo_encoder
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.sample_queries import SampleQueries
from product_matching.workflows.find import Finder, default_thresholds
from tests.pages.cards import card_keys, cards, choose, result_rows, said_on_cards, sections

FIND = "pages/find.py"
Open = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info, app.code)
    texts = [str(element.value) for kind in kinds for element in kind]
    return re.sub(r"\\(?=\W)", "", "\n".join([*texts, said_on_cards(app)]))


def click(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def card_ids(app: AppTest, bundle: Bundle) -> list[str]:
    """Ids of the matches, in the order of their cards."""
    counts = [re.match(r"([\d,]+) match", str(heading.value)) for heading in app.subheader]
    count = next(int(found[1]) for found in counts if found)
    return bundle.listings["posting_id"].iloc[result_rows(app)[:count]].tolist()


@pytest.fixture
def bundle(bundles: Path) -> Bundle:
    return open_bundle(bundles / "demo")


def test_home_leads_a_sample_into_find(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(bundle="demo")
    assert "Try one of these" in shown(app)
    assert "start from a listing" not in shown(app)
    assert sorted(card_keys(app, "sample_")) == [f"sample_{row}" for row in range(5)]
    choose(app, monkeypatch, "sample_1")
    assert app.title[0].value == "Find duplicates"
    assert app.query_params == {"bundle": "demo", "sample": "q5"}


def test_find_offers_samples_and_then_listings(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app(FIND, bundle="demo", photo="0.2")
    assert "Or start from a listing" in shown(app)
    assert len(card_keys(app, "start_")) == 12
    choose(app, monkeypatch, "sample_0")
    own = {"sample": "q3", "q": "Hana Emas Tepung Terigu 1kg promo"}
    assert app.query_params == {"bundle": "demo", **own, "photo": "0.2"}


def test_a_deep_link_searches_by_the_stored_embedding(open_app: Open, bundle: Bundle) -> None:
    finder = Finder(bundle)
    expected = finder.matches(finder.sample_query("q3"), default_thresholds(bundle)).rows
    app = open_app(FIND, bundle="demo", sample="q3")
    assert card_ids(app, bundle) == bundle.listings["posting_id"].iloc[expected].tolist()
    assert "Known for this sample: 3 of 3 listings of the same product found." in shown(app)
    assert "Hana Emas Tepung Terigu 1kg promo" in shown(app)
    assert "Searched by its photo." in shown(app)
    assert not app.file_uploader
    assert not app.error
    assert [slider.key for slider in app.slider] == ["find_photo_threshold"]


def test_the_truth_follows_the_slider(open_app: Open) -> None:
    app = open_app(FIND, bundle="demo", sample="q3", photo="0")
    assert "0 of 3 listings of the same product found." in shown(app)
    app.slider(key="find_photo_threshold").set_value(0.999).run()
    assert re.search(r"3 of 3 listings of the same product found, and 2\d listings of other products\.", shown(app))


@pytest.mark.parametrize("sample", ["none", "gone"])
def test_a_sample_without_a_match_says_that_nothing_should_match(open_app: Open, sample: str) -> None:
    app = open_app(FIND, bundle="demo", sample=sample, photo="0")
    assert "its product is not in the catalogue. Nothing should match, and nothing does." in shown(app)
    app.slider(key="find_photo_threshold").set_value(0.999).run()
    assert re.search(r"Nothing should match, but \d+ listings do\.", shown(app))


def test_samples_need_neither_model_nor_network(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bundle: Bundle
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path))
    with pytest.raises(Exception, match="is not on this machine"):
        open_photo_encoder(bundle.manifest.photo_model)
    app = open_app(FIND, bundle="demo", sample="q3")
    assert set(card_ids(app, bundle)) == {"3a", "3b", "3c"}
    home = open_app(bundle="demo")
    assert "Photos of your own cannot be searched in this catalogue yet: tiny" in shown(home)
    assert "Copy its folder tiny-" in shown(home)
    assert not home.file_uploader


def test_the_title_can_be_searched_as_well(open_app: Open, bundle: Bundle) -> None:
    app = open_app(FIND, bundle="demo", sample="q7")
    click(app, "Add its title")
    assert app.query_params == {"bundle": "demo", "sample": "q7", "q": "Speaker Fleco F6"}
    assert "Searched by photo and title." in shown(app)
    assert "Known for this sample: 2 of 3" in shown(app)
    assert [slider.key for slider in app.slider] == ["find_photo_threshold", "find_title_threshold"]
    click(app, "Photo alone")
    assert app.query_params == {"bundle": "demo", "sample": "q7"}


def test_beside_another_title_nothing_is_said_of_the_truth(open_app: Open, bundle: Bundle) -> None:
    app = open_app(FIND, bundle="demo", sample="q7", q="Paper Bag Victoria Secret")
    assert {"5a", "7a"} <= set(card_ids(app, bundle))
    assert "Known for this sample" not in shown(app)
    click(app, "Clear")
    assert app.query_params == {"bundle": "demo", "q": "Paper Bag Victoria Secret"}


def test_a_sample_without_a_title_offers_none(open_app: Open) -> None:
    app = open_app(FIND, bundle="demo", sample="q5")
    assert "Add its title" not in [button.label for button in app.button]
    assert "bag" in shown(app)


def test_the_next_samples_are_a_click_away_and_the_way_out_too(open_app: Open, bundle: Bundle) -> None:
    order = sample_order(bundle)
    after = order[order.index(2) + 1 :] + order[: order.index(2)]
    app = open_app(FIND, bundle="demo", sample="none", photo="0.3")
    assert card_keys(app, "next_") == [f"next_{row}" for row in after[:3]]
    app = open_app(FIND, bundle="demo", sample="q3", q="Hana Emas Tepung Terigu 1kg promo", photo="0.3")
    own = {"sample": "q3", "q": "Hana Emas Tepung Terigu 1kg promo"}
    assert app.query_params == {"bundle": "demo", **own, "photo": "0.3"}
    click(app, "Clear")
    assert app.query_params == {"bundle": "demo", "photo": "0.3"}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"sample": "zzz"}, "The catalogue demo has no sample photo 'zzz'. Choose one of those shown"),
        ({"sample": "../../etc/passwd"}, "has no sample photo '../../etc/passwd'"),
        ({"sample": "z" * 5000}, "has no sample photo 'zzzz"),
        ({"bundle": "small", "sample": "q3"}, "The catalogue small has no sample photos. Start from a listing"),
        ({"bundle": "titles", "sample": "q3"}, "The catalogue titles has no sample photos."),
        ({"listing": "3a", "sample": "q3"}, "the listing is searched for"),
        ({"upload": "0123456789abcdef0123", "sample": "q3"}, "the sample is searched for"),
        ({"sample": "q3", "photo": "seven"}, "'photo' in the address is 'seven'"),
    ],
)
def test_a_bad_address_is_answered_with_a_sentence(open_app: Open, params: dict[str, str], said: str) -> None:
    app = open_app(FIND, **{"bundle": "demo", **params})
    assert said in shown(app)
    assert len(shown(app)) < 5000
    assert len(app.warning) + len(app.error) == 1


def test_a_sample_without_a_catalogue_opens_the_one_that_has_it(open_app: Open) -> None:
    app = open_app(FIND, sample="q3")  # the first catalogue by name is another one
    assert not app.error
    assert app.query_params == {"bundle": "demo", "sample": "q3"}
    assert app.image


@pytest.mark.parametrize("sample", ["nobody", "<b>"])
def test_a_sample_of_no_catalogue_is_told_in_one_sentence(open_app: Open, sample: str) -> None:
    app = open_app(FIND, sample=sample)
    assert not app.exception
    (error,) = app.error
    assert "No catalogue here has a sample photo" in error.value
    assert "bundle" not in app.query_params


def test_a_sample_of_several_catalogues_asks_for_one_of_them(
    open_app: Open, bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("demo", "mine"):
        shutil.copytree(bundles / "demo", tmp_path / name)
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path))
    (error,) = open_app(FIND, sample="q3").error
    assert "bundle\\=mine" in error.value
    assert not open_app(FIND, sample="q3", bundle="mine").error


def test_another_catalogue_does_not_inherit_the_sample(open_app: Open) -> None:
    app = open_app(FIND, bundle="demo", sample="q3")
    app.selectbox(key="find_bundle").set_value("small").run()
    assert app.query_params == {"bundle": "small"}


def test_more_samples_than_fit_are_on_further_pages(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, bundle: Bundle
) -> None:
    monkeypatch.setattr(sample_gallery, "PER_PAGE", 2)
    app = open_app(bundle="demo")
    order = [f"sample_{row}" for row in sample_order(bundle)]
    assert card_keys(app, "sample_") == order[:2]
    app.session_state["sample_page_of_3"] = 3
    app.run()
    assert card_keys(app, "sample_") == order[4:]


def test_a_damaged_picture_has_a_stand_in(encode_photo: Callable[..., bytes]) -> None:
    good = encode_photo(Image.new("RGB", (8, 4)), "JPEG")
    assert Image.open(io.BytesIO(shown_picture(good))).size == (8, 8)
    for picture in (b"", b"no picture", good[:200], encode_photo(Image.new("RGB", (9000, 1)), "JPEG")):
        assert shown_picture(picture) == no_photo()


def with_labels(bundle: Bundle, kinds: list[str], labels: list[str]) -> Bundle:
    assert bundle.samples is not None
    table = bundle.samples.table.assign(kind=kinds, label_group=labels)
    return replace(bundle, samples=SampleQueries(table, bundle.samples.vectors, bundle.samples.photos))


def test_found_samples_come_first_nearest_by_photo_and_title_first(bundle: Bundle) -> None:
    true = bundle.samples.table["label_group"].tolist()
    found = [row for row in sample_order(bundle) if (bundle.labels == true[row]).any()]
    assert sorted(sample_order(bundle)) == list(range(len(true)))
    shares = [nearest_shares(bundle, row, true[row]) for row in found]
    keys = [(min(each) > 1, sum(each)) for each in shares]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_a_match_by_photo_and_title_comes_before_a_nearer_one_by_title_alone(bundle: Bundle) -> None:
    labelled = with_labels(bundle, [""] * 5, ["group1", "group1", "gone", "gone", "gone"])
    vectors = np.stack([labelled.photo_vectors[labelled.row_of("1a")]] * 5)
    vectors[0] = -vectors[0]
    titles = ["", "", "x", "x", "x"]
    rows = np.flatnonzero(bundle.labels == "group1")
    titles[0], titles[1] = (
        str(bundle.listings["title"].iloc[rows[0]]),
        str(bundle.listings["title"].iloc[rows[0]]) + " x",
    )
    samples = SampleQueries(labelled.samples.table.assign(title=titles), vectors, labelled.samples.photos)
    assert sample_order(replace(labelled, samples=samples))[:2] == [1, 0]


@pytest.mark.parametrize("label", ["", "group77"])
def test_every_fourth_sample_has_no_match_while_others_have(bundle: Bundle, label: str) -> None:
    """Whether nothing is known of its product, or its product is known and not in the catalogue."""
    labelled = with_labels(bundle, ["bag"] * 5, [label, "group5", "group2", "group7", "group1"])
    order = sample_order(labelled)
    assert order[3] == 0
    assert sorted(order) == list(range(5))


def test_samples_of_which_none_has_a_match_stay_in_their_order(bundle: Bundle) -> None:
    assert sample_order(with_labels(bundle, [""] * 5, ["gone"] * 5)) == [0, 1, 2, 3, 4]


def nearest_shares(bundle: Bundle, row: int, label: str) -> tuple[float, float]:
    """The nearest true match's distance by photo and by title as a share of the threshold, by a plain loop."""
    query = Finder(bundle).sample_query(bundle.samples[row].query_id, with_title=True)
    thresholds = default_thresholds(bundle)
    photos, titles = [], []
    for other in np.flatnonzero(bundle.labels == label):
        photos.append(1 - float(query.photo @ bundle.photo_vectors[other]))
        shared = 0.0 if query.title is None else (query.title @ bundle.title_matrix[other].T).toarray()[0, 0]
        titles.append(1 - float(shared))
    return min(photos) / thresholds.photo, min(titles) / thresholds.title


def test_without_labels_one_of_each_kind_comes_first(bundle: Bundle) -> None:
    kinds = ["mug", "mug", "lamp", "mug", "lamp"]
    assert sample_order(with_labels(bundle, kinds, [""] * 5)) == [0, 2, 1, 4, 3]
    assert sample_order(with_labels(bundle, [""] * 5, [""] * 5)) == [0, 1, 2, 3, 4]


def test_the_next_samples_follow_in_order_and_start_anew(bundle: Bundle) -> None:
    assert samples_after(bundle.samples, range(5), "q7", 99) == [4, 0, 1, 2]
    assert samples_after(bundle.samples, range(5), "q3", 2) == [1, 2]


def test_a_sample_is_called_by_title_kind_or_id(bundle: Bundle) -> None:
    assert [sample_name(bundle.samples[row]) for row in (1, 3, 4)] == ["bag", "Speaker Fleco F6", "Topi Rajut"]
    blank = with_labels(bundle, [""] * 5, [""] * 5).samples
    assert sample_name(blank[1]) == "q5"


def test_the_truth_counts_what_was_found(bundle: Bundle) -> None:
    sample = bundle.sample("q3")
    rows = {posting_id: bundle.row_of(posting_id) for posting_id in ("3a", "3b", "5a")}
    said = describe_truth(bundle, sample, np.array([rows["3a"], rows["5a"]]))
    assert said == "Known for this sample: 1 of 3 listings of the same product found, and 1 listing of other products."
    none = describe_truth(bundle, bundle.sample("none"), np.array([rows["5a"]]))
    assert none.endswith("Nothing should match, but 1 listing does.")


@pytest.mark.parametrize(("photo", "wrong", "missed"), [("0.015", 0, 1), ("0.48", 2, 0)])
def test_cards_of_a_sample_say_what_is_right_wrong_and_missed(
    open_app: Open, bundle: Bundle, photo: str, wrong: int, missed: int
) -> None:
    """Against the labels themselves: each listing of the product is once on a card, right or missed."""
    app = open_app(FIND, bundle="demo", sample="q3", photo=photo)
    ids, labels = bundle.listings["posting_id"], bundle.labels
    true = set(ids[labels == "group3"])
    told = {card["key"].removeprefix("result_"): [text for text, _ in card["badges"]] for card in cards(app, "result_")}
    said = {ids.iloc[int(row)]: badges[0] for row, badges in told.items()}
    matches = card_ids(app, bundle)
    assert {posting_id: said[posting_id] for posting_id in matches} == {
        posting_id: "✓ right" if posting_id in true else "✕ wrong" for posting_id in matches
    }
    assert list(said.values()).count("✕ wrong") == wrong
    assert {posting_id for posting_id, badge in said.items() if badge == "missed"} == true - set(matches)
    apart = [len(section["cards"]) for section in sections(app) if section["heading"] == "Missed"]
    assert sum(apart) == len(true - set(matches)) == missed


def test_nothing_is_known_without_labels(open_app: Open, bundles: Path, bundle: Bundle) -> None:
    unlabelled = open_bundle(bundles / "demo")
    unlabelled.listings["label_group"] = ""
    assert describe_truth(unlabelled, bundle.sample("none"), np.arange(3)) == ""


@pytest.mark.parametrize(
    ("here", "first"),
    [(["demo"], "demo"), (["demo", "zebra"], "zebra"), (["demo", "damaged"], "demo"), (["apple", "demo"], "apple")],
)
def test_own_catalogues_come_before_the_demo(
    open_app: Open, bundles: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, here: list[str], first: str
) -> None:
    for name in here:
        source = bundles / name if name in ("demo", "damaged") else bundles / "titles"
        shutil.copytree(source, tmp_path / name)
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path))
    app = open_app(FIND)
    assert app.query_params == {"bundle": first}
    assert not app.error
    assert open_app(FIND, bundle="demo").query_params == {"bundle": "demo"}


def test_the_listed_truth_is_not_told_before_the_search(open_app: Open, small_queries: Path) -> None:
    labels = pd.read_csv(small_queries, keep_default_na=False)["label_group"]
    for page in (None, FIND):
        said = shown(open_app(page, bundle="demo"))
        assert not any(label and label in said for label in labels)
        assert "Known for" not in said
