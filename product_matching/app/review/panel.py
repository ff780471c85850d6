"""The settings of the review page: which rules are on, and the thresholds that were set by hand."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from product_matching.app.address import EXPANSION, STAGES, Address
from product_matching.app.navigation import change_address
from product_matching.app.shared.controls import (
    draw_both,
    draw_distance,
    draw_min2,
    draw_same_photo,
    draw_scorer,
    draw_switch,
    draw_veto,
    draw_whole,
)
from product_matching.app.shared.settings import chosen_thresholds, default_distance
from product_matching.matching.chain import MEASURED_CHAIN
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import TunedThreshold

_MEASURED = {
    "photo_bits": MEASURED_CHAIN.pairs.photo_bits,
    "cross_mean": MEASURED_CHAIN.vectors.cross_mean,
    "blend": len(MEASURED_CHAIN.vectors.blend),
    "expansion": MEASURED_CHAIN.vectors.expansion,
}


def draw_settings(bundle: Bundle, address: Address, scorers: Sequence[str]) -> None:
    """Draw every rule and threshold that the catalogue can answer."""
    disabled = address.scorer in scorers
    has_photos, has_titles = bundle.photo_vectors is not None, bundle.title_matrix is not None
    has_phashes = any(bundle.phashes)
    st.subheader("Rules", anchor=False)
    if disabled:
        st.caption("The pair scorer decides: the other rules have no say until it is off.")
    st.button(
        "Set the measured chain",
        on_click=change_address,
        kwargs=_MEASURED,
        disabled=disabled,
        help="The rules whose figures are in docs/evaluation.md: same photo, averaging, one blending stage, expansion.",
    )
    if has_phashes:
        draw_same_photo(address, disabled=disabled)
    if has_phashes or (has_photos and has_titles):
        _draw_cross_mean(address, disabled=disabled)
    _draw_averages(address, disabled=disabled)
    _draw_mutual(address, disabled=disabled)
    if has_titles:
        draw_veto(address, disabled=disabled)
    draw_min2(address, disabled=disabled)
    if has_titles:
        draw_scorer(address.scorer, scorers)
    st.subheader("How near is near enough", anchor=False)
    _draw_thresholds(bundle, address, disabled=disabled)


def _draw_cross_mean(address: Address, *, disabled: bool) -> None:
    draw_switch(
        "cross_mean",
        "Average over the same photo or title",
        value=address.cross_mean,
        says="Titles are averaged over listings with the same photo, photos over listings with the same title, so that "
        "each side profits from the other (cross-mean).",
        disabled=disabled,
    )


def _draw_averages(address: Address, *, disabled: bool) -> None:
    draw_whole(
        "blend",
        "Neighbourhood blending, stages",
        address.blend,
        STAGES,
        says="Each stage pulls a listing towards its near neighbours, so that groups draw together. 0 is off.",
        disabled=disabled,
    )
    draw_whole(
        "expansion",
        "Expansion, vectors summed up",
        address.expansion,
        EXPANSION,
        says="Each listing is replaced by the weighted sum of itself and its nearest ones. 1 is off.",
        disabled=disabled,
    )


def _draw_mutual(address: Address, *, disabled: bool) -> None:
    draw_switch(
        "mutual",
        "Mutual nearest only",
        value=address.mutual,
        says="A pair counts only if each is among the other's nearest: a listing that is near to many others matches "
        "fewer of them.",
        disabled=disabled,
    )


def _draw_thresholds(bundle: Bundle, address: Address, *, disabled: bool) -> None:
    manifest = bundle.manifest
    if manifest.photo_model is not None:
        _draw_side("photo", address.photo_threshold, manifest.photo_threshold, disabled=disabled)
    if manifest.title_weighting is not None:
        _draw_side("title", address.title_threshold, manifest.title_threshold, disabled=disabled)
    if manifest.photo_model is not None and manifest.title_weighting is not None:
        draw_both(address, chosen_thresholds(address, manifest), disabled=disabled)


def _draw_side(side: str, value: float | None, own: TunedThreshold | None, *, disabled: bool) -> None:
    draw_switch(
        f"{side}_threshold",
        f"Set the {side} distance by hand",
        value=value,
        on=round(default_distance(own), 3),
        off=None,
        says="Otherwise it is the catalogue's default. With rules that average, distances shrink, and it is tuned for "
        "them: on the labels of the catalogue (of its validation part, if a column part names one), or without labels "
        "so that a listing has three others on average.",
        disabled=disabled,
    )
    if value is not None:
        draw_distance(f"{side}_threshold", f"Largest {side} distance", value, disabled=disabled)
