"""Which pairs of dense vectors may be within a distance: a product over few dimensions, and a bound on the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.search.leading import choose_directions, short_rows, short_slack
from product_matching.search.neighbours import FloatArray, product_slack

Matrix = npt.NDArray[np.float32]

#: With fewer rows squared for each dimension, or fewer dimensions, the choice is no small part of the whole work.
_FEW_ROWS, _FEW_DIMENSIONS = 50_000, 64


@dataclass(frozen=True, eq=False)
class PairFilter:
    """A product of short rows that is below `lowest` only for pairs that are not within the distance.

    Attributes
    ----------
    rows
        Shape (N, W), float32.
    lowest
        A pair may be within the distance if its product is this or more.
    exact
        Whether the rows are the vectors themselves, and the product is the cosine.
    """

    rows: Matrix
    lowest: np.float32
    exact: bool


def choose_filter(
    vectors: Matrix, squared_norms: FloatArray, threshold: float, *, threads: int, faster: int = 1
) -> PairFilter:
    """Choose how many dimensions to multiply first, by what a sample of pairs leaves over.

    Parameters
    ----------
    vectors
        Shape (N, D), rows of norm 1 at most.
    squared_norms
        Their squared norms; shape (N,).
    threshold
        Largest distance.
    threads
        How many parts of the rows to work on side by side.
    faster
        How many times faster than by NumPy the short rows will be multiplied.
    """
    n, dimensions = vectors.shape
    lowest = 1.0 - threshold - product_slack(dimensions)
    plain = PairFilter(vectors, np.float32(lowest), exact=True)
    if n * n < _FEW_ROWS * dimensions or dimensions < _FEW_DIMENSIONS:
        return plain
    directions = choose_directions(vectors, squared_norms, threshold, faster=faster)
    if directions is None:
        return plain
    rows = short_rows(vectors, squared_norms, directions, threads)
    return PairFilter(rows, np.float32(lowest - short_slack(dimensions, directions.shape[1])), exact=False)
