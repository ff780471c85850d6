"""The rules on single pairs and the second stage, each on and off beside the sliders."""

from __future__ import annotations

from typing import Any

import streamlit as st

from product_matching.app.address import PHOTO_BITS, Address
from product_matching.app.judges import describe_no_judge
from product_matching.app.parameters import MAX_THRESHOLD
from product_matching.app.query_panel import change_address
from product_matching.app.wording import count_text, plain
from product_matching.matching.candidates import Thresholds
from product_matching.store.bundle import Bundle

BENCHMARK_NOTE = "For benchmarks: it assumes that nobody is alone."
_DEFAULT_BITS = 4
_DEFAULT_REACH = 0.1
_WITHOUT_DEFAULT = 0.3
_NO_JUDGE = "None: distances and rules decide"


def draw_rules(bundle: Bundle, address: Address, thresholds: Thresholds, judges: list[str]) -> None:
    """Draw every rule that the catalogue can answer, closed at first, and say which are on.

    Parameters
    ----------
    bundle, address
        The catalogue, and what the address says of the rules.
    thresholds
        Of both sides: their mean is where the slider of the mean distance starts.
    judges
        Names of the pair classifiers that are here.
    """
    both_sides = bundle.photo_vectors is not None and bundle.title_matrix is not None
    judged = address.judge is not None
    with st.expander("Rules", icon=":material/rule:", key="rules"):
        if both_sides:
            _draw_both(address, thresholds, judged)
        if any(bundle.phashes):
            _draw_same_photo(address, judged)
        if bundle.title_matrix is not None:
            _draw_veto(address, judged)
        _draw_nearest(address, judged)
        if bundle.title_matrix is not None:
            _draw_judge(address, judges)
    on = describe_rules(address)
    if on:
        st.caption(f"{count_text(len(on), 'rule')} on: {', '.join(on)}.")


def describe_rules(address: Address) -> list[str]:
    """Name the rules that are on, in words."""
    if address.judge is not None:
        return [f"second stage {plain(address.judge)}"]
    named = (
        (address.fused is not None, "both together"),
        (address.photo_bits is not None, "same photo"),
        (address.quantity_veto, "different quantities are no match"),
        (address.nearest is not None, "nearest if nothing matches"),
    )
    return [name for on, name in named if on]


def _draw_both(address: Address, thresholds: Thresholds, disabled: bool) -> None:
    sides = [side for side in (thresholds.photo, thresholds.title) if side is not None]
    start = round(sum(sides) / len(sides), 3) if sides else _WITHOUT_DEFAULT
    _toggle(
        "both",
        "Match by both together",
        address.fused is not None,
        {"fused": start},
        {"fused": None},
        "A match is also who is near enough on the average of photo and title, though by neither alone.",
        disabled,
    )
    if address.fused is not None:
        _distance("fused", "Largest mean distance", address.fused, disabled)


def _draw_same_photo(address: Address, disabled: bool) -> None:
    _toggle(
        "same_photo",
        "Match by the same photo",
        address.photo_bits is not None,
        {"photo_bits": _DEFAULT_BITS},
        {"photo_bits": None},
        "A match is also who has the same picture, whatever the title: their perceptual hashes (pHash, 64 bits) "
        "are equal but for a few bits.",
        disabled,
    )
    if address.photo_bits is not None:
        _place("photo_bits", address.photo_bits)
        st.slider(
            "Bits that may differ",
            PHOTO_BITS[0],
            PHOTO_BITS[-1],
            key="rule_photo_bits",
            on_change=_move,
            args=("photo_bits",),
            disabled=disabled,
        )


def _draw_veto(address: Address, disabled: bool) -> None:
    _toggle(
        "veto",
        "Different quantities are no match",
        address.quantity_veto,
        {"quantity_veto": True},
        {"quantity_veto": False},
        "250 g is not 500 g: who states another weight, volume, length, memory or power is no match, however near.",
        disabled,
    )


def _draw_nearest(address: Address, disabled: bool) -> None:
    _toggle(
        "lonely",
        "Nearest if nothing matches",
        address.nearest is not None,
        {"nearest": _DEFAULT_REACH},
        {"nearest": None},
        f"Whoever matches nothing gets its nearest listing, if that is not too far (min2). {BENCHMARK_NOTE}",
        disabled,
    )
    if address.nearest is not None:
        _distance("nearest", "How far beyond the distance", address.nearest, disabled)
        st.caption(f":material/science: {BENCHMARK_NOTE}")


def _draw_judge(address: Address, judges: list[str]) -> None:
    if not judges:
        st.caption(describe_no_judge())
        return
    _place("judge", address.judge if address.judge in judges else None)
    st.selectbox(
        "Second stage",
        [None, *judges],
        key="rule_judge",
        format_func=lambda name: name or _NO_JUDGE,
        on_change=_move,
        args=("judge",),
        help="A trained classifier looks at each pair and decides instead of distances and rules. It scores the "
        "candidates and names its main reasons.",
    )


def _toggle(
    name: str, label: str, on: bool, switched_on: dict[str, Any], off: dict[str, Any], says: str, disabled: bool
) -> None:
    _place(name, on)
    st.toggle(
        label,
        key=f"rule_{name}",
        on_change=_switch,
        args=(name, switched_on, off),
        help=says,
        disabled=disabled,
        wrap=True,
    )


def _distance(field: str, label: str, value: float, disabled: bool) -> None:
    _place(field, value)
    st.slider(
        label,
        0.0,
        MAX_THRESHOLD,
        step=0.001,
        format="%.3f",
        key=f"rule_{field}",
        on_change=_move,
        args=(field,),
        disabled=disabled,
    )


def _place(name: str, value: object) -> None:
    """Bring a widget to what the address says; one that stands there is left alone."""
    key = f"rule_{name}"
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _switch(name: str, switched_on: dict[str, Any], off: dict[str, Any]) -> None:
    change_address(**(switched_on if st.session_state[f"rule_{name}"] else off))


def _move(field: str) -> None:
    value = st.session_state[f"rule_{field}"]
    change_address(**{field: round(value, 3) if isinstance(value, float) else value})
