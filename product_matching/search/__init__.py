"""Retrieve: the rows of a catalogue nearest to a query, by exact cosine distance.

Importing this package loads no search backend; `FlatIndex`, `SparseIndex` and `IvfIndex` are loaded when they are first
named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from product_matching.search.neighbours import (
    DISTANCE_DECIMALS,
    Neighbours,
    keep_nearest,
    keep_within,
    sort_neighbours,
    stack_neighbours,
    to_distance,
)
from product_matching.search.open import open_index
from product_matching.search.protocol import VectorIndex
from product_matching.search.spec import IndexSpec

if TYPE_CHECKING:
    from product_matching.search.flat import FlatIndex
    from product_matching.search.ivf import IvfIndex
    from product_matching.search.sparse import SparseIndex

__all__ = [
    "DISTANCE_DECIMALS",
    "FlatIndex",
    "IndexSpec",
    "IvfIndex",
    "Neighbours",
    "SparseIndex",
    "VectorIndex",
    "keep_nearest",
    "keep_within",
    "open_index",
    "sort_neighbours",
    "stack_neighbours",
    "to_distance",
]

_BACKENDS = {
    "FlatIndex": "product_matching.search.flat",
    "IvfIndex": "product_matching.search.ivf",
    "SparseIndex": "product_matching.search.sparse",
}


def __getattr__(name: str) -> Any:
    if name in _BACKENDS:
        return getattr(importlib.import_module(_BACKENDS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
