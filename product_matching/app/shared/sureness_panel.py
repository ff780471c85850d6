"""The panel that Find and Review share: what decides, and the least probability of a match."""

from __future__ import annotations

from typing import Any

import streamlit as st

from product_matching.app.address import DISTANCES, SURE_PERCENT, SURENESS, Address
from product_matching.app.navigation import coupled, current_address, go_to
from product_matching.app.shared.catalogues import list_catalogues
from product_matching.app.shared.deciding import Deciding, percent_of
from product_matching.app.shared.scorers import scorer_names
from product_matching.app.shared.sureness import (
    ELSEWHERE,
    measured_near,
    measured_table,
    say_calibration,
    say_catalogue,
    say_measured,
    say_where,
)
from product_matching.app.shared.wording import plain
from product_matching.matching.second_stage.feature_sides import COMPARISONS
from product_matching.places import embeddings_folder
from product_matching.workflows.choose_scorer import ChosenScorer

_LABELS = {SURENESS: "Sureness", DISTANCES: "Distances"}
_HELP = (
    "Sureness is the probability that two listings are the same product, from all that is known of both. Distances "
    "compare photos and titles one by one, each with its own threshold, with rules behind them."
)


def draw_decision(deciding: Deciding) -> None:
    """Draw the choice of what decides; nothing without a pair scorer."""
    if deciding.chosen is None:
        return
    st.segmented_control(
        "Decide by",
        list(_LABELS),
        format_func=lambda by: _LABELS[by],
        help=_HELP,
        required=True,
        **_coupled_decision(deciding.by),
    )


def _coupled_decision(by: str) -> dict[str, Any]:
    place = coupled("decide", by)
    return place | {"on_change": _decide_by, "args": (place["key"],)}


def _decide_by(key: str) -> None:
    go_to(current_address().deciding_by(st.session_state[key]))


def draw_sureness(address: Address, deciding: Deciding, comparison: str, *, read: bool = False) -> None:
    """Draw the least probability of a match: presets, a slider, and what was measured there.

    Parameters
    ----------
    address
        Of the page.
    deciding
        What decides.
    comparison
        The sides by which the pairs of this page are compared, of `COMPARISONS`.
    read
        Whether they are compared by the print of the photo too.
    """
    chosen = deciding.chosen
    if chosen is None:
        return
    draw_least(deciding)
    presets = chosen.scorer.presets
    where = _measured_on(chosen)
    for preset in measured_near(presets, deciding.sure):
        st.caption(say_measured(preset, comparison, where=where, read=read))
    if presets and not chosen.calibrated_here:
        st.caption(ELSEWHERE)
    with st.popover(
        "What do the percentages mean?", icon=":material/help:", key="percentages", on_change="rerun"
    ) as popover:
        if not popover.open:
            return
        st.markdown(say_calibration(chosen))
        if presets:
            st.markdown(f"Measured on {where}:\n\n{measured_table(presets, COMPARISONS)}")
        _draw_scorers(address, chosen)


def _measured_on(chosen: ChosenScorer) -> str:
    """Name the listings on which the presets of a pair scorer were measured."""
    return say_where(chosen, {} if chosen.calibrated_here else _names())


def _names() -> dict[str, str]:
    """Names of the catalogues that are here, by their identity."""
    known = list_catalogues(embeddings_folder())
    return {each.manifest.catalogue_id: each.name for each in known if each.manifest is not None}


def calibration_caveat(deciding: Deciding) -> str:
    """Say on which other catalogue the percentages were calibrated, as in "as calibrated on ..."; "" where on this."""
    chosen = deciding.chosen
    if chosen is None or chosen.calibrated_here:
        return ""
    return f"as calibrated on {say_catalogue(chosen, _names())}, not on this one"


def draw_least(deciding: Deciding) -> None:
    """Draw the least probability of a match: the presets and a slider."""
    chosen = deciding.chosen
    if chosen is None:
        return
    presets = chosen.scorer.presets
    percents = {preset.name: percent_of(preset.probability) for preset in presets}
    default = percent_of(chosen.least_probability)

    def to_field(percent: int | None) -> int | None:
        return None if percent == default else percent

    if presets:
        at = next((name for name, percent in percents.items() if percent == deciding.sure), None)
        st.segmented_control(
            "Preset",
            list(percents),
            format_func=str.capitalize,
            label_visibility="collapsed",
            **coupled("sure", at, to=lambda name: to_field(percents.get(name, deciding.sure)), part="preset"),
        )
    st.slider(
        "Least probability of the same product",
        SURE_PERCENT[0],
        SURE_PERCENT[-1],
        format="at least %d %% sure",
        help="Listings from this probability on are matches.",
        **coupled("sure", deciding.sure, to=to_field),
    )


def _draw_scorers(address: Address, chosen: ChosenScorer) -> None:
    names = scorer_names()
    if len(names) < 2 and address.scorer is None:
        st.caption(f"Pair scorer: {plain(chosen.name)}")
        return
    st.selectbox(
        "Pair scorer",
        ["", *names],
        format_func=lambda name: name or "Chosen for the catalogue",
        help="Trained by train-pairs; each has its own percentages.",
        **coupled("scorer", address.scorer if address.scorer in names else "", to=lambda name: name or None),
    )
