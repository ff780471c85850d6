"""The review page: the whole catalogue in groups, under rules that stand in the address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app import resources
from product_matching.app.jobs import UNEXPECTED
from product_matching.app.review import comparing
from product_matching.app.review.comparing import ComparedPairs
from product_matching.app.review.request import GroupRequest
from product_matching.errors import InputError
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import Progress
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.find import Finder
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import match_by_defaults
from tests.app.held import SECONDS, Held
from tests.pages.conftest import PROJECT, TIMEOUT, finish_jobs

REVIEW = "pages/review.py"
Open = Callable[..., AppTest]


@pytest.fixture
def finder(bundles: Path) -> Finder:
    return Finder(open_bundle(bundles / "small"))


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    return re.sub(r"\\(?=\W)", "", "\n".join(str(element.value) for kind in kinds for element in kind))


def begin(app: AppTest) -> AppTest:
    """Press the button that begins to compare the listings."""
    return next(button for button in app.button if button.label == "Compare the listings").click().run()


def press(app: AppTest) -> AppTest:
    """Compare the listings, and wait for them."""
    return finish_jobs(begin(app))


def working(app: AppTest) -> list[Any]:
    """The progress of comparing the listings; the bars of shared words are none."""
    return [each for each in app.get("progress") if "Comparing the listings" in each.proto.text]


def metric(app: AppTest, label: str) -> str:
    return next(str(metric.value) for metric in app.metric if metric.label == label)


def test_groups_are_found_on_the_button_and_every_listing_leads_to_find(open_app: Open, finder: Finder) -> None:
    app = open_app(REVIEW, step="groups", bundle="small")
    assert not app.metric
    assert "All 25 listings are compared" in shown(app)
    press(app)
    _, groups = group_catalogue(match_by_defaults(finder.bundle, Thresholds()))
    assert metric(app, "Groups") == str(len(groups))
    assert metric(app, "Largest group") == str(groups[0].size)
    assert f"**{groups[0].size} listings**" in shown(app)
    row = groups[0].rows[0]
    app.button(key=f"listing_{row}").click().run()
    assert app.query_params == {"bundle": "small", "listing": finder.bundle.listings["posting_id"][row]}


def test_groups_that_were_found_are_shown_at_once_elsewhere_and_other_rules_ask_again(open_app: Open) -> None:
    app = press(open_app(REVIEW, step="groups", bundle="small", veto="1", title="0.5"))
    assert "title distance up to 0.500 (set by hand)" in shown(app)
    again = open_app(REVIEW, **app.query_params)
    assert metric(again, "Groups") == metric(app, "Groups")
    again.toggle(key="review_mutual_on").set_value(True).run()
    assert again.query_params == {"bundle": "small", "step": "groups", "mutual": "1", "veto": "1", "title": "0.5"}
    assert not again.metric


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Comparing the listings, held until it is released."""
    work, compare_pairs = Held(), comparing.compare_pairs

    def compare(bundle: Bundle, request: GroupRequest, progress: Progress) -> ComparedPairs:
        work(progress)
        return compare_pairs(bundle, request, progress)

    monkeypatch.setattr(comparing, "compare_pairs", compare)
    yield work
    work.released.set()


def test_groups_are_found_in_the_background_and_appear_when_they_are_done(open_app: Open, held: Held) -> None:
    app = begin(open_app(REVIEW, step="groups", bundle="small"))
    assert held.begun.wait(SECONDS)
    assert not app.metric
    assert working(app)[0].proto.value == 50
    assert "Comparing the listings: holding 50%, " in working(app)[0].proto.text
    app.toggle(key="review_mutual_on").set_value(True).run()
    assert not working(app), "other rules are other groups"
    assert "All 25 listings are compared" in shown(app)
    app.switch_page("pages/models.py").run()
    app.switch_page(REVIEW)
    app.query_params.clear()
    app.query_params.update({"bundle": "small", "step": "groups"})
    assert working(app.run()), "the work survives a change of pages"
    held.released.set()
    finish_jobs(app)
    assert int(metric(app, "Groups")) > 0
    assert not working(app)
    assert held.calls == 1


def test_two_sessions_share_the_work_and_its_result(open_app: Open, held: Held) -> None:
    first = begin(open_app(REVIEW, step="groups", bundle="small"))
    second = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=TIMEOUT)
    second.query_params.update({"bundle": "small", "step": "groups"})
    second.switch_page(REVIEW)
    second.run()
    assert not working(second)
    assert working(begin(second))
    next(button for button in first.button if button.label == "Cancel").click().run()
    assert not working(first.run())
    held.released.set()
    finish_jobs(second)
    assert metric(second, "Groups") == metric(first.run(), "Groups")
    assert held.calls == 1


def test_cancelled_work_leaves_the_button_and_can_begin_anew(open_app: Open, held: Held) -> None:
    app = begin(open_app(REVIEW, step="groups", bundle="small"))
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not working(app.run())
    held.released.set()
    assert resources.jobs().wait_for_all(SECONDS)
    assert not app.run().metric
    assert not app.error
    assert int(metric(press(app), "Groups")) > 0
    assert held.calls == 2


def test_after_a_restart_the_page_opens_on_the_last_distances(open_app: Open) -> None:
    app = press(open_app(REVIEW, step="groups", bundle="small", title="0.5"))
    found = metric(app, "Groups")
    resources.jobs.clear()
    resources.group_jobs.clear()
    again = open_app(REVIEW, step="groups", bundle="small", title="0.5")
    assert metric(again, "Groups") == found
    assert "are compared with each other" in shown(open_app(REVIEW, step="groups", bundle="small", title="0.4"))


@pytest.fixture
def held_grouping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Making the groups, held until it is released; no page waits for it."""
    work, group_matches = Held(), comparing.group_matches

    def group(*arguments: Any, progress: Progress) -> CatalogueGroups:
        work(progress)
        return group_matches(*arguments, progress=progress)

    monkeypatch.setattr(comparing, "group_matches", group)
    monkeypatch.setattr(comparing, "GROUPING_PATIENCE_SECONDS", 0.01)
    yield work
    work.released.set()


def test_groups_are_made_in_the_background_and_can_be_stopped_while_the_page_stays_usable(
    open_app: Open, held_grouping: Held
) -> None:
    app = press(open_app(REVIEW, step="groups", bundle="small"))
    assert held_grouping.begun.wait(SECONDS)
    (bar,) = (each for each in app.run().get("progress") if "Making the groups" in each.proto.text)
    assert bar.proto.value == 50
    assert not app.metric
    app.segmented_control(key="review_step").set_value("pairs").run()
    assert metric(app, "Left to review")
    app.segmented_control(key="review_step").set_value("groups").run()
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not app.run().get("progress")
    held_grouping.released.set()
    assert resources.group_jobs().wait_for_all(SECONDS)
    assert not app.run().metric, "what was stopped does not begin by itself"
    app.button(key="make_groups").click().run()
    assert resources.group_jobs().wait_for_all(SECONDS)
    assert int(metric(app.run(), "Groups")) > 0
    assert held_grouping.calls == 2


@pytest.mark.parametrize(
    ("error", "said"),
    [(InputError("The catalogue has no titles."), "The catalogue has no titles."), (KeyError(3), UNEXPECTED)],
)
def test_what_goes_wrong_is_one_sentence_and_can_be_tried_again(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(comparing, "compare_pairs", fail)
        app = press(open_app(REVIEW, step="groups", bundle="small"))
        assert said in shown(app)
        assert len(app.error) == 1
    assert int(metric(press(app.run()), "Groups")) > 0


def test_the_order_and_the_page_stand_in_the_address(open_app: Open) -> None:
    app = press(open_app(REVIEW, step="groups", bundle="small", page="999"))
    assert re.search(r"Groups 1 to (\d) of \1", shown(app)), "a page beyond the last is the last"
    assert "'page' in the address is 999, but there is only 1 page: the last one is shown." in shown(app)
    app.selectbox(key="review_order").set_value("size").run()
    assert app.query_params == {"bundle": "small", "step": "groups", "sort": "size"}


def test_the_rules_are_those_that_the_catalogue_can_answer(open_app: Open) -> None:
    titles = {toggle.key for toggle in open_app(REVIEW, step="groups", bundle="titles").toggle}
    photos = {toggle.key for toggle in open_app(REVIEW, step="groups", bundle="photos").toggle}
    assert "review_quantity_veto_on" in titles - photos
    assert "review_photo_bits_on" in photos - titles
    assert "review_fused_threshold_on" not in titles | photos


@pytest.mark.parametrize("bundle", ["titles", "photos"])
def test_catalogues_of_one_side_are_grouped(open_app: Open, bundle: str) -> None:
    assert int(metric(press(open_app(REVIEW, step="groups", bundle=bundle)), "Groups")) > 0


def test_no_groups_at_all_is_said(open_app: Open) -> None:
    app = press(open_app(REVIEW, step="groups", bundle="titles", title="0"))
    assert metric(app, "Groups") == "0"
    assert "No two listings match" in shown(app)
    assert not app.download_button


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"blend": "9"}, "'blend' in the address is '9', but must be a whole number from 0 to 3"),
        ({"expand": "-1"}, "'expand' in the address is '-1'"),
        ({"veto": "yes"}, "must be 1 for on or 0 for off"),
        ({"sort": "colour"}, "'sort' in the address is 'colour', but must be one of doubt, size, density"),
        ({"title": "2"}, "'title' in the address is '2'"),
        ({"scorer": "../x"}, "There is no pair scorer '../x' here"),
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
    assert "There is no catalogue in" in shown(app)
    assert not app.button
