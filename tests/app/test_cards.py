"""What a card component is given, and what it may report."""

from __future__ import annotations

import base64

import pytest

from product_matching.app.components.card import Card, Section, _written, chosen_of, data_url, least_height
from product_matching.app.shared.pictures import no_photo


@pytest.mark.parametrize(("value", "chosen"), [("b", "b"), ("z", None), (None, None), (3, None), (["a"], None)])
def test_only_a_card_that_is_drawn_is_chosen(value: object, chosen: str | None) -> None:
    assert chosen_of(value, ["a", "b"]) == chosen


def test_a_picture_travels_as_an_address_that_holds_it() -> None:
    head, _, content = data_url(no_photo()).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(content) == no_photo()
    assert data_url(b"\xff\xd8x").startswith("data:image/jpeg;base64,")


def test_a_card_without_probability_has_no_bar_and_one_beyond_the_scale_is_cut() -> None:
    cards = [Card(key="a", title=[("mug", True)]), Card(key="b", title=[], share=1.5, share_text="over 99 %")]
    bare, full = _written(Section(cards=cards))["cards"]
    assert (bare["picture"], bare["share"]) == (None, None)
    assert (full["share"], full["shareText"]) == (1.0, "over 99 %")


def test_the_kept_place_grows_by_rows_up_to_a_screen() -> None:
    written = Section(cards=[Card(key=str(place), title=[]) for place in range(3)])
    pictured = Section(cards=[Card(key="p", title=[], picture=no_photo())])
    assert least_height([written], 2) == 2 * least_height([written], 3) == least_height([written] * 2, 3)
    assert least_height([pictured], 1) > least_height([written], 3)
    assert least_height([pictured] * 50, 1) == least_height([pictured] * 90, 1)
