"""The settings of the review page: which rules are on, and the thresholds that were set by hand."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from product_matching.app.review.address import BITS, EXPANSION, STAGES, ReviewAddress, read_review_address
from product_matching.app.shared.controls import BENCHMARK_NOTE, Controls
from product_matching.app.shared.rules_panel import draw_both, draw_scorer, draw_veto
from product_matching.matching.candidates import Thresholds
from product_matching.matching.chain import Rules
from product_matching.store.bundle import Bundle
from product_matching.workflows.decide import AT_THRESHOLD
from product_matching.workflows.find import default_thresholds

_WITHOUT_DEFAULT = 0.3
#: How far beyond its threshold a lonely listing reaches: a third of it.
_REACH = round(AT_THRESHOLD / 3, 3)
_OF_A_RESULT = {"page": 1}
_CHAIN = Rules()
_MEASURED = {
    "union": True,
    "cross": True,
    "bits": _CHAIN.photo_bits,
    "blend": len(_CHAIN.blend),
    "expand": _CHAIN.expansion,
}


def change_review(**changes: object) -> None:
    """Write the address anew with some of its fields changed; for callbacks. Other rules start at the first page."""
    address = read_review_address(st.query_params.to_dict())[0]
    st.query_params.from_dict(replace(address, **{**_OF_A_RESULT, **changes}).to_params())  # type: ignore[arg-type]


def draw_settings(bundle: Bundle, address: ReviewAddress, scorers: list[str]) -> None:
    """Draw every rule and threshold that the catalogue can answer."""
    controls = Controls("review", change_review, disabled=address.scorer in scorers)
    has_photos, has_titles = bundle.photo_vectors is not None, bundle.title_matrix is not None
    has_phashes = any(bundle.phashes)
    st.subheader("Rules", anchor=False)
    if controls.disabled:
        st.caption("The second stage decides: the other rules have no say until it is off.")
    st.button(
        "Set the measured chain",
        on_click=change_review,
        kwargs=_MEASURED,
        disabled=controls.disabled,
        help="The rules whose figures are in docs/evaluation.md: same photo, averaging, one blending stage, expansion.",
    )
    if has_phashes:
        _draw_same_photo(controls, address)
    _draw_averages(controls, address, has_phashes or (has_photos and has_titles))
    _draw_pairs(controls, address, has_titles)
    if has_titles:
        draw_scorer(controls, address.scorer, scorers)
    st.subheader("How near is near enough", anchor=False)
    _draw_thresholds(controls, bundle, address)


def _draw_same_photo(controls: Controls, address: ReviewAddress) -> None:
    controls.toggle(
        "union",
        "Match by the same photo",
        address.union,
        {"union": True},
        {"union": False},
        "Listings with the same picture are matches whatever their titles (pHash union).",
    )
    if address.union or address.cross:
        says = "Two photos are the same if their pHashes differ in at most this many of 64 bits."
        controls.whole("bits", "Bits that may differ in one photo", address.bits, BITS, says)


def _draw_averages(controls: Controls, address: ReviewAddress, has_same: bool) -> None:
    if has_same:
        controls.toggle(
            "cross",
            "Average over the same photo or title",
            address.cross,
            {"cross": True},
            {"cross": False},
            "Titles are averaged over listings with the same photo, photos over listings with the same title, so that "
            "one side's knowledge helps the other (cross-mean).",
        )
    controls.whole(
        "blend",
        "Neighbourhood blending, stages",
        address.blend,
        STAGES,
        "Each stage pulls a listing towards its near neighbours, so that groups draw together. 0 is off.",
    )
    controls.whole(
        "expand",
        "Expansion, vectors summed up",
        address.expand,
        EXPANSION,
        "Each listing is replaced by the weighted sum of itself and its nearest ones. 1 is off.",
    )


def _draw_pairs(controls: Controls, address: ReviewAddress, has_titles: bool) -> None:
    controls.toggle(
        "mutual",
        "Mutual nearest only",
        address.mutual,
        {"mutual": True},
        {"mutual": False},
        "A pair counts only if each is among the other's nearest: crowded listings attract fewer strangers.",
    )
    if has_titles:
        draw_veto(controls, address.quantity_veto)
    controls.toggle(
        "lonely",
        "Nearest if nothing matches",
        address.nearest is not None,
        {"nearest": _REACH},
        {"nearest": None},
        f"Whoever matches nothing gets its nearest listing, up to a third beyond the threshold (min2). "
        f"{BENCHMARK_NOTE}",
    )
    if address.nearest is not None:
        st.caption(f":material/science: {BENCHMARK_NOTE}")


def _draw_thresholds(controls: Controls, bundle: Bundle, address: ReviewAddress) -> None:
    manifest, own = bundle.manifest, default_thresholds(bundle)
    if manifest.photo_model is not None:
        _draw_side(controls, "photo", "photo", address.photo, own.photo)
    if manifest.title_weighting is not None:
        _draw_side(controls, "title", "title_distance", address.title_distance, own.title)
    if manifest.photo_model is not None and manifest.title_weighting is not None:
        draw_both(controls, address.fused, Thresholds(address.photo or own.photo, address.title_distance or own.title))


def _draw_side(controls: Controls, side: str, field: str, value: float | None, own: float | None) -> None:
    start = _WITHOUT_DEFAULT if own is None else own
    controls.toggle(
        field,
        f"Set the {side} distance by hand",
        value is not None,
        {field: start},
        {field: None},
        "Otherwise it is tuned for the rules, since distances shrink with every rule that averages: on the labels of "
        "the catalogue (of its validation part, if a column part names one), or without labels so that a listing has "
        "three others on average.",
    )
    if value is not None:
        controls.distance(field, f"Largest {side} distance", value)
