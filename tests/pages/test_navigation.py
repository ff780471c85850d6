"""The search and what was moved survive a change of pages; an address that says more wins over what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.address import CATALOGUE, FIND, HOME, MODELS, REVIEW, THRESHOLDS

Open = Callable[..., AppTest]
LABELS = {
    HOME: "**Product matching**",
    FIND: "Find",
    REVIEW: "Review",
    CATALOGUE: "Catalogue",
    THRESHOLDS: "Thresholds",
    MODELS: "Models",
}


def link(app: AppTest, page: str) -> dict[str, str]:
    """The parameters of the menu's link to a page."""
    found = next(each.proto for each in app.get("page_link") if each.proto.label == LABELS[page])
    query = found.query_string or urlsplit(found.page).query
    return {name: values[0] for name, values in parse_qs(query.removeprefix("?")).items()}


def follow(app: AppTest, page: str) -> AppTest:
    """Click on the menu's link to a page."""
    params = link(app, page)
    app.switch_page(page)
    app.query_params.clear()
    app.query_params.update(params)
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("between", [HOME, MODELS, REVIEW, THRESHOLDS])
def test_the_search_and_the_sliders_survive_another_page(open_app: Open, between: str) -> None:
    app = open_app(FIND, bundle="small", listing="5b")
    app.slider(key="find_photo_threshold").set_value(0.7).run()
    app.toggle(key="find_quantity_veto_on").set_value(True).run()
    app.selectbox(key="find_results").set_value(48).run()
    before = dict(app.query_params)
    follow(follow(app, between), FIND)
    assert app.query_params == before
    assert before == {"bundle": "small", "listing": "5b", "photo": "0.7", "veto": "1", "results": "48"}
    assert (app.slider(key="find_photo_threshold").value, app.toggle(key="find_quantity_veto_on").value) == (0.7, True)
    assert app.selectbox(key="find_results").value == 48


def test_a_threshold_and_a_rule_mean_the_same_on_find_and_on_review(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", q="paper bag", photo="0.7", both="0.4", bits="2", veto="1", nearest="0.1")
    follow(app, REVIEW)
    assert app.query_params == {
        "bundle": "small",
        "photo": "0.7",
        "both": "0.4",
        "bits": "2",
        "veto": "1",
        "nearest": "0.1",
    }
    assert app.slider(key="review_photo_threshold").value == 0.7
    app.slider(key="review_photo_bits").set_value(3).run()
    follow(app, FIND)
    assert (app.query_params["bits"], app.query_params["q"]) == ("3", "paper bag")


def test_what_the_models_page_shows_survives_another_page(open_app: Open) -> None:
    app = follow(follow(open_app(MODELS, bundle="small", measure="recall@1", by="Title"), FIND), MODELS)
    assert app.query_params == {"bundle": "small", "measure": "recall@1", "by": "Title"}


def test_a_deep_link_wins_over_what_is_remembered(open_app: Open) -> None:
    app = open_app(FIND, bundle="small", listing="5b", photo="0.7", veto="1")
    app.query_params.clear()
    app.query_params.update({"bundle": "small", "q": "Paper Bag Victoria Secret", "photo": "0.2"})
    app.run()
    assert app.query_params == {"bundle": "small", "q": "Paper Bag Victoria Secret", "photo": "0.2"}
    assert app.slider(key="find_title_threshold")
    assert app.text_input(key="find_title").value == "Paper Bag Victoria Secret"
    assert not app.toggle(key="find_quantity_veto_on").value
    assert link(app, FIND) == {"bundle": "small", "q": "Paper Bag Victoria Secret", "photo": "0.2"}


def test_another_catalogue_chosen_elsewhere_leaves_the_old_search_behind(open_app: Open) -> None:
    app = follow(open_app(FIND, bundle="small", listing="5b", photo="0.7", veto="1"), MODELS)
    app.selectbox(key="models_bundle").set_value("titles").run()
    assert link(app, FIND) == {"bundle": "titles", "veto": "1"}


def test_a_search_from_home_keeps_what_was_moved(open_app: Open) -> None:
    app = follow(open_app(FIND, bundle="small", listing="5b", title="0.7"), HOME)
    app.text_input[0].set_value("nescafe latte")
    next(button for button in app.button if button.label == "Find").click().run()
    assert app.query_params == {"bundle": "small", "q": "nescafe latte", "title": "0.7"}


def test_a_listing_of_a_group_is_searched_for_at_the_same_thresholds(open_app: Open) -> None:
    from tests.pages.conftest import finish_jobs

    app = open_app(REVIEW, bundle="small", photo="0.5", mutual="1", step="groups")
    finish_jobs(next(button for button in app.button if button.label == "Compare the listings").click().run())
    next(button for button in app.button if str(button.key).startswith("listing_")).click().run()
    assert app.query_params["photo"] == "0.5"
    assert set(app.query_params) == {"bundle", "listing", "photo"}
    assert link(app, REVIEW) == {"bundle": "small", "photo": "0.5", "mutual": "1", "step": "groups"}


def test_a_catalogue_that_is_none_is_not_remembered(open_app: Open) -> None:
    app = open_app(FIND, bundle="nope")
    assert link(app, MODELS) == {}
