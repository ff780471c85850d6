"""Measures of labelled queries at many settings of a threshold: how many matches are right, how many are found.

Two definitions stand side by side. Precision and recall of pairs count every match of every query once, the listing
itself left out: "97 of 100 matches are right". F1, precision and recall of listings are means over the queries of each
one's predicted set, the listing itself in both sets: the metric of the competition (see `listing_f1`), without a cap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import group_sizes, score_listings
from product_matching.metrics.sweep import sweep_thresholds
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray


@dataclass(frozen=True, eq=False, kw_only=True)
class SettingScores:
    """Measures of the queries at each of several settings; all arrays have the same shape, one place a setting.

    Attributes
    ----------
    f1, listing_precision, listing_recall
        Means over the queries of each listing's scores, itself counted, without a cap.
    accepted, correct
        Matches of all queries, and those of them that are the same product; int64.
    n_same
        Pairs of a query and another listing of its group, found or not.
    n, n_queries
        Listings of the catalogue, and those of them that are queries.
    """

    f1: FloatArray
    listing_precision: FloatArray
    listing_recall: FloatArray
    accepted: RowArray
    correct: RowArray
    n_same: int
    n: int
    n_queries: int

    @property
    def precision(self) -> FloatArray:
        """Share of the matches that are the same product; NaN where there is no match."""
        with np.errstate(invalid="ignore"):
            return np.where(self.accepted > 0, self.correct / np.maximum(self.accepted, 1), np.nan)

    @property
    def recall(self) -> FloatArray:
        """Share of the pairs of the same product that are matches."""
        return self.correct / max(self.n_same, 1)

    def best(self) -> int:
        """Place of the best mean F1, in flat order; among equals the first."""
        return int(np.argmax(np.round(self.f1, 12)))


def scores_along(
    neighbours: Neighbours, labels: npt.ArrayLike, query_rows: RowArray, thresholds: FloatArray
) -> SettingScores:
    """Score every one of some thresholds, as if each were tried alone.

    Parameters
    ----------
    neighbours
        Candidates of each query at their distances, itself among them or not; shape (Q,) lists.
    labels
        Group of each listing of the catalogue, shape (N,).
    query_rows
        Row of each query, shape (Q,).
    thresholds
        Distances, shape (T,); a pair at a threshold is a match.
    """
    labels = np.asarray(labels)
    sweep = sweep_thresholds(neighbours, labels, query_rows, cap=None)
    place = np.searchsorted(sweep.thresholds, thresholds, side="right") - 1
    own = query_rows[neighbours.queries()]
    other = neighbours.rows != own
    distances, same = neighbours.distances[other], labels[neighbours.rows[other]] == labels[own[other]]
    return SettingScores(
        f1=sweep.f1[place],
        listing_precision=sweep.precision[place],
        listing_recall=sweep.recall[place],
        accepted=np.searchsorted(np.sort(distances), thresholds, side="right").astype(np.int64),
        correct=np.searchsorted(np.sort(distances[same]), thresholds, side="right").astype(np.int64),
        n_same=int((group_sizes(labels)[query_rows] - 1).sum()),
        n=len(labels),
        n_queries=len(query_rows),
    )


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A measured share with its 95 % bootstrap interval over groups.

    Attributes
    ----------
    value, low, high
        The share and the ends of the interval; all NaN where there is nothing to measure it on.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class SettingFigures:
    """One setting, measured.

    Attributes
    ----------
    precision, recall
        Of pairs.
    f1
        Mean over listings.
    accepted
        Matches of all queries.
    n_queries
        How many queries there are.
    """

    precision: Figure
    recall: Figure
    f1: Figure
    accepted: int
    n_queries: int


def measure_setting(matches: Neighbours, labels: npt.ArrayLike, query_rows: RowArray) -> SettingFigures:
    """Measure the matches of some queries, with intervals for which whole groups are drawn.

    Parameters
    ----------
    matches
        Everything that is accepted for each query, itself among it or not; shape (Q,) lists.
    labels, query_rows
        See `scores_along`.
    """
    labels = np.asarray(labels)
    own = query_rows[matches.queries()]
    other = matches.rows != own
    same = labels[matches.rows[other]] == labels[own[other]]
    wanted = group_sizes(labels)[query_rows] - 1
    hits = np.bincount(matches.queries()[other][same], minlength=len(query_rows))
    # One entry for each pair of the same product, found or not: the mean is the recall of pairs.
    found = np.repeat(np.tile([1.0, 0.0], len(query_rows)), np.column_stack([hits, wanted - hits]).ravel())
    return SettingFigures(
        precision=_figure(same.astype(np.float64), labels[own[other]]),
        recall=_figure(found, np.repeat(labels[query_rows], wanted)),
        f1=_figure(score_listings(matches, labels, query_rows, cap=None).f1, labels[query_rows]),
        accepted=int(other.sum()),
        n_queries=len(query_rows),
    )


def _figure(scores: FloatArray, units: npt.NDArray[np.generic]) -> Figure:
    if not len(scores):
        return Figure(value=np.nan, low=np.nan, high=np.nan)
    low, high = bootstrap_interval(scores, units)
    return Figure(value=float(scores.mean()), low=low, high=high)
