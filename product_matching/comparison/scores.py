"""Scores of one row on one data set, query by query, so that two rows can be compared query by query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from product_matching.comparison.lookup import DataSet, Lookup
from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import group_sizes, listing_f1, query_part
from product_matching.metrics.sweep import best_threshold
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, keep_within
from product_matching.store.comparison import MEASURES

_DECIMALS = 4
#: Ranks the listings of a lookup: the neighbours of all of them, each in its own catalogue.
Ranker = Callable[[Lookup], Neighbours]


@dataclass(frozen=True, eq=False)
class QueryScores:
    """How well each query was found; every array has shape (Q,).

    Attributes
    ----------
    f1
        F1 of the predicted set at `threshold`.
    recall_at_1
        1 if the nearest other listing is the same product, else 0.
    map_at_r
        Average precision at R, the number of other listings of the query's group (Musgrave, Belongie and Lim 2020).
    units
        What each query stands or falls with in the bootstrap.
    threshold
        Distance up to which a listing was predicted; None where several thresholds decide.
    n, n_queries
        Listings of a catalogue, and listings that were looked up in it.
    """

    f1: FloatArray
    recall_at_1: FloatArray
    map_at_r: FloatArray
    units: RowArray
    threshold: float | None
    n: int
    n_queries: int

    def mean(self, name: str) -> float:
        """Mean of one of `MEASURES`, rounded as it is shown everywhere."""
        return round(float(getattr(self, name).mean()), _DECIMALS)

    def to_json(self) -> dict[str, Any]:
        """Means with their 95 % bootstrap intervals, by name."""
        plain: dict[str, Any] = {}
        for name in MEASURES:
            plain[name] = self.mean(name)
            plain[f"{name}_interval"] = rounded(bootstrap_interval(getattr(self, name), self.units))
        threshold = None if self.threshold is None else round(self.threshold, _DECIMALS)
        return plain | {"threshold": threshold, "n": self.n, "queries": self.n_queries}


@dataclass(frozen=True)
class Difference:
    """A paired difference of two means and its 95 % bootstrap interval."""

    difference: float
    interval: tuple[float, float]

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.interval[0] > 0 or self.interval[1] < 0


def rounded(interval: tuple[float, float]) -> list[float]:
    """Both ends as a JSON list."""
    return [round(bound, _DECIMALS) for bound in interval]


def choose_threshold(near: Neighbours, lookup: Lookup) -> float:
    """The distance with the best F1."""
    return best_threshold(query_part(near, lookup.queries), lookup.labels, lookup.queries).threshold


def mean_f1(near: Neighbours, lookup: Lookup, threshold: float) -> float:
    """F1 of a lookup at a threshold."""
    return float(_f1(query_part(near, lookup.queries), lookup, threshold).mean())


def score_lookup(near: Neighbours, lookup: Lookup, threshold: float, *, shown: bool = True) -> QueryScores:
    """Score the neighbours of all listings.

    Parameters
    ----------
    near
        Neighbours of each listing of the lookup, nearest first.
    lookup
        Who is looked up.
    threshold
        Distance up to which a listing is predicted.
    shown
        Whether the threshold is one that a reader can use.
    """
    found = query_part(near, lookup.queries)
    first, precision = _rank_scores(found, lookup)
    f1 = _f1(found, lookup, threshold)
    return QueryScores(f1, first, precision, lookup.units, threshold if shown else None, lookup.n, lookup.n_queries)


def measure(data: DataSet, rank: Ranker) -> QueryScores:
    """Choose the threshold on validation, then score the test queries once."""
    threshold = choose_threshold(rank(data.choose), data.choose)
    return score_lookup(rank(data.score), data.score, threshold)


def difference(one: QueryScores, other: QueryScores, name: str) -> Difference:
    """How much better one row is than another on the same queries: the mean of the differences query by query."""
    values = getattr(one, name) - getattr(other, name)
    return Difference(float(values.mean()), bootstrap_interval(values, one.units))


def _f1(found: Neighbours, lookup: Lookup, threshold: float) -> FloatArray:
    return listing_f1(keep_within(found, threshold), lookup.labels, lookup.queries)


def _rank_scores(found: Neighbours, lookup: Lookup) -> tuple[FloatArray, FloatArray]:
    """Recall@1 and average precision at R; a listing that was not found counts as a miss."""
    own = lookup.queries[found.queries()]
    other = found.rows != own
    queries, rows = found.queries()[other], found.rows[other]
    wanted = group_sizes(lookup.labels)[lookup.queries] - 1
    place = np.arange(len(queries)) - np.searchsorted(queries, queries)
    hit = (lookup.labels[rows] == lookup.labels[own[other]]) & (place < wanted[queries])
    total = np.cumsum(hit)
    starts = np.searchsorted(queries, np.arange(len(found)))
    before = np.concatenate([[0], total])[starts]
    gains = np.where(hit, (total - before[queries]) / (place + 1), 0.0)
    first: FloatArray = np.bincount(queries, hit & (place == 0), len(found)).astype(np.float64)
    return first, np.bincount(queries, gains, len(found)) / wanted
