"""A pair scorer of a catalogue's own from the decisions on its pairs, where it has no labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from product_matching.errors import InputError
from product_matching.matching.second_stage.recalibration import DecidedPairs, recalibrate
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.score_pairs import prepare_catalogue

if TYPE_CHECKING:
    from product_matching.matching.decisions import PairDecisions
    from product_matching.matching.second_stage.scorer import PairScorer
    from product_matching.store.bundle import Bundle


def fit_to_decisions(bundle: Bundle, decisions: PairDecisions) -> PairScorer:
    """Fit the probabilities of the scorer that decides by default to the decisions on a catalogue's pairs.

    Parameters
    ----------
    bundle
        The catalogue.
    decisions
        Those that hold.

    Returns
    -------
    PairScorer
        Of this catalogue, with the trees of the other.

    Raises
    ------
    InputError
        There are too few decisions, or there is no scorer for the catalogue.
    """
    pairs = np.array([*decisions.same, *decisions.different], dtype=np.int64).reshape(-1, 2)
    decided = DecidedPairs(first=pairs[:, 0], second=pairs[:, 1], same=np.arange(len(pairs)) < len(decisions.same))
    decided.check()
    chosen = choose_scorer(bundle)
    if chosen is None:
        raise InputError(
            f"No pair scorer here compares what the catalogue {bundle.manifest.name} has: its probabilities cannot be "
            "fitted to decisions. With label groups, train-pairs trains one."
        )
    scorer = chosen.scorer
    catalogue = prepare_catalogue(bundle, scorer)
    return replace(recalibrate(scorer, catalogue, decided), catalogue_id=bundle.manifest.catalogue_id)
