"""The rules that decide, each a function from neighbours to neighbours: compose them in any order.

Distances are cosine distances, rounded; a pair exactly at a threshold is a match (see `search.neighbours`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from product_matching.listings.quantities import QuantityTable
from product_matching.search.joins.phashes import PHASH_BITS
from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours, sort_neighbours, to_distance


def select(neighbours: Neighbours, kept: npt.NDArray[np.bool_]) -> Neighbours:
    """Keep the neighbours of a mask of shape (M,)."""
    counts = np.bincount(neighbours.queries()[kept], minlength=len(neighbours))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Neighbours(offsets, neighbours.rows[kept], neighbours.distances[kept])


def union(*parts: Neighbours) -> Neighbours:
    """Join the neighbours of the same queries; a row in several parts keeps its smallest distance."""
    queries = np.concatenate([part.queries() for part in parts])
    rows = np.concatenate([part.rows for part in parts])
    distances = np.concatenate([part.distances for part in parts])
    order = np.lexsort((distances, rows, queries))
    queries, rows, distances = queries[order], rows[order], distances[order]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (queries[1:] != queries[:-1]) | (rows[1:] != rows[:-1])
    return sort_neighbours(queries[first], rows[first], distances[first], len(parts[0]))


def accept(neighbours: Neighbours, sure: Neighbours) -> Neighbours:
    """Add the neighbours of `sure` at hardly any distance: every threshold but the smallest accepts them.

    The pHash union. A pair whose pHashes are equal stands at distance 0; with each bit that differs it stands one of
    the smallest steps (1e-6) further, so that a careful threshold can still tell equal photos from nearly equal ones.
    """
    steps = np.round(sure.distances * PHASH_BITS) * 10.0**-DISTANCE_DECIMALS
    return union(neighbours, Neighbours(sure.offsets, sure.rows, np.round(steps, DISTANCE_DECIMALS)))


def fuse_distances(photo: Neighbours, title: Neighbours, photo_weight: float, missing: float = 1.0) -> Neighbours:
    """Weighted mean of both distances of every pair found by either; one not found counts as `missing`.

    With weight 0.5 this is the distance of the concatenated unit vectors.
    """
    if not 0 <= photo_weight <= 1:
        raise ValueError(f"photo_weight must be from 0 to 1, not {photo_weight}")
    both = union(photo, title)
    by_photo, by_title = distances_in(photo, both, missing), distances_in(title, both, missing)
    fused = to_distance(1.0 - (photo_weight * by_photo + (1.0 - photo_weight) * by_title))
    return sort_neighbours(both.queries(), both.rows, fused, len(both))


def distances_in(neighbours: Neighbours, pairs: Neighbours, missing: float = np.nan) -> npt.NDArray[np.float64]:
    """Distance that `neighbours` holds for each pair of `pairs`, `missing` where it holds none; shape (M,)."""
    keys, wanted = _keys(neighbours), _keys(pairs)
    order = np.argsort(keys)
    place = np.minimum(np.searchsorted(keys[order], wanted), max(0, len(keys) - 1))
    if len(keys) == 0:
        return np.full(len(wanted), missing)
    found = order[place]
    return np.where(keys[found] == wanted, neighbours.distances[found], missing)


def within_any(
    photo: Neighbours | None,
    title: Neighbours | None,
    *,
    photo_threshold: float | None = None,
    title_threshold: float | None = None,
    fused_threshold: float | None = None,
) -> Neighbours:
    """Accept by photo, or by title, or by the mean of both: the union of three threshold rules.

    A threshold that is None leaves its rule out. The result keeps the smallest distance that accepted a pair.
    """
    accepted = []
    for neighbours, threshold in ((photo, photo_threshold), (title, title_threshold)):
        if neighbours is not None and threshold is not None:
            accepted.append(select(neighbours, neighbours.distances <= threshold))
    if photo is not None and title is not None and fused_threshold is not None:
        fused = fuse_distances(photo, title, 0.5)
        accepted.append(select(fused, fused.distances <= fused_threshold))
    if not accepted:
        raise ValueError("at least one rule needs its neighbours and its threshold")
    return union(*accepted)


def min2(neighbours: Neighbours, threshold: float, second_threshold: float) -> Neighbours:
    """Let a listing that is alone at `threshold` have its nearest other, if that is within `second_threshold`.

    Benchmark only: it assumes that nobody is alone. The nearest other of a lonely listing is moved to `threshold`.

    Raises
    ------
    ValueError
        If `second_threshold` is below `threshold`.
    """
    if second_threshold < threshold:
        raise ValueError(f"second_threshold must be at least {threshold}, not {second_threshold}")
    queries, other = neighbours.queries(), neighbours.rows != neighbours.queries()
    positions = np.flatnonzero(other)
    first = positions[np.unique(queries[positions], return_index=True)[1]]
    rescued = first[(neighbours.distances[first] > threshold) & (neighbours.distances[first] <= second_threshold)]
    distances = neighbours.distances.copy()
    distances[rescued] = threshold
    return sort_neighbours(queries, neighbours.rows, distances, len(neighbours))


def force_nearest(neighbours: Neighbours, threshold: float) -> Neighbours:
    """Let every listing that is alone at `threshold` have its nearest other, however far (benchmark only)."""
    return min2(neighbours, threshold, np.inf)


def veto_quantities(neighbours: Neighbours, quantities: QuantityTable) -> Neighbours:
    """Drop the pairs whose titles state different quantities of the same dimension."""
    return select(neighbours, quantities.compare(neighbours.queries(), neighbours.rows) >= 0)


def keep_mutual(neighbours: Neighbours) -> Neighbours:
    """Keep the pairs that found each other, in both directions."""
    return select(neighbours, np.isin(_key(neighbours.rows, neighbours.queries()), _keys(neighbours)))


def _keys(neighbours: Neighbours) -> npt.NDArray[np.int64]:
    return _key(neighbours.queries(), neighbours.rows)


def _key(queries: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One number a pair; catalogues stay below 2 ** 31 rows."""
    return queries * np.int64(2**31) + rows
