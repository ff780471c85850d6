"""Default thresholds of a catalogue: tuned on its label groups, or set by how dense it is where there are none.

A catalogue with a column ``part`` (train, validation, test) is tuned by its validation part alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.metrics.listing_f1 import MAX_PREDICTIONS, listing_f1, query_part
from product_matching.metrics.sweep import best_threshold
from product_matching.search.neighbours import Neighbours, RowArray, keep_nearest, keep_within, sort_neighbours
from product_matching.search.protocol import VectorIndex
from product_matching.store.manifest import TunedThreshold

#: Listings that a threshold is tuned on at most; they are searched for in the whole catalogue.
MAX_QUERIES = 5_000
#: Thresholds are rounded to this many decimals: the steps of the app's sliders.
THRESHOLD_DECIMALS = 3
_STEP = 10.0**-THRESHOLD_DECIMALS
_SEED = 20240501
_OTHERS_WITHOUT_LABELS = 3
_NEIGHBOURS_WITHOUT_LABELS = 10


def tune_threshold(
    index: VectorIndex[Any],
    vectors: Any,
    usable: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.object_] | None,
    validation: RowArray | None = None,
) -> TunedThreshold:
    """Choose a default distance threshold for one kind of vector.

    With label groups it is the threshold with the best mean F1 of the competition's metric, over all listings or over
    those that are there for choosing (`validation_rows`), each looked up in the whole catalogue. Without them it
    is the distance within which a listing has three others on average (each counted for at most its ten nearest, so
    that a placeholder used a thousand times does not decide): a start for the slider, and called so. On the titles of
    the Shopee competition, cut to 3,455 up to all 34,250 listings, that comes within 0.008 of the best F1 at every
    size; a catalogue with fewer duplicates wants a smaller threshold.

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

    Returns
    -------
    TunedThreshold
        The threshold with the N, the protocol and, with labels, the F1.
    """
    asked = _Asked.of(np.flatnonzero(usable), labels, validation)
    rows = _sample(asked.rows)
    k = MAX_PREDICTIONS + 1 if asked.labels is not None else _NEIGHBOURS_WITHOUT_LABELS + 1
    neighbours = index.nearest(vectors[rows], min(k, index.size))
    return _choose(neighbours, rows, int(usable.sum()), asked)


def choose_threshold(
    neighbours: Neighbours, labels: npt.NDArray[np.object_] | None, validation: RowArray | None = None
) -> TunedThreshold:
    """Choose a threshold as `tune_threshold` does, for near listings that are at hand for every listing.

    Parameters
    ----------
    neighbours
        Near listings of all N listings, after any rules.
    labels
        Label group of each listing, empty for an unlabelled one; None for a catalogue without labels.
    validation
        Rows whose listings choose; None for all (see `tune_threshold`).
    """
    asked = _Asked.of(np.arange(len(neighbours)), labels, validation)
    return _choose(query_part(neighbours, asked.rows), asked.rows, len(neighbours), asked)


@dataclass(frozen=True, eq=False)
class _Asked:
    """The listings that choose: their rows, the labels of the catalogue (None: not by labels), and how it is told."""

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


def _choose(neighbours: Neighbours, rows: RowArray, n: int, asked: _Asked) -> TunedThreshold:
    protocol = asked.how + ("" if len(rows) >= len(asked.rows) else f", in a sample of {len(rows):,}")
    if asked.labels is None:
        return TunedThreshold(_three_others_on_average(neighbours, rows), n, protocol)
    groups = _group_numbers(asked.labels)
    best = _round_down(best_threshold(neighbours, groups, rows).threshold)
    f1, distance = max(
        (float(listing_f1(keep_within(neighbours, distance), groups, rows).mean()), distance)
        for distance in (best, min(best + _STEP, 1 - _STEP))
    )
    return TunedThreshold(round(distance, THRESHOLD_DECIMALS), n, protocol, round(f1, 4))


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
    """Label groups as numbers; every unlabelled listing is a group of its own."""
    _, numbers = np.unique(labels.astype(str), return_inverse=True)
    unlabelled = labels == ""
    numbers[unlabelled] = len(labels) + np.arange(int(unlabelled.sum()))
    return numbers.astype(np.int64)
