"""The rules that decide, each a function from neighbours to neighbours: compose them in any order.

Distances are cosine distances, rounded; a pair exactly at a threshold is a match (see `search.neighbours`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from product_matching.listings.quantities import QuantityTable
from product_matching.search.joins.phashes import PHASH_BITS
from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours, sort_neighbours


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
    the smallest steps (1e-6) further, so that a small threshold still separates equal photos from nearly equal ones.
    """
    steps = np.round(sure.distances * PHASH_BITS) * 10.0**-DISTANCE_DECIMALS
    return union(neighbours, Neighbours(sure.offsets, sure.rows, np.round(steps, DISTANCE_DECIMALS)))


def min2(neighbours: Neighbours, threshold: float, share: float) -> Neighbours:
    """Accept the nearest listing of a query without a match, up to ``1 + share`` times `threshold`.

    For benchmarks only: it assumes that no listing is a singleton (see `PairRules.min2`). That listing is moved to
    `threshold`.

    Raises
    ------
    ValueError
        The share is negative.
    """
    if not share >= 0:
        raise ValueError(f"share must be at least 0, not {share}")
    reach = threshold * (1.0 + share) if threshold else 0.0
    queries, other = neighbours.queries(), neighbours.rows != neighbours.queries()
    positions = np.flatnonzero(other)
    first = positions[np.unique(queries[positions], return_index=True)[1]]
    rescued = first[(neighbours.distances[first] > threshold) & (neighbours.distances[first] <= reach)]
    distances = neighbours.distances.copy()
    distances[rescued] = threshold
    return sort_neighbours(queries, neighbours.rows, distances, len(neighbours))


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
