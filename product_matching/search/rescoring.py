"""Exact distances of candidates: whatever proposed them, float64 products of the pair decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, sort_neighbours, to_distance

#: Rows that are converted to float64 at a time: 10 MB at 1,280 dimensions.
_RESCORED_ROWS = 1024


def dense_distances(
    vectors_of: Callable[[RowArray], npt.NDArray[np.float32]], query: npt.NDArray[np.float32], rows: RowArray
) -> FloatArray:
    """Distance from one dense query to each of the given rows, in their order.

    Parameters
    ----------
    vectors_of
        Gives the vectors of rows, shape (M, D).
    query
        Shape (D,).
    rows
        Shape (M,).
    """
    exact, cosines = query.astype(np.float64), np.empty(len(rows))
    for start in range(0, len(rows), _RESCORED_ROWS):
        part = slice(start, start + _RESCORED_ROWS)
        # A matrix product would sum in an order that depends on the number of rows; this sums each row alone.
        cosines[part] = np.vecdot(vectors_of(rows[part]).astype(np.float64), exact)
    return to_distance(cosines)


def rescore(distances_of: Callable[[int, RowArray], FloatArray], candidates: list[RowArray]) -> Neighbours:
    """Order the candidates of each query by their exact distances.

    Parameters
    ----------
    distances_of
        Distances of a query, by its number, from rows.
    candidates
        Rows proposed for each query.
    """
    distances = [distances_of(query, rows) for query, rows in enumerate(candidates)]
    queries = np.repeat(np.arange(len(candidates)), [len(rows) for rows in candidates])
    return sort_neighbours(queries, _joined(candidates, np.int64), _joined(distances, np.float64), len(candidates))


def _joined(parts: list[Any], kind: type[np.generic]) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])
