"""The metric of the Shopee competition: F1, precision and recall of each listing's predicted set, then their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, stack_neighbours

#: The competition counts at most this many predictions per listing, the listing itself included.
MAX_PREDICTIONS = 50


@dataclass(frozen=True)
class ListingScores:
    """Scores of each query's predicted set against its true group; every array has shape (Q,).

    Attributes
    ----------
    f1, precision, recall
        Per listing, each in (0, 1]: the listing itself is always in both sets.
    predicted
        Size of the predicted set, itself included, int64.
    """

    f1: FloatArray
    precision: FloatArray
    recall: FloatArray
    predicted: RowArray


def group_sizes(labels: npt.ArrayLike) -> RowArray:
    """For each listing, the number of listings of its group, itself included; shape (N,)."""
    _, inverse, counts = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    return counts[inverse].astype(np.int64)


def other_neighbours(
    neighbours: Neighbours, query_rows: npt.ArrayLike | None = None, *, cap: int | None = MAX_PREDICTIONS
) -> npt.NDArray[np.bool_]:
    """Which of the M neighbours count as predictions: not the listing itself, and within the cap; shape (M,)."""
    own = _own_rows(neighbours, query_rows)[neighbours.queries()]
    other: npt.NDArray[np.bool_] = neighbours.rows != own
    if cap is None:
        return other
    before = np.concatenate([[0], np.cumsum(other)])
    position = before[1:] - np.repeat(before[neighbours.offsets[:-1]], np.diff(neighbours.offsets))
    within: npt.NDArray[np.bool_] = position < cap
    return other & within


def score_listings(
    neighbours: Neighbours,
    labels: npt.ArrayLike,
    query_rows: npt.ArrayLike | None = None,
    *,
    cap: int | None = MAX_PREDICTIONS,
) -> ListingScores:
    """Score the predicted set of each query against the listings that share its label.

    Parameters
    ----------
    neighbours
        The predictions: every neighbour held is predicted, up to the cap. The listing itself is added where it is
        missing, and counts as one of them.
    labels
        Group label of each catalogue row, shape (N,).
    query_rows
        Catalogue row of each query, shape (Q,); by default query q is row q.
    cap
        Predictions that count, the listing itself among them; the competition's by default, None for all.

    Returns
    -------
    ListingScores
        F1, precision and recall of each query.
    """
    labels = np.asarray(labels)
    own = _own_rows(neighbours, query_rows)
    counted = other_neighbours(neighbours, own, cap=cap)
    queries = neighbours.queries()[counted]
    correct = labels[neighbours.rows[counted]] == labels[own[queries]]
    predicted = 1 + np.bincount(queries, minlength=len(neighbours))
    hits = 1 + np.bincount(queries[correct], minlength=len(neighbours))
    true = group_sizes(labels)[own]
    return ListingScores(2.0 * hits / (predicted + true), hits / predicted, hits / true, predicted.astype(np.int64))


def listing_f1(neighbours: Neighbours, labels: npt.ArrayLike, query_rows: npt.ArrayLike | None = None) -> FloatArray:
    """F1 of each query's predicted set; shape (Q,). The competition's score is its mean. See `score_listings`.

    Examples
    --------
    >>> found = Neighbours(np.array([0, 1, 2, 2]), np.array([1, 0]), np.array([0.1, 0.1]))
    >>> listing_f1(found, ["a", "a", "a"]).tolist()
    [0.8, 0.8, 0.5]
    """
    return score_listings(neighbours, labels, query_rows).f1


def query_part(neighbours: Neighbours, query_rows: npt.ArrayLike) -> Neighbours:
    """Of the neighbours of all rows, those of some queries, in the order of `query_rows`, shape (Q,)."""
    rows = np.asarray(query_rows, dtype=np.int64)
    counts = np.diff(neighbours.offsets)[rows]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    taken = np.arange(offsets[-1]) + np.repeat(neighbours.offsets[rows] - offsets[:-1], counts)
    return Neighbours(offsets, neighbours.rows[taken], neighbours.distances[taken])


def query_parts(neighbours: Sequence[Neighbours], query_rows: Sequence[RowArray]) -> tuple[Neighbours, RowArray]:
    """Join what several comparisons of one catalogue found, each for its own queries; with the rows of all queries."""
    parts = [query_part(near, rows) for near, rows in zip(neighbours, query_rows, strict=True)]
    return stack_neighbours(parts), np.concatenate(query_rows)


def _own_rows(neighbours: Neighbours, query_rows: npt.ArrayLike | None) -> RowArray:
    if query_rows is None:
        return np.arange(len(neighbours), dtype=np.int64)
    rows = np.asarray(query_rows, dtype=np.int64)
    if len(rows) != len(neighbours):
        raise ValueError(f"{len(rows)} query rows for {len(neighbours)} queries")
    return rows
