"""The checks on what callers hand to a search index; every message names the value and what is accepted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import RowArray

#: How far the length of a unit vector may be from 1: wide for float32, narrow enough to catch a missing normalisation.
UNIT_TOLERANCE = 1e-4


def check_threshold(threshold: float) -> None:
    """Accept any distance, also negative (nothing matches) and infinite (everything does), but not NaN."""
    if math.isnan(threshold):
        raise ValueError(f"threshold must be a number, not {threshold}")


def check_count(name: str, count: int) -> None:
    """Accept whole numbers from 1."""
    if count != int(count) or count < 1:
        raise ValueError(f"{name} must be a whole number from 1, not {count}")


def check_width(name: str, shape: tuple[int, ...], width: int | None = None) -> None:
    """Accept two dimensions; of `width` columns where that is given."""
    if len(shape) != 2:
        raise ValueError(f"{name} must have two dimensions, not shape {shape}")
    if width is not None and shape[1] != width:
        raise ValueError(f"{name} must have {width} columns, not {shape[1]}")


def check_unit(name: str, squared_norms: npt.NDArray[np.floating[Any]], first: int = 0) -> None:
    """Accept rows of norm 1 or 0, given their squared norms, from row `first` on; NaN and infinity are neither."""
    norms = np.sqrt(squared_norms)
    wrong = np.flatnonzero(~((np.abs(norms - 1.0) <= UNIT_TOLERANCE) | (norms == 0.0)))
    if len(wrong):
        raise ValueError(f"{name} must have rows of norm 1 or 0, but row {first + wrong[0]} has norm {norms[wrong[0]]}")


def check_at_most_unit(name: str, squared_norms: npt.NDArray[np.floating[Any]]) -> None:
    """Accept rows of norm at most 1, given their squared norms; NaN and infinity are rejected."""
    norms = np.sqrt(squared_norms)
    wrong = np.flatnonzero(~(norms <= 1.0 + UNIT_TOLERANCE))
    if len(wrong):
        raise ValueError(f"{name} must have rows of norm at most 1, but row {wrong[0]} has norm {norms[wrong[0]]}")


def check_one(queries: int) -> None:
    """Accept exactly one query."""
    if queries != 1:
        raise ValueError(f"query must be a single row, not {queries} rows")


def checked_rows(rows: npt.ArrayLike, size: int) -> RowArray:
    """Return `rows` as an array of row numbers of an index of `size` rows; negative ones are not accepted."""
    numbers = np.asarray(rows)
    if numbers.ndim != 1 or (len(numbers) and not np.issubdtype(numbers.dtype, np.integer)):
        raise ValueError(f"rows must be a list of whole numbers, not {numbers.dtype} of shape {numbers.shape}")
    outside = (numbers < 0) | (numbers >= size)
    if outside.any():
        raise ValueError(f"rows must be from 0 to {size - 1}, not {numbers[outside][0]}")
    return numbers.astype(np.int64)


def unit_rows(name: str, vectors: npt.ArrayLike, width: int | None = None) -> npt.NDArray[np.float32]:
    """Return rows of norm 1 or 0 as FAISS takes them; others are refused."""
    check_width(name, np.shape(vectors), width)
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    check_unit(name, np.einsum("ij,ij->i", rows, rows))
    return rows
