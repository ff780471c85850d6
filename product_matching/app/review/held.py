"""The pairs that groups wait for: those of listings that were added since and lie between groups."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from product_matching.app.resources import decisions_of
from product_matching.app.review.comparing import ComparedPairs
from product_matching.app.review.request import GroupRequest
from product_matching.matching.decisions import Pair, PairDecisions
from product_matching.store.bundle import Bundle
from product_matching.workflows.groups import place_listings
from product_matching.workflows.match import match_by_scores


def held_of(bundle: Bundle, request: GroupRequest, compared: ComparedPairs) -> Sequence[Pair]:
    """The pairs that groups wait for under the decisions that hold now (see `Placing.held`).

    Raises
    ------
    InputError
        The decisions cannot be read.
    """
    if bundle.added is None:
        return ()
    decisions = decisions_of(bundle)
    return _held(f"{request.key} {request.least} {decisions.version}", request.least, compared, decisions.pairs)


@st.cache_resource(max_entries=8, show_spinner=False)
def _held(key: str, least: float, _compared: ComparedPairs, _decisions: PairDecisions) -> Sequence[Pair]:
    decided = _compared.matched
    if decided is None and _compared.scored is not None:
        decided = match_by_scores(_compared.scored, least)
    return () if decided is None else place_listings(decided.with_decisions(_decisions)).held
