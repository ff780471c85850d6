"""Default thresholds of a catalogue: tuned on its label groups, or set by how dense it is where there are none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.evaluation.metric import MAX_PREDICTIONS, listing_f1
from product_matching.evaluation.sweep import best_threshold
from product_matching.search.neighbours import Neighbours, keep_nearest, keep_within, sort_neighbours
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
    index: VectorIndex[Any], vectors: Any, usable: npt.NDArray[np.bool_], labels: npt.NDArray[np.object_] | None
) -> TunedThreshold:
    """Choose a default distance threshold for one kind of vector.

    With label groups it is the threshold with the best mean F1 of the competition's metric. Without them it is the
    distance within which a listing has three others on average (each counted for at most its ten nearest, so that
    a placeholder used a thousand times does not decide): a start for the slider, and called so. On the titles of the
    Shopee competition, cut to 3,455 up to all 34,250 listings, that comes within 0.008 of the best F1 at every size;
    a catalogue with fewer duplicates wants a smaller threshold.

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

    Returns
    -------
    TunedThreshold
        The threshold with the N, the protocol and, with labels, the F1.
    """
    rows = _sample(np.flatnonzero(usable))
    k = MAX_PREDICTIONS + 1 if labels is not None else _NEIGHBOURS_WITHOUT_LABELS + 1
    neighbours = index.nearest(vectors[rows], min(k, index.size))
    return _choose(neighbours, rows, int(usable.sum()), labels)


def choose_threshold(neighbours: Neighbours, labels: npt.NDArray[np.object_] | None) -> TunedThreshold:
    """Choose a threshold as `tune_threshold` does, for near listings that are at hand for every listing.

    Parameters
    ----------
    neighbours
        Near listings of all N listings, after any rules.
    labels
        Label group of each listing, empty for an unlabelled one; None for a catalogue without labels.
    """
    return _choose(neighbours, np.arange(len(neighbours)), len(neighbours), labels)


def _choose(
    neighbours: Neighbours, rows: npt.NDArray[np.int64], n: int, labels: npt.NDArray[np.object_] | None
) -> TunedThreshold:
    if labels is None:
        protocol = f"no labels: three other listings on average{_sampled(rows, n)}"
        return TunedThreshold(_three_others_on_average(neighbours, rows), n, protocol)
    groups = _group_numbers(labels)
    best = _round_down(best_threshold(neighbours, groups, rows).threshold)
    f1, distance = max(
        (float(listing_f1(keep_within(neighbours, distance), groups, rows).mean()), distance)
        for distance in (best, min(best + _STEP, 1 - _STEP))
    )
    protocol = f"best F1 on its own labels{_sampled(rows, n)}"
    return TunedThreshold(round(distance, THRESHOLD_DECIMALS), n, protocol, round(f1, 4))


def _sampled(rows: npt.NDArray[np.int64], n: int) -> str:
    return "" if len(rows) >= n else f", in a sample of {len(rows):,}"


def _sample(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if len(rows) <= MAX_QUERIES:
        return rows
    return np.sort(np.random.default_rng(_SEED).choice(rows, MAX_QUERIES, replace=False))


def _three_others_on_average(neighbours: Neighbours, rows: npt.NDArray[np.int64]) -> float:
    others = _keep_others(neighbours, rows)
    distances = np.sort(keep_nearest(others, _NEIGHBOURS_WITHOUT_LABELS).distances)
    if len(distances) == 0:
        return 0.0
    return _round_down(float(distances[min(_OTHERS_WITHOUT_LABELS * len(rows), len(distances)) - 1]))


def _keep_others(neighbours: Neighbours, rows: npt.NDArray[np.int64]) -> Neighbours:
    queries = neighbours.queries()
    others = neighbours.rows != rows[queries]
    return sort_neighbours(queries[others], neighbours.rows[others], neighbours.distances[others], len(neighbours))


def _round_down(distance: float) -> float:
    steps = math.floor(round(distance / _STEP, 3))
    return round(min(steps * _STEP, 1 - _STEP), THRESHOLD_DECIMALS)


def _group_numbers(labels: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Label groups as numbers; every unlabelled listing is a group of its own."""
    _, numbers = np.unique(labels.astype(str), return_inverse=True)
    unlabelled = labels == ""
    numbers[unlabelled] = len(labels) + np.arange(int(unlabelled.sum()))
    return numbers.astype(np.int64)
