"""Switches and sliders that follow the address, and the rules that several pages show."""

from __future__ import annotations

from typing import Any

import streamlit as st

from product_matching.app.address import PHOTO_BITS, Address
from product_matching.app.navigation import coupled
from product_matching.app.parameters import MAX_DISTANCE
from product_matching.app.shared.settings import mean_distance
from product_matching.matching.thresholds import MIN2_SHARE, Thresholds
from product_matching.matching.thresholds import PHOTO_BITS as DEFAULT_BITS

BENCHMARK_NOTE = "For benchmarks only: it assumes that no listing is a singleton."
MIN2_HELP = (
    "A listing without a match gets its nearest listing, if that is at most this share beyond the threshold (min2): "
    f"0.5 is 1.5 times the threshold. {BENCHMARK_NOTE}"
)


def draw_switch(
    field: str, label: str, *, value: Any, on: Any = True, off: Any = False, says: str, disabled: bool = False
) -> bool:
    """Draw a switch of a field that is off at one value.

    Parameters
    ----------
    field
        The field of `Address`.
    label, says
        Its label, and its help text.
    value
        Of the field now.
    on, off
        The values that it switches between; on is any value but `off`.
    disabled
        Whether it has no say now.

    Returns
    -------
    bool
        Whether it is on.
    """
    is_on = bool(value != off)
    place = coupled(field, is_on, to=lambda switched: on if switched else off, part="on")
    st.toggle(label, help=says, disabled=disabled, wrap=True, **place)
    return is_on


def draw_distance(field: str, label: str, value: float, *, default: float | None = None) -> None:
    """Draw a slider for a distance; standing at `default` it leaves the address."""
    step_of_default = None if default is None else _slider_step(default)
    st.slider(
        label,
        0.0,
        MAX_DISTANCE,
        step=0.001,
        format="%.3f",
        help="0 is the same, 1 has nothing in common. Arrow keys move it by 0.001, Page up and down by more.",
        **coupled(
            field,
            _slider_step(value),
            to=lambda moved: None if _slider_step(moved) == step_of_default else _slider_step(moved),
        ),
    )


def _slider_step(distance: float) -> float:
    """The step of a slider that is nearest to a distance."""
    return min(round(distance, 3), MAX_DISTANCE)


def draw_whole(field: str, label: str, value: int, accepted: range, *, says: str | None = None) -> None:
    """Draw a slider for a whole number."""
    st.slider(label, accepted[0], accepted[-1], help=says, **coupled(field, value))


def draw_both(address: Address, thresholds: Thresholds) -> None:
    """Draw the rule on the mean distance; its slider starts at the mean of both thresholds."""
    on = draw_switch(
        "fused_threshold",
        "Match by both together",
        value=address.fused_threshold,
        on=_slider_step(mean_distance(thresholds)),
        off=None,
        says="A listing also matches if the mean of its photo and title distances is within this threshold.",
    )
    if on and address.fused_threshold is not None:
        draw_distance("fused_threshold", "Largest mean distance", address.fused_threshold)


def draw_same_photo(address: Address) -> None:
    """Draw the rule on the same photo."""
    draw_switch(
        "photo_bits",
        "Match by the same photo",
        value=address.photo_bits,
        on=DEFAULT_BITS,
        off=None,
        says="Listings with nearly the same photo match, whatever their titles: their perceptual hashes (pHash, 64 "
        "bits) differ in few bits.",
    )
    if address.photo_bits is not None:
        draw_whole("photo_bits", "Bits that may differ", address.photo_bits, PHOTO_BITS)


def draw_veto(address: Address) -> None:
    """Draw the rule on quantities."""
    draw_switch(
        "quantity_veto",
        "Different quantities are no match",
        value=address.quantity_veto,
        says="250 g is not 500 g: listings that state another weight, volume, length, memory or power do not match at "
        "any distance.",
    )


def draw_min2(address: Address) -> None:
    """Draw the rule for benchmarks that accepts the nearest listing of a query without a match."""
    draw_switch(
        "min2",
        "Nearest if nothing matches",
        value=address.min2,
        on=MIN2_SHARE,
        off=None,
        says=MIN2_HELP,
    )
    if address.min2 is not None:
        draw_distance("min2", "Share beyond the threshold", address.min2)
        st.caption(f":material/science: {BENCHMARK_NOTE}")
