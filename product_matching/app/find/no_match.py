"""What the Find page says where nothing matches: why, and what would let the nearest listing in."""

from __future__ import annotations

import numpy as np
import streamlit as st

from product_matching.app.find.decision import Decision, vetoed
from product_matching.app.shared.parameters import MAX_THRESHOLD
from product_matching.app.shared.wording import distance_text
from product_matching.matching.candidates import Candidates, PairRules, Thresholds
from product_matching.workflows.find import Query


def draw_no_match(query: Query, decision: Decision, thresholds: Thresholds, rules: PairRules) -> None:
    """Say that there is no match, and which distance lets the nearest one in that no rule forbids."""
    allowed = decision.beyond.take(~vetoed(decision.beyond, rules))
    if decision.predictions is not None:
        st.info(
            "The second stage takes none of the nearest listings for the same product.", icon=":material/search_off:"
        )
    elif not len(decision.beyond):
        st.info("No listing has anything in common with this.", icon=":material/search_off:")
    elif not len(allowed):
        st.info("Every listing that is near states another quantity.", icon=":material/search_off:")
    else:
        st.info(
            f"No listing is this near{_few_words(query)}. "
            f"Raise {' or '.join(_hints(allowed, thresholds))} to let the nearest one in.",
            icon=":material/search_off:",
        )


def _few_words(query: Query) -> str:
    """The thresholds are tuned on whole titles, from which a few typed words are far."""
    return "" if query.title is None else " (a few words of a title are further from it than another whole title)"


def _hints(beyond: Candidates, thresholds: Thresholds) -> list[str]:
    hints = []
    for side, threshold, distances in (
        ("photo", thresholds.photo, beyond.photo),
        ("title", thresholds.title, beyond.title),
        ("mean", thresholds.fused, (beyond.photo + beyond.title) / 2),
    ):
        nearest = float(np.nanmin(distances, initial=np.inf))
        if threshold is not None and nearest <= MAX_THRESHOLD:
            hints.append(f"the {side} distance to {distance_text(nearest)}")
    return hints
