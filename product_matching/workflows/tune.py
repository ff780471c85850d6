"""Default thresholds of a catalogue: tuned on its label groups, or set by how dense it is where there are none.

A threshold is chosen as it is used: every pair within it is a match, without a cap on their number. A catalogue
with a column ``part`` (train, validation, test) is tuned by its validation part alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.metrics.listing_f1 import group_sizes, score_listings
from product_matching.metrics.sweep import sweep_thresholds
from product_matching.search.neighbours import (
    Neighbours,
    RowArray,
    keep_nearest,
    keep_within,
    sort_neighbours,
    stack_neighbours,
)
from product_matching.search.protocol import VectorIndex
from product_matching.store.manifest import TunedThreshold

#: Listings that a threshold is tuned on at most; they are searched for in the whole catalogue.
MAX_QUERIES = 5_000
#: Pairs of a listing that is tuned on and one within the radius that are kept in memory at most: 240 MB.
MAX_PAIRS = 5_000_000
#: Thresholds are rounded to this many decimals: the steps of the app's sliders.
THRESHOLD_DECIMALS = 3
_STEP = 10.0**-THRESHOLD_DECIMALS
#: Radius of the first search, by how much each later one is larger, and the last: from 1 on there is nothing in common.
_FIRST_RADIUS, _GROWTH, _LAST_RADIUS = 0.1, 1.5, 1 - _STEP
#: Precision of the radius where memory limits the search.
_RESOLUTION = 0.01
_BLOCK_ROWS = 256
_SEED = 20240501
_OTHERS_WITHOUT_LABELS = 3
#: From so many listings on, those without labels are enough to tune on; below, three others are much of a catalogue.
LEAST_WITHOUT_LABELS = 20
#: The defaults below: near those tuned on the labels of the demo (.359 by photo with the shipped model, .412 by title).
SMALL_PHOTO, SMALL_TITLE = 0.36, 0.41
_NEIGHBOURS_WITHOUT_LABELS = 10


def tune_threshold(
    index: VectorIndex[Any],
    vectors: Any,
    usable: npt.NDArray[np.bool_],
    *,
    labels: npt.NDArray[np.object_] | None,
    validation: RowArray | None = None,
    small: float | None = None,
) -> TunedThreshold:
    """Choose a default distance threshold for one kind of vector.

    With label groups it is the threshold with the best mean F1, over all listings or over those of the validation part
    (`validation_rows`), each looked up in the whole catalogue without a cap on its matches. The search goes on with a
    growing radius until no larger threshold can be better (see `best_beyond`), or until more than `MAX_PAIRS` pairs
    are within it. Without label groups it is the distance within which a listing has three others on average (each
    counted for at most its ten nearest, so that a placeholder used a thousand times does not decide): a start for the
    slider, and called so. On the titles of the Shopee competition, cut to 3,455 up to all 34,250 listings, that comes
    within 0.008 of the best F1 at every size; a catalogue with fewer duplicates needs a smaller threshold.

    Parameters
    ----------
    index
        Holds every listing's vector.
    vectors
        The same vectors, as queries; shape (N, D), dense or sparse.
    usable
        Which listings have a vector; shape (N,).
    labels
        Label group of each listing, empty for an unlabelled one; None for a catalogue without labels.
    validation
        Rows whose listings choose, looked up among all; None for all. The labels of no other listing choose: where
        none of these has one, the threshold is found as without labels.
    small
        The threshold of fewer than `LEAST_WITHOUT_LABELS` listings without labels; None to tune on them all the same.

    Returns
    -------
    TunedThreshold
        The threshold with the N, the protocol and, with labels, the F1, precision and recall.
    """
    asked = _Asked.of(np.flatnonzero(usable), labels, validation)
    rows = _sample(asked.rows)
    protocol = asked.how + ("" if len(rows) >= len(asked.rows) else f", in a sample of {len(rows):,}")
    n = int(usable.sum())
    if asked.labels is None and small is not None and n < LEAST_WITHOUT_LABELS:
        protocol = f"not tuned: fewer than {LEAST_WITHOUT_LABELS} listings without labels"
        return TunedThreshold(distance=small, n=n, protocol=protocol)
    if asked.labels is None:
        near = index.nearest(vectors[rows], min(_NEIGHBOURS_WITHOUT_LABELS + 1, index.size))
        return TunedThreshold(distance=_three_others_on_average(near, rows), n=n, protocol=protocol)
    best, stopped = _best_of_labels(index, vectors, rows, _group_numbers(asked.labels))
    return replace(best, n=n, protocol=protocol + stopped)


@dataclass(frozen=True, eq=False)
class _Asked:
    """The listings that a threshold is chosen on: rows, labels of the catalogue (None without), and the protocol."""

    rows: RowArray
    labels: npt.NDArray[np.object_] | None
    how: str

    @classmethod
    def of(cls, usable: RowArray, labels: npt.NDArray[np.object_] | None, validation: RowArray | None) -> _Asked:
        if labels is None:
            return cls(usable, None, "no labels: three other listings on average")
        if validation is None:
            return cls(usable, labels, "best F1 on its own labels")
        rows = np.intersect1d(usable, validation)
        if (labels[rows] == "").all():
            return cls(usable, None, "no labels in a validation part: three other listings on average")
        return cls(rows, labels, "best F1 of the validation part in the whole catalogue")


def _best_of_labels(
    index: VectorIndex[Any], vectors: Any, rows: RowArray, groups: RowArray
) -> tuple[TunedThreshold, str]:
    """The threshold with the best F1, and in words where the search had to stop before it was sure."""
    best = TunedThreshold(distance=0.0, n=0, protocol="")
    searched, too_far, radius = 0.0, math.inf, _FIRST_RADIUS
    while True:
        near = _search_within(index, vectors, rows, radius)
        if near is None:
            too_far = radius
        else:
            searched, best = radius, _best_within(near, groups, rows, radius)
            if searched >= _LAST_RADIUS or best_beyond(near, groups, rows) <= (best.f1 or 0.0):
                return best, ""
        if too_far - searched <= _RESOLUTION:
            return best, f", of those up to {searched:g}: more than {MAX_PAIRS:,} pairs are within {too_far:g}"
        radius = _round_down(min(searched * _GROWTH, _LAST_RADIUS) if too_far > 1 else (searched + too_far) / 2)


def _search_within(index: VectorIndex[Any], vectors: Any, rows: RowArray, radius: float) -> Neighbours | None:
    """Everything within a radius of each query; None if that is more than `MAX_PAIRS` pairs."""
    blocks, size = [], 0
    for start in range(0, len(rows), _BLOCK_ROWS):
        blocks.append(index.within(vectors[rows[start : start + _BLOCK_ROWS]], radius))
        size += len(blocks[-1].rows)
        if size > MAX_PAIRS:
            return None
    return stack_neighbours(blocks)


def _best_within(near: Neighbours, groups: RowArray, rows: RowArray, radius: float) -> TunedThreshold:
    """The threshold up to a radius with the best F1, in whole steps."""
    best = _round_down(sweep_thresholds(near, groups, rows, cap=None).best().threshold)
    tried = []
    for distance in (best, min(round(best + _STEP, THRESHOLD_DECIMALS), radius)):
        scores = score_listings(keep_within(near, distance), groups, rows, cap=None)
        tried.append((float(scores.f1.mean()), distance, float(scores.precision.mean()), float(scores.recall.mean())))
    f1, distance, precision, recall = max(tried)
    return TunedThreshold(
        distance=distance, n=0, protocol="", f1=round(f1, 4), precision=round(precision, 4), recall=round(recall, 4)
    )


def best_beyond(near: Neighbours, groups: RowArray, rows: RowArray) -> float:
    """Upper bound of the mean F1 at any threshold beyond the radius of `near`.

    A query with p predictions within the radius, h of them right, and n true ones does best if all n - h others come
    next and nothing wrong among them: its F1 is then ``2 n / (p + (n - h) + n)``.
    """
    scores = score_listings(near, groups, rows, cap=None)
    true = group_sizes(groups)[rows]
    missing = true * (1.0 - scores.recall)
    return float((2.0 * true / (scores.predicted + missing + true)).mean())


def _sample(rows: RowArray) -> RowArray:
    if len(rows) <= MAX_QUERIES:
        return rows
    return np.sort(np.random.default_rng(_SEED).choice(rows, MAX_QUERIES, replace=False))


def _three_others_on_average(neighbours: Neighbours, rows: RowArray) -> float:
    others = _keep_others(neighbours, rows)
    distances = np.sort(keep_nearest(others, _NEIGHBOURS_WITHOUT_LABELS).distances)
    if len(distances) == 0:
        return 0.0
    return _round_down(float(distances[min(_OTHERS_WITHOUT_LABELS * len(rows), len(distances)) - 1]))


def _keep_others(neighbours: Neighbours, rows: RowArray) -> Neighbours:
    queries = neighbours.queries()
    others = neighbours.rows != rows[queries]
    return sort_neighbours(queries[others], neighbours.rows[others], neighbours.distances[others], len(neighbours))


def _round_down(distance: float) -> float:
    steps = math.floor(round(distance / _STEP, 3))
    return round(min(steps * _STEP, 1 - _STEP), THRESHOLD_DECIMALS)


def _group_numbers(labels: npt.NDArray[np.object_]) -> RowArray:
    """Label groups as numbers; every unlabelled listing is a singleton."""
    _, numbers = np.unique(labels.astype(str), return_inverse=True)
    unlabelled = labels == ""
    numbers[unlabelled] = len(labels) + np.arange(int(unlabelled.sum()))
    return numbers.astype(np.int64)
