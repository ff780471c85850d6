"""The review page: the whole catalogue in groups, under rules that stand in the address."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from product_matching.app.review.address import BITS, EXPANSION, ORDERS, STAGES, ReviewAddress, read_review_address
from product_matching.app.review.export import groups_csv, submission_csv
from product_matching.app.review.review import ReviewStore, count_sizes, link_in_words, weakest_pair
from product_matching.matching.candidates import Thresholds
from product_matching.matching.chain import PLAIN
from product_matching.matching.grouping.description import Group
from product_matching.store.bundle import open_bundle
from product_matching.workflows.decide import AT_THRESHOLD, decide_catalogue, group_catalogue
from product_matching.workflows.find import Finder

REVIEW = "pages/review.py"
Open = Callable[..., AppTest]
distances = st.none() | st.integers(0, 999).map(lambda thousandths: thousandths / 1000)
addresses = st.builds(
    ReviewAddress,
    union=st.booleans(),
    cross=st.booleans(),
    bits=st.sampled_from(BITS),
    blend=st.sampled_from(STAGES),
    expand=st.sampled_from(EXPANSION),
    mutual=st.booleans(),
    quantity_veto=st.booleans(),
    nearest=distances,
    scorer=st.none() | st.text(min_size=1, max_size=20),
    photo=distances,
    title_distance=distances,
    fused=distances,
    order=st.sampled_from(list(ORDERS)),
    page=st.integers(1, 9999),
)


@pytest.fixture
def finder(bundles: Path) -> Finder:
    return Finder(open_bundle(bundles / "small"))


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    return re.sub(r"\\(?=\W)", "", "\n".join(str(element.value) for kind in kinds for element in kind))


def press(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.label == "Find the groups").click().run()


def metric(app: AppTest, label: str) -> str:
    return next(str(metric.value) for metric in app.metric if metric.label == label)


@given(addresses)
def test_an_address_that_was_written_reads_the_same(address: ReviewAddress) -> None:
    assert read_review_address(address.to_params()) == (address, [])


def test_without_parameters_every_rule_is_off() -> None:
    address, problems = read_review_address({})
    assert (address.rules, address.thresholds, problems) == (PLAIN, Thresholds(), [])


def test_groups_are_found_on_the_button_and_every_listing_leads_to_find(open_app: Open, finder: Finder) -> None:
    app = open_app(REVIEW, bundle="small")
    assert not app.metric and "All 25 listings are compared" in shown(app)
    press(app)
    _, groups = group_catalogue(decide_catalogue(finder, PLAIN, Thresholds()))
    assert metric(app, "Groups") == str(len(groups))
    assert metric(app, "Largest group") == str(groups[0].size)
    assert f"**{groups[0].size} listings**" in shown(app)
    row = groups[0].rows[0]
    app.button(key=f"listing_{row}").click().run()
    assert app.query_params == {"bundle": "small", "listing": finder.bundle.listings["posting_id"][row]}


def test_groups_that_were_found_are_shown_at_once_elsewhere_and_other_rules_ask_again(open_app: Open) -> None:
    app = press(open_app(REVIEW, bundle="small", veto="1", title="0.5"))
    assert "title distance up to 0.500 (set by hand)" in shown(app)
    again = open_app(REVIEW, **app.query_params)
    assert metric(again, "Groups") == metric(app, "Groups")
    again.toggle(key="review_mutual_on").set_value(True).run()
    assert again.query_params == {"bundle": "small", "mutual": "1", "veto": "1", "title": "0.5"}
    assert not again.metric


def test_the_order_and_the_page_stand_in_the_address(open_app: Open) -> None:
    app = press(open_app(REVIEW, bundle="small", page="999"))
    assert re.search(r"Groups 1 to (\d) of \1", shown(app)), "a page beyond the last is the last"
    app.selectbox(key="group_order").set_value("weakest").run()
    assert app.query_params == {"bundle": "small", "sort": "weakest"}


def test_the_rules_are_those_that_the_catalogue_can_answer(open_app: Open) -> None:
    titles = {toggle.key for toggle in open_app(REVIEW, bundle="titles").toggle}
    photos = {toggle.key for toggle in open_app(REVIEW, bundle="photos").toggle}
    assert "review_quantity_veto_on" in titles - photos
    assert "review_union_on" in photos - titles
    assert "review_fused_on" not in titles | photos


@pytest.mark.parametrize("bundle", ["titles", "photos"])
def test_catalogues_of_one_side_are_grouped(open_app: Open, bundle: str) -> None:
    assert int(metric(press(open_app(REVIEW, bundle=bundle)), "Groups")) > 0


def test_no_groups_at_all_is_said(open_app: Open) -> None:
    app = press(open_app(REVIEW, bundle="titles", title="0"))
    assert metric(app, "Groups") == "0" and "No two listings are near enough" in shown(app)
    assert not app.download_button


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"blend": "9"}, "'blend' in the address is '9', but must be a whole number from 0 to 3"),
        ({"expand": "-1"}, "'expand' in the address is '-1'"),
        ({"veto": "yes"}, "must be 1 for on or 0 for off"),
        ({"sort": "colour"}, "The order 'colour'"),
        ({"title": "2"}, "The title distance '2'"),
        ({"scorer": "../x"}, "There is no second stage '../x' here"),
        ({"bundle": "nope"}, "There is no catalogue 'nope' here"),
        ({"bundle": "damaged"}, "bundle format 99"),
    ],
)
def test_a_bad_address_is_answered_with_a_sentence(open_app: Open, params: dict[str, str], said: str) -> None:
    app = open_app(REVIEW, **{"bundle": "small", **params})
    assert said in shown(app)
    assert len(app.warning) + len(app.error) == 1


def test_without_any_catalogue_it_says_how_to_build_one(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(tmp_path))
    app = open_app(REVIEW)
    assert "There is no catalogue in" in shown(app) and not app.button


def test_the_downloads_hold_every_listing(finder: Finder) -> None:
    review = ReviewStore().make("key", lambda: decide_catalogue(finder, PLAIN, Thresholds()))
    groups = pd.read_csv(io.BytesIO(groups_csv(finder.bundle, review)))
    assert groups.columns.tolist() == ["posting_id", "group", "size", "density", "weakest_link"]
    assert groups["posting_id"].tolist() == finder.bundle.listings["posting_id"].tolist()
    assert (groups.groupby("group")["size"].transform("size") == groups["size"]).all()
    matches = pd.read_csv(io.BytesIO(submission_csv(finder.bundle, review)), dtype=str)
    assert [line.split()[0] for line in matches["matches"]] == matches["posting_id"].tolist()


def test_a_review_is_made_once_and_the_oldest_is_dropped(finder: Finder) -> None:
    store = ReviewStore(max_reviews=2)
    first = store.make("a", lambda: decide_catalogue(finder, PLAIN, Thresholds()))
    assert store.make("a", lambda: pytest.fail("made again")) is first
    for key in "bc":
        store.make(key, lambda: first.decided)
    assert store.known("a") is None and store.known("c") is not None and not store.busy


def test_the_weakest_pair_stands_at_the_weakest_link(finder: Finder) -> None:
    decided = decide_catalogue(finder, PLAIN, Thresholds())
    for group in group_catalogue(decided)[1]:
        first, second = weakest_pair(decided, group)
        rows, distances = decided.near.of(first)
        assert {first, second} <= set(group.rows)
        assert distances[rows == second] == group.weakest_link


def test_sizes_are_counted_in_bins_and_links_told_in_words() -> None:
    groups = [Group(tuple(range(size)), 1.0, 0.0) for size in (60, 12, 3, 3, 2)]
    counts = dict(count_sizes(groups))
    assert (counts["2"], counts["3"], counts["4"], counts["11–20"], counts["over 50"]) == (1, 2, 0, 1, 1)
    assert count_sizes(groups[3:]) == [("2", 1), ("3", 1)] and count_sizes([]) == []
    assert link_in_words(0.0) == ("all as good as equal", "green")
    assert link_in_words(AT_THRESHOLD) == ("weakest link at 100% of the threshold: look twice", "orange")
    assert link_in_words(1.0)[1] == "red"
