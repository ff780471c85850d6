"""The rules on single pairs and the second stage, each on and off beside the sliders of the find page."""

from __future__ import annotations

import streamlit as st

from product_matching.app.find.address import PHOTO_BITS, Address
from product_matching.app.find.query_panel import change_address
from product_matching.app.shared.controls import BENCHMARK_NOTE, Controls
from product_matching.app.shared.scorers import describe_no_scorer
from product_matching.app.shared.wording import count_text, plain
from product_matching.matching.candidates import Thresholds
from product_matching.store.bundle import Bundle

_DEFAULT_BITS = 4
_DEFAULT_REACH = 0.1
_WITHOUT_DEFAULT = 0.3


def draw_rules(bundle: Bundle, address: Address, thresholds: Thresholds, scorers: list[str], *, scored: bool) -> None:
    """Draw every rule that the catalogue can answer, closed at first, and say which are on.

    Parameters
    ----------
    bundle, address
        The catalogue, and what the address says of the rules.
    thresholds
        Of both sides: their mean is where the slider of the mean distance starts.
    scorers
        Names of the pair scorers that are here.
    scored
        Whether one of them decides: the other rules have no say then.
    """
    controls = Controls("rule", change_address, disabled=scored)
    with st.expander("Rules", icon=":material/rule:", key="rules"):
        if bundle.photo_vectors is not None and bundle.title_matrix is not None:
            draw_both(controls, address.fused, thresholds)
        if any(bundle.phashes):
            _draw_same_photo(controls, address.photo_bits)
        if bundle.title_matrix is not None:
            draw_veto(controls, address.quantity_veto)
        _draw_nearest(controls, address.nearest)
        if bundle.title_matrix is not None:
            draw_scorer(controls, address.scorer, scorers)
    on = describe_rules(address, scored=scored)
    if on:
        st.caption(f"{count_text(len(on), 'rule')} on: {', '.join(on)}.")


def describe_rules(address: Address, *, scored: bool) -> list[str]:
    """Name the rules that are on, in words; the second stage alone where it decides."""
    if scored:
        return [f"second stage {plain(str(address.scorer))}"]
    named = (
        (address.fused is not None, "both together"),
        (address.photo_bits is not None, "same photo"),
        (address.quantity_veto, "different quantities are no match"),
        (address.nearest is not None, "nearest if nothing matches"),
    )
    return [name for on, name in named if on]


def draw_both(controls: Controls, fused: float | None, thresholds: Thresholds) -> None:
    """Draw the rule on the mean distance; its slider starts at the mean of both thresholds."""
    sides = [side for side in (thresholds.photo, thresholds.title) if side is not None]
    start = round(sum(sides) / len(sides), 3) if sides else _WITHOUT_DEFAULT
    says = "A match is also who is near enough on the average of photo and title, though by neither alone."
    controls.toggle("fused", "Match by both together", fused is not None, {"fused": start}, {"fused": None}, says)
    if fused is not None:
        controls.distance("fused", "Largest mean distance", fused)


def draw_veto(controls: Controls, on: bool) -> None:
    """Draw the rule on quantities."""
    controls.toggle(
        "quantity_veto",
        "Different quantities are no match",
        on,
        {"quantity_veto": True},
        {"quantity_veto": False},
        "250 g is not 500 g: who states another weight, volume, length, memory or power is no match, however near.",
    )


def draw_scorer(controls: Controls, chosen: str | None, scorers: list[str]) -> None:
    """Draw the choice of the second stage, or how to get one."""
    if scorers:
        controls.scorer(chosen, scorers)
    else:
        st.caption(describe_no_scorer())


def _draw_same_photo(controls: Controls, bits: int | None) -> None:
    controls.toggle(
        "same_photo",
        "Match by the same photo",
        bits is not None,
        {"photo_bits": _DEFAULT_BITS},
        {"photo_bits": None},
        "A match is also who has the same picture, whatever the title: their perceptual hashes (pHash, 64 bits) "
        "are equal but for a few bits.",
    )
    if bits is not None:
        controls.whole("photo_bits", "Bits that may differ", bits, PHOTO_BITS)


def _draw_nearest(controls: Controls, reach: float | None) -> None:
    controls.toggle(
        "lonely",
        "Nearest if nothing matches",
        reach is not None,
        {"nearest": _DEFAULT_REACH},
        {"nearest": None},
        f"Whoever matches nothing gets its nearest listing, if that is not too far (min2). {BENCHMARK_NOTE}",
    )
    if reach is not None:
        controls.distance("nearest", "How far beyond the distance", reach)
        st.caption(f":material/science: {BENCHMARK_NOTE}")
