"""The lesson on distances: two vectors to drag, and pairs of the catalogue at such distances."""

from __future__ import annotations

import math

import streamlit as st

from product_matching.app.components.two_vectors import moved_angle, two_vectors
from product_matching.app.lessons.place import lesson_address
from product_matching.app.navigation import change_address
from product_matching.app.resources import BY_BUNDLE, starts_of
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.refusals import saying_refusals
from product_matching.app.shared.wording import distance_text, plain, shorten
from product_matching.workflows.find import Finder
from product_matching.workflows.lessons.distances import PairAt, Side, lesson_side, pair_at, pairs_of_listings

_KEY = "lesson_vectors"
_N_STARTS, _LADDER = 12, (0.0, 0.2, 0.4, 0.6, 0.8)
_NAME_CHARS = 70
#: Least widths of a pair in pixels, and widths of its pictures.
_CELL = {"photo": 165, "title": 220}
_SMALL, _LARGE = 62, 160


@st.fragment
@saying_refusals()
def draw_vectors(finder: Finder | None) -> None:
    """Draw the lesson; without a catalogue the vectors alone."""
    st.markdown(
        "A vector is an arrow. Two listings are alike when their arrows point the same way: the **cosine distance** is "
        "0 for the same direction, 1 for a right angle. Drag a tip, or choose it and press the arrow keys.",
        help="One minus the cosine of the angle. Only the direction has a say, not the length.",
    )
    angle = lesson_address().angle
    drawn, pair = st.columns([0.58, 0.42], gap="large", vertical_alignment="center")
    with drawn:
        two_vectors(angle, key=_KEY, on_change=_moved)
    side = lesson_side(finder) if finder is not None else None
    if finder is None or side is None:
        return
    pairs = _pairs_of(finder, side)
    if not pairs:
        return
    distance = 1 - math.cos(math.radians(angle))
    with pair:
        _draw_chosen(finder, pairs, side, distance)
    st.markdown(f"**What a distance means here**: pairs of {side}s of this catalogue, from near to far.")
    with st.grid(min_column_width=_CELL[side], gap="small", border=True) as grid:
        for rung in dict.fromkeys(pair_at(pairs, rung) for rung in _LADDER):
            with grid.cell():
                _draw_pair(finder, rung, side)


def _moved() -> None:
    angle = moved_angle(st.session_state.get(_KEY))
    if angle is not None:
        change_address(angle=angle)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_BUNDLE)
def _pairs_of(finder: Finder, side: Side) -> list[PairAt]:
    """A ladder of pairs in steps of a hundredth, worked out once for each catalogue."""
    found = pairs_of_listings(finder, side, starts_of(finder.bundle, _N_STARTS))
    return list(dict.fromkeys(pair for step in range(101) if (pair := pair_at(found, step / 100)) is not None))


def _draw_chosen(finder: Finder, pairs: list[PairAt], side: Side, distance: float) -> None:
    if distance > 1:
        st.markdown("Beyond 1 the arrows point away from each other: such listings have nothing in common.")
    chosen = pair_at(pairs, min(distance, 1.0))
    if chosen is not None:
        st.markdown(f"The pair of this catalogue nearest to **{distance:.3f}**")
        _draw_pair(finder, chosen, side, large=True)


def _draw_pair(finder: Finder, pair: PairAt | None, side: Side, *, large: bool = False) -> None:
    if pair is None:
        return
    bundle = finder.bundle
    rows = (pair.first, pair.second)
    names = [listing_name(bundle.listing(row)) for row in rows]
    if side == "photo":
        with st.container(horizontal=True, gap="small"):
            for row, name in zip(rows, names, strict=True):
                draw_picture(bundle, row, name, width=_LARGE if large else _SMALL)
    else:
        for name in names:
            st.markdown(plain(shorten(name, _NAME_CHARS)))
    said = {True: ":green[same product]", False: ":orange[another product]", None: ""}[pair.same]
    st.markdown(f"**{distance_text(pair.distance)}** {said}")
