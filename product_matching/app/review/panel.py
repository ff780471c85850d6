"""The settings of the review page: which rules are on, and the thresholds that were set by hand."""

from __future__ import annotations

import streamlit as st

from product_matching.app.address import EXPANSION, STAGES, SURENESS, Address
from product_matching.app.navigation import change_address
from product_matching.app.shared.controls import (
    draw_both,
    draw_distance,
    draw_min2,
    draw_same_photo,
    draw_switch,
    draw_veto,
    draw_whole,
)
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.settings import chosen_thresholds, default_distance
from product_matching.app.shared.sureness_panel import draw_decision, draw_sureness
from product_matching.matching.chain import MEASURED_CHAIN
from product_matching.matching.second_stage.feature_sides import BOTH, PHOTO, TITLE
from product_matching.store.bundle import Bundle
from product_matching.store.manifest import TunedThreshold

_MEASURED = {
    "photo_bits": MEASURED_CHAIN.pairs.photo_bits,
    "cross_mean": MEASURED_CHAIN.vectors.cross_mean,
    "blend": len(MEASURED_CHAIN.vectors.blend),
    "expansion": MEASURED_CHAIN.vectors.expansion,
}


def draw_settings(bundle: Bundle, address: Address, deciding: Deciding) -> None:
    """Draw what decides, and the settings of that."""
    draw_decision(deciding)
    if deciding.by == SURENESS:
        draw_sureness(address, deciding, sides_of(bundle))
    else:
        _draw_rules(bundle, address)
        st.subheader("Thresholds", anchor=False)
        _draw_thresholds(bundle, address)


def sides_of(bundle: Bundle) -> str:
    """The sides by which most pairs of a catalogue are compared."""
    if bundle.photo_vectors is None:
        return TITLE
    return PHOTO if bundle.title_matrix is None else BOTH


def _draw_rules(bundle: Bundle, address: Address) -> None:
    """Draw every rule that the catalogue can answer."""
    has_photos, has_titles = bundle.photo_vectors is not None, bundle.title_matrix is not None
    has_phashes = any(bundle.phashes)
    st.subheader("Rules", anchor=False)
    st.button(
        "Set the measured chain",
        on_click=change_address,
        kwargs=_MEASURED,
        help="The rules whose figures are in docs/evaluation.md: same photo, averaging, one blending stage, expansion.",
    )
    if has_phashes:
        draw_same_photo(address)
    if has_phashes or (has_photos and has_titles):
        _draw_cross_mean(address)
    _draw_averages(address)
    _draw_mutual(address)
    if has_titles:
        draw_veto(address)
    draw_min2(address)


def _draw_cross_mean(address: Address) -> None:
    draw_switch(
        "cross_mean",
        "Average over the same photo or title",
        value=address.cross_mean,
        says="Title vectors are averaged over listings with the same photo, photo vectors over listings with the same "
        "title (cross-mean).",
    )


def _draw_averages(address: Address) -> None:
    draw_whole(
        "blend",
        "Neighbourhood blending, stages",
        address.blend,
        STAGES,
        says="Each stage replaces a vector by the weighted mean of its neighbourhood. 0 is off.",
    )
    draw_whole(
        "expansion",
        "Expansion, number of vectors",
        address.expansion,
        EXPANSION,
        says="Each vector is replaced by the weighted mean of itself and its nearest ones. 1 is off.",
    )


def _draw_mutual(address: Address) -> None:
    draw_switch(
        "mutual",
        "Mutual neighbours only",
        value=address.mutual,
        says="A pair matches only if each of its listings is among the nearest of the other.",
    )


def _draw_thresholds(bundle: Bundle, address: Address) -> None:
    manifest = bundle.manifest
    if manifest.photo_model is not None:
        _draw_side("photo", address.photo_threshold, manifest.photo_threshold)
    if manifest.title_weighting is not None:
        _draw_side("title", address.title_threshold, manifest.title_threshold)
    if manifest.photo_model is not None and manifest.title_weighting is not None:
        draw_both(address, chosen_thresholds(address, manifest))


def _draw_side(side: str, value: float | None, own: TunedThreshold | None) -> None:
    draw_switch(
        f"{side}_threshold",
        f"Set the {side} distance by hand",
        value=value,
        on=round(default_distance(own), 3),
        off=None,
        says="If this is off, the catalogue's default is used. Rules that average vectors shrink distances, so that "
        "the threshold is tuned for them: on the labels of the catalogue (of the part validation, if there is one), or "
        "without labels such that a listing has three others on average.",
    )
    if value is not None:
        draw_distance(f"{side}_threshold", f"Largest {side} distance", value)
