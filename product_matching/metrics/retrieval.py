"""Measures of each query's retrieval: F1 of the predicted set, recall@1 and average precision at R."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import group_sizes, listing_f1
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, keep_within

Measure = Literal["f1", "recall_at_1", "map_at_r"]
#: All measures, in the order in which they are shown.
MEASURES: tuple[Measure, ...] = ("f1", "recall_at_1", "map_at_r")


@dataclass(frozen=True, eq=False, kw_only=True)
class QueryScores:
    """Measures of each query; every array has shape (Q,).

    Attributes
    ----------
    f1
        F1 of the predicted set at `threshold`.
    recall_at_1
        1 if the nearest other listing is the same product, else 0.
    map_at_r
        Average precision at R, the number of other listings of the query's group.
    units
        What each query stands or falls with in the bootstrap: its group.
    threshold
        Distance up to which a listing is predicted.
    n, n_queries
        Listings of a catalogue, and those of them that were looked up in it.
    """

    f1: FloatArray
    recall_at_1: FloatArray
    map_at_r: FloatArray
    units: npt.NDArray[np.generic]
    threshold: float
    n: int
    n_queries: int

    def of(self, measure: Measure) -> FloatArray:
        """The scores by one measure, shape (Q,)."""
        scores: dict[Measure, FloatArray] = {
            "f1": self.f1,
            "recall_at_1": self.recall_at_1,
            "map_at_r": self.map_at_r,
        }
        return scores[measure]

    def mean(self, measure: Measure) -> float:
        """Mean over queries: F1, recall@1 or mAP@R."""
        return float(self.of(measure).mean())

    def interval(self, measure: Measure) -> tuple[float, float]:
        """The 95 % bootstrap interval of the mean, over groups."""
        return bootstrap_interval(self.of(measure), self.units)


def score_queries(
    neighbours: Neighbours,
    labels: npt.ArrayLike,
    query_rows: RowArray,
    threshold: float,
    *,
    units: npt.ArrayLike | None = None,
) -> QueryScores:
    """Score the neighbours of some queries.

    Parameters
    ----------
    neighbours
        Of each query, nearest first, shape (Q,) lists; itself included or not. What is not among them counts as not
        found.
    labels
        Group of each catalogue row, shape (N,).
    query_rows
        Catalogue row of each query, shape (Q,); every group has at least two listings.
    threshold
        Largest cosine distance of a predicted listing.
    units
        What each query stands or falls with in the bootstrap, shape (Q,); its group by default.
    """
    labels = np.asarray(labels)
    first, precision = rank_scores(neighbours, labels, query_rows)
    return QueryScores(
        f1=listing_f1(keep_within(neighbours, threshold), labels, query_rows),
        recall_at_1=first,
        map_at_r=precision,
        units=labels[query_rows] if units is None else np.asarray(units),
        threshold=threshold,
        n=len(labels),
        n_queries=len(query_rows),
    )


def rank_scores(neighbours: Neighbours, labels: npt.ArrayLike, query_rows: RowArray) -> tuple[FloatArray, FloatArray]:
    """Recall@1 and average precision at R of each query, both of shape (Q,).

    Parameters
    ----------
    neighbours, labels, query_rows
        See `score_queries`.

    References
    ----------
    K. Musgrave, S. Belongie and S.-N. Lim. "A metric learning reality check." ECCV, 2020. arXiv:2003.08505
    """
    labels = np.asarray(labels)
    own = query_rows[neighbours.queries()]
    other = neighbours.rows != own
    queries, rows = neighbours.queries()[other], neighbours.rows[other]
    wanted = group_sizes(labels)[query_rows] - 1
    place = np.arange(len(queries)) - np.searchsorted(queries, queries)
    hit = (labels[rows] == labels[own[other]]) & (place < wanted[queries])
    hits_so_far = np.cumsum(hit)
    starts = np.searchsorted(queries, np.arange(len(query_rows)))
    before = np.concatenate([[0], hits_so_far])[starts]
    gains = np.where(hit, (hits_so_far - before[queries]) / (place + 1), 0.0)
    first: FloatArray = np.bincount(queries, hit & (place == 0), len(query_rows)).astype(np.float64)
    return first, np.bincount(queries, gains, len(query_rows)) / wanted
