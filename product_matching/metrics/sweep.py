"""Choose the distance threshold that scores best, exactly: every threshold that changes a prediction is tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.metrics.listing_f1 import MAX_PREDICTIONS, group_sizes, other_neighbours
from product_matching.search.neighbours import FloatArray, Neighbours

#: Decimals in which two mean scores are compared: below it they are equal and the smaller threshold wins.
_SCORE_DECIMALS = 12


@dataclass(frozen=True)
class ThresholdChoice:
    """The threshold that scored best.

    Attributes
    ----------
    threshold
        Cosine distance; a pair at exactly this distance is a match.
    f1
        Mean F1 of the queries at this threshold.
    n
        Number of listings of the catalogue that it was chosen on: a threshold holds for that size.
    """

    threshold: float
    f1: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Mean scores of the queries at every threshold that changes a prediction; every array has shape (T,).

    Attributes
    ----------
    thresholds
        Cosine distances, rising, the first one 0.
    f1, precision, recall
        Mean over the queries of each listing's score at that threshold.
    n
        Number of listings of the catalogue.
    """

    thresholds: FloatArray
    f1: FloatArray
    precision: FloatArray
    recall: FloatArray
    n: int

    def best(self) -> ThresholdChoice:
        """Threshold with the best F1; among equals the smallest."""
        return self._choice(int(np.argmax(np.round(self.f1, _SCORE_DECIMALS))))

    def at_precision(self, precision: float) -> ThresholdChoice | None:
        """Threshold with the best recall among those with at least `precision`; None if there is none."""
        allowed = np.flatnonzero(self.precision >= precision)
        if len(allowed) == 0:
            return None
        return self._choice(int(allowed[np.argmax(np.round(self.recall[allowed], _SCORE_DECIMALS))]))

    def _choice(self, position: int) -> ThresholdChoice:
        return ThresholdChoice(float(self.thresholds[position]), float(self.f1[position]), self.n)


def sweep_thresholds(
    neighbours: Neighbours,
    labels: npt.ArrayLike,
    query_rows: npt.ArrayLike | None = None,
    *,
    cap: int | None = MAX_PREDICTIONS,
) -> Sweep:
    """Score every threshold at once.

    Each neighbour changes the score of its query by a fixed step when the threshold passes it, whatever the other
    queries do: the mean at a threshold is the start plus the sum of the steps up to it.

    Parameters
    ----------
    neighbours
        The nearest candidates of each query, itself included or not.
    labels
        Group label of each catalogue row, shape (N,).
    query_rows
        Catalogue row of each query, shape (Q,); by default query q is row q.
    cap
        Predictions of a query that count, the listing itself among them; the competition's by default, None for all.

    Returns
    -------
    Sweep
        Mean F1, precision and recall at 0 and at every distance that occurs.
    """
    labels = np.asarray(labels)
    own = np.arange(len(neighbours)) if query_rows is None else np.asarray(query_rows, dtype=np.int64)
    counted = other_neighbours(neighbours, own, cap=cap)
    queries = neighbours.queries()[counted]
    true = group_sizes(labels)[own]
    correct = (labels[neighbours.rows[counted]] == labels[own[queries]]).astype(np.float64)
    position, hits = _running_counts(queries, correct)
    thresholds, where = np.unique(np.concatenate([[0.0], neighbours.distances[counted]]), return_inverse=True)
    true_here = true[queries]
    steps = {
        "f1": 2 * (hits + 1) / (position + 2 + true_here) - 2 * (hits + 1 - correct) / (position + 1 + true_here),
        "precision": (hits + 1) / (position + 2) - (hits + 1 - correct) / (position + 1),
        "recall": correct / true_here,
    }
    starts = {"f1": 2 / (1 + true), "precision": np.ones(len(own)), "recall": 1 / true}
    means = {
        name: (starts[name].sum() + np.cumsum(np.bincount(where[1:], steps[name], len(thresholds)))) / len(own)
        for name in steps
    }
    return Sweep(
        thresholds=thresholds, f1=means["f1"], precision=means["precision"], recall=means["recall"], n=len(labels)
    )


def _running_counts(queries: npt.NDArray[np.int64], correct: FloatArray) -> tuple[FloatArray, FloatArray]:
    """For each neighbour, its position among its query's (from 0) and the hits up to and including it."""
    starts = np.searchsorted(queries, queries, side="left")
    total = np.cumsum(correct)
    before = (total - correct)[starts] if len(queries) else total
    return (np.arange(len(queries)) - starts).astype(np.float64), total - before


def best_threshold(
    neighbours: Neighbours, labels: npt.ArrayLike, query_rows: npt.ArrayLike | None = None
) -> ThresholdChoice:
    """Cosine-distance threshold with the best mean F1 over all thresholds; ties are won by the smaller one.

    See `sweep_thresholds` for the parameters.
    """
    return sweep_thresholds(neighbours, labels, query_rows).best()
