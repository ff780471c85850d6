"""The settings on Find: a slider for each threshold with its histogram, and the rules beside them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from product_matching.app.address import Address
from product_matching.app.navigation import change_address
from product_matching.app.shared.charts import distance_chart, probability_chart
from product_matching.app.shared.controls import (
    draw_both,
    draw_distance,
    draw_min2,
    draw_same_photo,
    draw_veto,
)
from product_matching.app.shared.notes import draw_notes
from product_matching.app.shared.scorers import describe_no_scorer
from product_matching.app.shared.settings import default_distance
from product_matching.app.shared.wording import count_text, plain, tuned_on
from product_matching.matching.calibration import percent_text
from product_matching.matching.candidates import Candidates, FloatArray
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import Manifest, TunedThreshold
from product_matching.workflows.description.basis import say_shift


def draw_thresholds(manifest: Manifest, thresholds: Thresholds, measured: Candidates) -> None:
    """Draw one slider a side, its histogram beneath it, and the way back to the defaults.

    Parameters
    ----------
    manifest, thresholds
        The defaults, and where the sliders stand.
    measured
        The distances of all listings.
    """
    sides = (
        ("photo", thresholds.photo, manifest.photo_threshold, measured.seen),
        ("title", thresholds.title, manifest.title_threshold, measured.title),
    )
    changed = False
    for side, threshold, default, distances in sides:
        if threshold is not None:
            changed |= threshold != default_distance(default)
            _draw_side(side, threshold, default, distances)
            draw_notes(filter(None, [say_shift(manifest, side)]))
    st.button(
        "Back to the defaults",
        icon=":material/restart_alt:",
        disabled=not changed,
        on_click=change_address,
        kwargs={"photo_threshold": None, "title_threshold": None},
    )


def _draw_side(side: str, threshold: float, default: TunedThreshold | None, distances: FloatArray) -> None:
    draw_distance(
        f"{side}_threshold",
        f"Largest {side} distance",
        threshold,
        default=default_distance(default),
    )
    if not np.isnan(distances).all():
        st.plotly_chart(
            distance_chart(distances, threshold, side),
            key=f"{side}_histogram",
            config={"displayModeBar": False},
            alt=_describe(side, distances, threshold),
        )
        apart = int((distances >= 1).sum())
        if apart:
            st.caption(f"{count_text(apart, 'listing')} with nothing in common not drawn.")
    st.caption(f"{plain(tuned_on(default, side + 's'))}" if default else "This bundle has no default.")


def _describe(side: str, distances: FloatArray, threshold: float) -> str:
    within = int((distances <= threshold).sum())
    beyond = int(((distances > threshold) & (distances < 1)).sum())
    return f"Histogram of {side} distances: {within:,} listings at {threshold:.3f} or nearer, {beyond:,} beyond"


def draw_probabilities(probabilities: FloatArray, least: float) -> None:
    """Draw the probabilities of the listings that were compared as a histogram."""
    if not len(probabilities):
        return
    matched = int((probabilities >= least).sum())
    st.plotly_chart(
        probability_chart(probabilities, least),
        key="probability_histogram",
        config={"displayModeBar": False},
        alt=f"Histogram of probabilities: {matched:,} listings with {percent_text(least)} or more, "
        f"{len(probabilities) - matched:,} with less",
    )
    st.caption(f"The {count_text(len(probabilities), 'listing')} near enough to be compared.")


def draw_rules(bundle: Bundle, address: Address, thresholds: Thresholds, *, trained: bool) -> None:
    """Draw every rule that the catalogue can answer, closed at first, and say which are on.

    Parameters
    ----------
    bundle, address
        The catalogue, and the rules of the address.
    thresholds
        Of both sides: their mean is where the slider of the mean distance starts.
    trained
        Whether there is a pair scorer for the catalogue; without one, how to get it is said.
    """
    with st.expander("Rules", icon=":material/rule:", key="rules"):
        if bundle.photo_vectors is not None and bundle.title_matrix is not None:
            draw_both(address, thresholds)
        if any(bundle.phashes):
            draw_same_photo(address)
        if bundle.title_matrix is not None:
            draw_veto(address)
        draw_min2(address)
        if not trained:
            st.caption(describe_no_scorer())
    on = describe_rules(address)
    if on:
        st.caption(f"{count_text(len(on), 'rule')} on: {', '.join(on)}.")


def describe_rules(address: Address) -> list[str]:
    """Name the rules that are on, in words."""
    named = (
        (address.fused_threshold is not None, "both together"),
        (address.photo_bits is not None, "same photo"),
        (address.quantity_veto, "different quantities are no match"),
        (address.min2 is not None, "nearest if nothing matches"),
    )
    return [name for on, name in named if on]
