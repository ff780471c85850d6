"""Choose the distance threshold that scores best, exactly: every threshold that changes a prediction is tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.metrics.listing_f1 import group_sizes, other_neighbours
from product_matching.search.neighbours import FloatArray, Neighbours, sort_neighbours

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


@dataclass(frozen=True)
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


def sweep_thresholds(neighbours: Neighbours, labels: npt.ArrayLike, query_rows: npt.ArrayLike | None = None) -> Sweep:
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

    Returns
    -------
    Sweep
        Mean F1, precision and recall at 0 and at every distance that occurs.
    """
    labels = np.asarray(labels)
    own = np.arange(len(neighbours)) if query_rows is None else np.asarray(query_rows, dtype=np.int64)
    counted = other_neighbours(neighbours, own)
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
    return Sweep(thresholds, means["f1"], means["precision"], means["recall"], len(labels))


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


@dataclass(frozen=True)
class UnionChoice:
    """The pair of thresholds that scored best when either one suffices for a match.

    Attributes
    ----------
    first, second
        Cosine distances; a pair within either is a match.
    f1
        Mean F1 of the queries.
    n
        Number of listings of the catalogue.
    """

    first: float
    second: float
    f1: float
    n: int


def best_union(
    first: Neighbours,
    second: Neighbours,
    labels: npt.ArrayLike,
    first_thresholds: npt.ArrayLike,
    query_rows: npt.ArrayLike | None = None,
) -> UnionChoice:
    """Best pair of thresholds for "within the first or within the second": a grid on one, exact on the other.

    Parameters
    ----------
    first, second
        Candidates of the same queries by two kinds of distance.
    labels
        Group label of each catalogue row, shape (N,).
    first_thresholds
        Cosine distances to try for `first`, shape (A,); for each, every threshold for `second` is tried.
    query_rows
        Catalogue row of each query; by default query q is row q.

    Returns
    -------
    UnionChoice
        The best pair; among equals the smaller first, then the smaller second threshold.
    """
    choices = []
    for threshold in np.unique(np.asarray(first_thresholds, dtype=np.float64)):
        best = best_threshold(_accept_within(first, float(threshold), second), labels, query_rows)
        choices.append(UnionChoice(float(threshold), best.threshold, best.f1, best.n))
    return max(choices, key=lambda choice: (round(choice.f1, _SCORE_DECIMALS), -choice.first, -choice.second))


def _accept_within(first: Neighbours, threshold: float, second: Neighbours) -> Neighbours:
    """Take the second's candidates, with everything within the first's threshold at distance 0."""
    near = first.distances <= threshold
    queries = np.concatenate([first.queries()[near], second.queries()])
    rows = np.concatenate([first.rows[near], second.rows])
    distances = np.concatenate([np.zeros(int(near.sum())), second.distances])
    pairs, kept = np.unique(np.column_stack([queries, rows]), axis=0, return_index=True)
    return sort_neighbours(pairs[:, 0], pairs[:, 1], distances[kept], len(second))
