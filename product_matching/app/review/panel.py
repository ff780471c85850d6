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
        st.caption("The pair scorer decides; the other rules have no effect while it is on.")
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
    st.subheader("Thresholds", anchor=False)
    _draw_thresholds(bundle, address, disabled=disabled)


def _draw_cross_mean(address: Address, *, disabled: bool) -> None:
    draw_switch(
        "cross_mean",
        "Average over the same photo or title",
        value=address.cross_mean,
        says="Title vectors are averaged over listings with the same photo, photo vectors over listings with the same "
        "title (cross-mean).",
        disabled=disabled,
    )


def _draw_averages(address: Address, *, disabled: bool) -> None:
    draw_whole(
        "blend",
        "Neighbourhood blending, stages",
        address.blend,
        STAGES,
        says="Each stage replaces a vector by the weighted mean of its neighbourhood. 0 is off.",
        disabled=disabled,
    )
    draw_whole(
        "expansion",
        "Expansion, number of vectors",
        address.expansion,
        EXPANSION,
        says="Each vector is replaced by the weighted mean of itself and its nearest ones. 1 is off.",
        disabled=disabled,
    )


def _draw_mutual(address: Address, *, disabled: bool) -> None:
    draw_switch(
        "mutual",
        "Mutual neighbours only",
        value=address.mutual,
        says="A pair matches only if each of its listings is among the nearest of the other.",
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
        says="If this is off, the catalogue's default is used. Rules that average vectors shrink distances, so that "
        "the threshold is tuned for them: on the labels of the catalogue (of the part validation, if there is one), or "
        "without labels such that a listing has three others on average.",
        disabled=disabled,
    )
    if value is not None:
        draw_distance(f"{side}_threshold", f"Largest {side} distance", value, disabled=disabled)
