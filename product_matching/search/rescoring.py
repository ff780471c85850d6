"""Exact distances of candidates: whatever proposed them, float64 products of the pair decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, sort_neighbours


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
