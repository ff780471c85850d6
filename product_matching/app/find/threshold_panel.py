"""The sliders that decide, each with the distances that it divides and where its default comes from."""

from __future__ import annotations

import numpy as np
import streamlit as st

from product_matching.app.find.address import Address
from product_matching.app.find.query_panel import change_address
from product_matching.app.shared.charts import distance_chart
from product_matching.app.shared.parameters import MAX_THRESHOLD
from product_matching.app.shared.wording import plain, tuned_on
from product_matching.matching.candidates import Candidates, FloatArray
from product_matching.matching.thresholds import Thresholds
from product_matching.store.manifest import Manifest, TunedThreshold

#: Name of each side's field in the address, and what the slider stands on where a bundle has no default.
_FIELDS = {"photo": "photo", "title": "title_distance"}
_WITHOUT_DEFAULT = 0.3


def chosen_thresholds(address: Address, manifest: Manifest) -> Thresholds:
    """The thresholds of the address, the bundle's own where it names none; None for a side without vectors."""
    photo = _chosen(address.photo, manifest.photo_threshold) if manifest.photo_model else None
    title = _chosen(address.title_distance, manifest.title_threshold) if manifest.title_weighting else None
    both = photo is not None and title is not None
    return Thresholds(photo, title, address.fused if both else None)


def _chosen(asked: float | None, default: TunedThreshold | None) -> float:
    return asked if asked is not None else _default(default)


def _default(default: TunedThreshold | None) -> float:
    return _WITHOUT_DEFAULT if default is None else min(round(default.distance, 3), MAX_THRESHOLD)


def draw_thresholds(
    manifest: Manifest, thresholds: Thresholds, candidates: Candidates | None, *, disabled: bool = False
) -> None:
    """Draw one slider a side, its histogram beneath it, and the way back to the defaults."""
    sides = (
        ("photo", thresholds.photo, manifest.photo_threshold, None if candidates is None else candidates.photo),
        ("title", thresholds.title, manifest.title_threshold, None if candidates is None else candidates.title),
    )
    changed = False
    for side, threshold, default, distances in sides:
        if threshold is not None:
            changed |= threshold != _default(default)
            _draw_side(side, threshold, default, distances, disabled)
    st.button(
        "Back to the defaults",
        icon=":material/restart_alt:",
        disabled=disabled or not changed,
        on_click=change_address,
        kwargs={"photo": None, "title_distance": None},
    )


def _draw_side(
    side: str, threshold: float, default: TunedThreshold | None, distances: FloatArray | None, disabled: bool
) -> None:
    key = f"{side}_threshold"
    if st.session_state.get(key) != threshold:
        st.session_state[key] = threshold
    st.slider(
        f"Largest {side} distance",
        min_value=0.0,
        max_value=MAX_THRESHOLD,
        step=0.001,
        format="%.3f",
        key=key,
        on_change=_move,
        args=(side, _default(default)),
        disabled=disabled,
        help="0 is the same, 1 has nothing in common. Arrow keys move it by 0.001, Page up and down by more.",
    )
    if distances is not None and not np.isnan(distances).all():
        st.plotly_chart(
            distance_chart(distances, threshold),
            key=f"{side}_histogram",
            config={"displayModeBar": False},
            alt=_describe(side, distances, threshold),
        )
    st.caption(f"{plain(tuned_on(default, side + 's'))}" if default else "This bundle names no default.")


def _move(side: str, default: float) -> None:
    value = round(float(st.session_state[f"{side}_threshold"]), 3)
    change_address(**{_FIELDS[side]: None if value == default else value})


def _describe(side: str, distances: FloatArray, threshold: float) -> str:
    within = int((distances <= threshold).sum())
    beyond = int(((distances > threshold) & (distances < 1)).sum())
    return f"Histogram of {side} distances: {within} listings at {threshold:.3f} or nearer, {beyond} beyond"
