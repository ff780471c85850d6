"""Measures of labelled queries at every pair of a photo and a title threshold, either of which accepts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.metrics.listing_f1 import group_sizes
from product_matching.metrics.setting_scores import SettingScores
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, sort_neighbours


@dataclass(frozen=True, eq=False, kw_only=True)
class TwoSidedPairs:
    """Pairs of listings of a catalogue of `n`, each once, with both distances.

    Attributes
    ----------
    n
        Listings of the catalogue.
    first, second
        Rows, the lower one first; shape (P,).
    photo, title
        Distances, NaN where a side is missing; shape (P,).
    """

    n: int
    first: RowArray
    second: RowArray
    photo: FloatArray
    title: FloatArray

    def take(self, kept: npt.NDArray[np.bool_]) -> TwoSidedPairs:
        """The pairs of a mask; shape (P,)."""
        return TwoSidedPairs(
            n=self.n,
            first=self.first[kept],
            second=self.second[kept],
            photo=self.photo[kept],
            title=self.title[kept],
        )

    def within(self, photo: float | None, title: float | None) -> npt.NDArray[np.bool_]:
        """Which pairs are matches: by photo or by title, None for a side that does not decide; shape (P,)."""
        near = np.zeros(len(self.first), dtype=np.bool_)
        for distances, threshold in ((self.photo, photo), (self.title, title)):
            if threshold is not None:
                near |= distances <= threshold
        return near

    def by_side(self, side: str) -> Neighbours:
        """All pairs with a distance on a side (``"photo"`` or ``"title"``) as neighbours, in both directions."""
        distances = self.photo if side == "photo" else self.title
        there = np.flatnonzero(~np.isnan(distances))
        return self._both_ways(there, distances[there])

    def matches(self, photo: float | None, title: float | None) -> Neighbours:
        """The pairs that are matches, in both directions at distance 0."""
        near = np.flatnonzero(self.within(photo, title))
        return self._both_ways(near, np.zeros(len(near)))

    def _both_ways(self, places: RowArray, distances: FloatArray) -> Neighbours:
        first, second = self.first[places], self.second[places]
        both = np.concatenate([first, second]), np.concatenate([second, first])
        return sort_neighbours(*both, np.concatenate([distances, distances]), self.n)


def scores_on_surface(
    pairs: TwoSidedPairs,
    labels: npt.ArrayLike,
    query_rows: RowArray,
    *,
    photo_thresholds: FloatArray,
    title_thresholds: FloatArray,
) -> SettingScores:
    """Score every combination of two thresholds, each exactly as if it were tried alone.

    A pair joins the matches of its query at one title threshold for each photo threshold, or with the photo threshold
    itself: only the counts of the listings that gain a pair change from one photo threshold to the next.

    Parameters
    ----------
    pairs
        All pairs within the largest thresholds.
    labels
        Group of each listing of the catalogue, shape (N,).
    query_rows
        Row of each query, shape (Q,).
    photo_thresholds, title_thresholds
        Rising distances, shapes (A,) and (B,).

    Returns
    -------
    SettingScores
        Arrays of shape (A, B).
    """
    labels = np.asarray(labels)
    place = np.full(pairs.n, -1, dtype=np.int64)
    place[query_rows] = np.arange(len(query_rows))
    own, other = np.concatenate([pairs.first, pairs.second]), np.concatenate([pairs.second, pairs.first])
    photo, title = (_steps(d, t) for d, t in ((pairs.photo, photo_thresholds), (pairs.title, title_thresholds)))
    shape = len(photo_thresholds), len(title_thresholds)
    photo, title = np.tile(photo, 2), np.tile(title, 2)
    counted = (place[own] >= 0) & ((photo < shape[0]) | (title < shape[1]))
    asked, queries = np.unique(place[own[counted]], return_inverse=True)
    same = (labels[own] == labels[other])[counted]
    sizes = group_sizes(labels)[query_rows]
    means = _Means(sizes, asked, shape)
    found = _Counts(len(asked), shape[1], queries, title[counted])
    right = _Counts(len(asked), shape[1], queries[same], title[counted][same])
    order = np.argsort(photo[counted], kind="stable")
    bounds = np.searchsorted(photo[counted][order], np.arange(shape[0] + 1))
    for step in range(shape[0]):
        joined = order[bounds[step] : bounds[step + 1]]
        found.accept(queries[joined], title[counted][joined])
        hits = joined[same[joined]]
        right.accept(queries[hits], title[counted][hits])
        means.note(step, found.totals(), right.totals())
    return SettingScores(
        f1=means.f1,
        listing_precision=means.precision,
        listing_recall=means.recall,
        accepted=means.accepted,
        correct=means.correct,
        n_same=int((sizes - 1).sum()),
        n=pairs.n,
        n_queries=len(query_rows),
    )


def _steps(distances: FloatArray, thresholds: FloatArray) -> RowArray:
    """Place of the first threshold that accepts each distance, their number where none does (NaN stands last)."""
    return np.searchsorted(thresholds, distances, side="left").astype(np.int64)


class _Counts:
    """Pairs of each query by the title threshold that accepts them first; those accepted by photo at the first one."""

    def __init__(self, n_queries: int, n_steps: int, queries: RowArray, steps: RowArray) -> None:
        self._width = n_steps + 1
        flat = np.bincount(queries * self._width + steps, minlength=n_queries * self._width)
        self._counts = flat.reshape(n_queries, self._width)

    def accept(self, queries: RowArray, steps: RowArray) -> None:
        """Some pairs are accepted by photo from now on, whatever the title threshold."""
        np.subtract.at(self._counts, (queries, steps), 1)
        np.add.at(self._counts, (queries, np.zeros_like(steps)), 1)

    def totals(self) -> RowArray:
        """Pairs of each query that are accepted at each title threshold; shape (queries, steps)."""
        totals: RowArray = self._counts[:, :-1].cumsum(axis=1)
        return totals


class _Means:
    """Means over all queries; those without any pair score as listings alone."""

    def __init__(self, sizes: RowArray, asked: RowArray, shape: tuple[int, int]) -> None:
        alone = np.ones(len(sizes), dtype=np.bool_)
        alone[asked] = False
        self._n, self._true = len(sizes), sizes[asked][:, None]
        self._alone = {
            "f1": float((2.0 / (1 + sizes[alone])).sum()),
            "precision": float(alone.sum()),
            "recall": float((1.0 / sizes[alone]).sum()),
        }
        self.f1, self.precision, self.recall = np.empty(shape), np.empty(shape), np.empty(shape)
        self.accepted, self.correct = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)

    def note(self, step: int, found: RowArray, right: RowArray) -> None:
        """Note the counts of the queries at one photo threshold and every title threshold."""
        predicted, hits = found + 1, right + 1
        self.f1[step] = self._mean("f1", 2.0 * hits / (predicted + self._true))
        self.precision[step] = self._mean("precision", hits / predicted)
        self.recall[step] = self._mean("recall", hits / self._true)
        self.accepted[step], self.correct[step] = found.sum(axis=0), right.sum(axis=0)

    def _mean(self, name: str, scores: FloatArray) -> FloatArray:
        mean: FloatArray = (scores.sum(axis=0) + self._alone[name]) / self._n
        return mean
