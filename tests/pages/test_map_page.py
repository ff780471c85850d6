"""The Map page: places, colours, areas and texts of the address, with photos, without, and without any map file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.address import MAP
from product_matching.store.decisions import DecisionStore
from tests.pages.conftest import finish_jobs

Open = Callable[..., AppTest]
WHOLE = "0,0,65535,0,65535,65535,0,65535"


def sent(app: AppTest, part: str) -> dict[str, Any]:
    """The data of a component of the page."""
    for each in app.get("bidi_component"):
        if each.proto.component_name.endswith(part):
            data: dict[str, Any] = json.loads(each.proto.json)
            return data
    raise LookupError(part)


def test_all_listings_with_a_photo_are_on_the_map_and_an_area_lists_them(open_app: Open) -> None:
    app = open_app(MAP, bundle="small", area=WHOLE, zoom="100,200,300")
    assert not app.exception
    points = sent(app, "_map")
    assert (len(points["places"]), len(points["colours"])) == (4 * -(-24 * 4 // 3), 4 * -(-24 // 3))
    assert sum(entry["count"] for entry in points["legend"]) == 24
    assert "24 listings" in points["alt"]
    relay = sent(app, "map_relay")
    assert (relay["view"], relay["area"][2], relay["found"]) == ([100, 200, 300], [65535, 65535], None)
    assert any("1 listing without a photo is not on this map" in each.value for each in app.caption)
    assert app.subheader[0].value == "24 listings selected"
    app.button_group(key="map_side").set_value("title").run()
    assert app.query_params == {"bundle": "small", "side": "title"}
    assert sum(entry["count"] for entry in sent(app, "_map")["legend"]) == 25
    assert not app.subheader


def test_a_text_marks_listings_and_lists_them(open_app: Open) -> None:
    app = open_app(MAP, bundle="titles", text="paper bag")
    assert sent(app, "map_relay")["found"] is not None
    assert app.subheader[0].value == "3 listings with “paper bag” in the title or id"
    app.text_input(key="map_text").set_value("no such words").run()
    assert app.info[0].value.startswith("No listing is there")
    assert app.query_params["text"] == "no such words"


def test_colours_of_the_nearest_listing_are_found_in_the_background(open_app: Open) -> None:
    app = finish_jobs(open_app(MAP, bundle="photos", colour="nearest", side="title"))
    assert "'side' in the address is 'title', but must be one of photo" in str(app.warning[0].value).replace("\\", "")
    points = sent(app, "_map")
    assert points["kind"] == "scale"
    assert sum(entry["count"] for entry in points["legend"]) == 24
    assert app.query_params["colour"] == "nearest"
    app.selectbox(key="map_colour").set_value("labels").run()
    assert sent(app, "_map")["kind"] == "categories"


def test_decisions_that_cannot_be_read_leave_the_map_without_groups(
    open_app: Open, models_with_pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    finish_jobs(open_app("pages/review.py", bundle="small", step="groups"))  # so that there are groups to colour by
    store = DecisionStore()
    store.path.parent.mkdir(parents=True, exist_ok=True)
    store.path.write_bytes(b"no database at all, though long enough for the header of one" * 20)
    app = open_app(MAP, bundle="small", colour="groups", area=WHOLE)
    assert not app.exception
    (warning, choice) = (str(each.value).replace("\\", "") for each in app.warning)
    assert f"{store.path} cannot be used" in warning
    assert warning.endswith("Until then the map has no groups.")
    assert "'colour' in the address is 'groups', but must be one of" in choice
    assert sum(entry["count"] for entry in sent(app, "_map")["legend"]) == 24
    assert app.subheader[0].value == "24 listings selected"


@pytest.mark.parametrize(("params", "said"), [({"bundle": "damaged"}, "format"), ({"bundle": "none"}, "no catalogue")])
def test_a_catalogue_that_cannot_be_opened_is_one_sentence(open_app: Open, params: dict[str, str], said: str) -> None:
    app = open_app(MAP, **params)
    assert not app.exception
    assert said in app.error[0].value
