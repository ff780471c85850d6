"""Map: every listing of a catalogue as a point, near those that look or read alike."""

from __future__ import annotations

from functools import partial

import streamlit as st

from product_matching.app.address import MAP, MAX_FILTER_CHARS, Address
from product_matching.app.components.map import draw_map
from product_matching.app.frame import Frame, draw_frame, open_or_explain
from product_matching.app.map.colours import Chosen, chosen_colours, groups_or_none
from product_matching.app.map.places import MapPlaces, chosen_side, places_of
from product_matching.app.map.selection import draw_selection
from product_matching.app.map.words import about_method, alt_text, say_left_out, say_what
from product_matching.app.navigation import change_address, coupled
from product_matching.app.resources import jobs, warm_up
from product_matching.app.shared.deciding import decide_how
from product_matching.app.shared.job_view import draw_job, visitor
from product_matching.app.shared.unusable import draw_unusable, say_unknown
from product_matching.app.shared.wording import plain
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.workflows.map_listings import Side, sides_of

_SIDE_LABELS: dict[Side, str] = {"photo": "By photos", "title": "By titles"}
_KEY = "map"


def draw_page(frame: Frame) -> None:
    """Draw the page."""
    st.title("Map", anchor=False)
    finder = open_or_explain(frame)
    if finder is None or frame.current is None:
        return
    bundle, address = finder.bundle, frame.address
    side = chosen_side(bundle, address)
    try:
        places = None if side is None else places_of(bundle, side)
    except InputError as error:  # such as vectors that cannot be read any more
        st.error(plain(str(error)), icon=":material/error:")
        return
    if side is None or places is None or not len(places.placed):
        st.info("There is no listing with a photo or title to place on a map.", icon=":material/scatter_plot:")
        return
    deciding = decide_how(bundle, address)
    found, unreadable = groups_or_none(bundle, deciding)
    if unreadable:
        st.warning(f"{plain(unreadable)} Until then the map has no groups.", icon=":material/warning:")
    try:
        chosen = chosen_colours(bundle, address, side, deciding, found=found)
    except InputError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    draw_unusable(
        say_unknown("colour", address.colour, chosen.choices), say_unknown("side", address.side, sides_of(bundle))
    )
    st.caption(say_what(side), help=about_method(bundle, places))
    _draw_controls(bundle, address, side, chosen)
    if chosen.job is not None and chosen.job.error:
        st.error(plain(chosen.job.error), icon=":material/error:")
    elif chosen.job is not None:
        cancel = partial(jobs().cancel, chosen.job.key, visitor())
        draw_job(chosen.job, "Finding the nearest listing of each", cancel)
    _draw_points(bundle, places, chosen)
    draw_selection(bundle, places, _KEY)
    warm_up(frame.current)


def _draw_controls(bundle: Bundle, address: Address, side: Side, chosen: Chosen) -> None:
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        sides = sides_of(bundle)
        if len(sides) > 1:
            place = coupled("side", side)
            st.segmented_control(
                "Places",
                sides,
                format_func=lambda each: _SIDE_LABELS[each],
                required=True,
                width="content",
                key=place["key"],
                on_change=_choose_side,
                args=(place["key"],),
            )
        st.selectbox(
            "Colours",
            list(chosen.choices),
            format_func=lambda key: plain(chosen.choices[key]),
            help=chosen.note or None,
            width=165,
            **coupled("colour", chosen.choice),
        )
        st.text_input(
            "Mark a text in titles",
            max_chars=MAX_FILTER_CHARS,
            placeholder="word or id",
            icon=":material/search:",
            width=185,
            **coupled("text", address.text, typed=True),
        )


def _choose_side(key: str) -> None:
    """Another side is another map: view and area of this one have no meaning there."""
    change_address(side=st.session_state[key], map_view=None, area=None)


def _draw_points(bundle: Bundle, places: MapPlaces, chosen: Chosen) -> None:
    colouring = chosen.colouring
    draw_map(
        _KEY,
        places.points,
        colours=colouring.colours[places.placed],
        kind=colouring.kind,
        legend=colouring.legend(places.placed),
        alt=alt_text(bundle, places, chosen.choices[chosen.choice]),
    )
    left_out = say_left_out(bundle, places)
    if left_out:
        st.caption(left_out)


draw_page(draw_frame(MAP, "Map"))
