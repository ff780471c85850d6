"""Scores of one row on one data set, and the paired difference of two rows query by query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from product_matching.comparison.lookup import DataSet, Lookup
from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import listing_f1, query_part
from product_matching.metrics.retrieval import Measure, QueryScores, score_queries
from product_matching.metrics.sweep import best_threshold
from product_matching.search.neighbours import Neighbours, keep_within

#: Ranks the listings of a lookup: the neighbours of all of them, each in its own catalogue.
Ranker = Callable[[Lookup], Neighbours]


@dataclass(frozen=True)
class PairedDifference:
    """The mean of the differences of two rows query by query, and its 95 % bootstrap interval."""

    mean: float
    interval: tuple[float, float]

    @property
    def is_significant(self) -> bool:
        """Whether the interval excludes zero."""
        return self.interval[0] > 0 or self.interval[1] < 0


def choose_threshold(neighbours: Neighbours, lookup: Lookup) -> float:
    """The distance with the best F1."""
    return best_threshold(query_part(neighbours, lookup.queries), lookup.labels, lookup.queries).threshold


def mean_f1(neighbours: Neighbours, lookup: Lookup, threshold: float) -> float:
    """F1 of a lookup at a threshold."""
    found = keep_within(query_part(neighbours, lookup.queries), threshold)
    return float(listing_f1(found, lookup.labels, lookup.queries).mean())


def score_lookup(neighbours: Neighbours, lookup: Lookup, threshold: float) -> QueryScores:
    """Score the neighbours of all listings.

    Parameters
    ----------
    neighbours
        Neighbours of each listing of the lookup, nearest first.
    lookup
        The queries and their catalogues.
    threshold
        Distance up to which a listing is predicted.
    """
    found = query_part(neighbours, lookup.queries)
    scores = score_queries(found, lookup.labels, lookup.queries, threshold, units=lookup.units)
    return replace(scores, n=lookup.n, n_queries=lookup.n_queries)


def measure(data: DataSet, rank: Ranker) -> QueryScores:
    """Choose the threshold on validation, then score the test queries once."""
    threshold = choose_threshold(rank(data.validation), data.validation)
    return score_lookup(rank(data.test), data.test, threshold)


def paired_difference(one: QueryScores, other: QueryScores, by: Measure) -> PairedDifference:
    """Mean difference of two rows on the same queries by one measure, with its interval."""
    values = one.of(by) - other.of(by)
    return PairedDifference(float(values.mean()), bootstrap_interval(values, one.units))
