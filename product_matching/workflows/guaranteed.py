"""The least score with a guaranteed precision, from what people decided on the pairs of a scored catalogue."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from product_matching.matching.decisions import PairDecisions
from product_matching.metrics.guarantee import Guarantee, guaranteed_threshold, one_of_each
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, Neighbours, RowArray
from product_matching.workflows.audit import SCORE_EDGES
from product_matching.workflows.threshold_curves import SURE_STEPS

#: Listings whose pairs have this score or more, directly or in a chain, are one group: their pairs are alike.
_GROUPED_FROM = 0.9
_SEED = 20240501


def guarantee_from_decisions(
    scored: Neighbours, decisions: PairDecisions, *, precision: float, confidence: float
) -> Guarantee:
    """Find the loosest least score, in whole percent, from which on pairs are shown to be precise.

    Of the decided pairs of one group and score band, one counts, drawn with a fixed seed: they stand or fall together.
    A decided pair that was never scored is accepted at no score, and does not count.

    Parameters
    ----------
    scored
        Every candidate pair at the distance 1 - score.
    decisions
        What people decided.
    precision, confidence
        What is to be shown, both between 0 and 1.
    """
    pairs = np.array([*decisions.same, *decisions.different], dtype=np.int64).reshape(-1, 2)
    right = np.arange(len(pairs)) < len(decisions.same)
    scores = _scores_of(scored, pairs[:, 0], pairs[:, 1])
    known = ~np.isnan(scores)
    pairs, right, scores = pairs[known], right[known], scores[known]
    if len(pairs):
        groups = _groups(scored)[pairs.min(axis=1)]
        counted = one_of_each(groups, np.searchsorted(SCORE_EDGES, scores, side="right"), seed=_SEED)
        right, scores = right[counted], scores[counted]
    return guaranteed_threshold(scores, right, SURE_STEPS, precision=precision, confidence=confidence)


def _scores_of(scored: Neighbours, first: RowArray, second: RowArray) -> FloatArray:
    """Score of each pair, NaN where it was not scored; shape (P,)."""
    scores = np.full(len(first), np.nan)
    for place, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        rows, distances = scored.of(one)
        found = np.flatnonzero(rows == other)
        if len(found):
            scores[place] = round(1.0 - float(distances[found[0]]), DISTANCE_DECIMALS)
    return scores


def _groups(scored: Neighbours) -> RowArray:
    near = scored.distances <= round(1.0 - _GROUPED_FROM, DISTANCE_DECIMALS)
    n = len(scored)
    graph = csr_matrix((np.ones(int(near.sum())), (scored.queries()[near], scored.rows[near])), shape=(n, n))
    groups: RowArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return groups
