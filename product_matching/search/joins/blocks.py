"""The pairs of dense vectors within a distance, a block of rows against all that follow."""

from __future__ import annotations

from threading import local
from typing import Protocol

import numpy as np
import numpy.typing as npt

from product_matching.search.joins.bounds import PairFilter
from product_matching.search.neighbours import FloatArray, RowArray, product_slack, to_distance

Matrix = npt.NDArray[np.float32]

#: Rows and columns of a product, 4 MB: it is read again while it is in the cache.
BLOCK_ROWS, _BLOCK_COLUMNS = 512, 2048
#: Pairs that are measured alone at a time: 10 MB at 1,280 dimensions.
_MEASURED_PAIRS = 1024
#: From this share of a block on, its whole product takes less time than pairs measured alone.
_MANY = 0.02
Pairs = tuple[RowArray, RowArray, FloatArray]


class Chooser(Protocol):
    """Chooses pairs that may be within the distance: all that are, and few others."""

    @property
    def columns(self) -> int:
        """How many rows a block is compared with at once."""
        ...

    def places(self, rows: slice, columns: slice) -> tuple[RowArray, RowArray]:
        """The pairs of two blocks of rows, by places within both."""
        ...


class BlockScan:
    """Finds, for a block of rows, the pairs within a distance; several threads may do so at once.

    Parameters
    ----------
    vectors
        Shape (N, D).
    chooser
        Chooses the pairs that are measured, by a product of short rows or by one that is computed elsewhere.
    threshold
        Largest distance.
    most
        With more pairs of different rows than this a block is not searched to its end.
    """

    def __init__(self, vectors: Matrix, chooser: PairFilter | Chooser, threshold: float, most: int | None) -> None:
        self._vectors, self._chooser, self._threshold = vectors, chooser, threshold
        self._columns = _BLOCK_COLUMNS if isinstance(chooser, PairFilter) else chooser.columns
        self._most = np.inf if most is None else most
        self._slack = product_slack(vectors.shape[1])
        self._lowest = np.float32(1.0 - threshold - self._slack)
        self._memory = local()

    def block(self, start: int) -> Pairs:
        """Find the pairs of the block from a row on: lower row, higher row (or the same), and distance."""
        found, size = [], 0
        for column in range(start, len(self._vectors), self._columns):
            found.append(self._exactly_within(*self._candidates(start, column)))
            size += int((found[-1][0] < found[-1][1]).sum())
            if size > self._most:
                break
        first, second, distances = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return first, second, distances

    def _candidates(self, start: int, column: int) -> tuple[RowArray, RowArray, Matrix]:
        """Pairs of one product that may be within the distance, with their cosines in single precision."""
        chosen = self._chosen(start, column)
        if chosen is not None and len(chosen[0]) <= _MANY * BLOCK_ROWS * self._columns:
            first, second = chosen[0] + start, chosen[1] + column
            kept = first <= second
            return first[kept], second[kept], self._cosines(first[kept], second[kept])
        products = self._product(self._vectors, start, column)
        rows, columns = _at_least(products, self._lowest)
        return rows + start, columns + column, products[rows, columns]

    def _chosen(self, start: int, column: int) -> tuple[RowArray, RowArray] | None:
        """Places in both blocks of the pairs to measure; None where the product of the vectors tells."""
        chooser = self._chooser
        if not isinstance(chooser, PairFilter):
            return chooser.places(slice(start, start + BLOCK_ROWS), slice(column, column + self._columns))
        if chooser.exact:
            return None
        return _at_least(self._product(chooser.rows, start, column), chooser.lowest)

    def _product(self, matrix: Matrix, start: int, column: int) -> Matrix:
        """Product of a block of rows with a block of rows, in memory that the thread takes once."""
        if not hasattr(self._memory, "products"):
            self._memory.products = np.empty(BLOCK_ROWS * self._columns, dtype=np.float32)
        rows, columns = matrix[start : start + BLOCK_ROWS], matrix[column : column + self._columns]
        products: Matrix = self._memory.products[: len(rows) * len(columns)].reshape(len(rows), len(columns))
        np.matmul(rows, columns.T, out=products)
        return products

    def _cosines(self, first: RowArray, second: RowArray) -> Matrix:
        cosines = np.empty(len(first), dtype=np.float32)
        for start in range(0, len(first), _MEASURED_PAIRS):
            part = slice(start, start + _MEASURED_PAIRS)
            cosines[part] = np.einsum("ij,ij->i", self._vectors[first[part]], self._vectors[second[part]])
        return cosines

    def _exactly_within(self, first: RowArray, second: RowArray, cosines: Matrix) -> Pairs:
        """Keep the pairs within the distance; those too near to it for single precision are measured anew."""
        kept = (first <= second) & (cosines >= self._lowest)
        first, second, distances = first[kept], second[kept], to_distance(cosines[kept])
        unsure = np.flatnonzero(distances >= self._threshold - 2 * self._slack)
        distances[unsure] = exact_distances(self._vectors, first[unsure], second[unsure])
        near = distances <= self._threshold
        return first[near], second[near], distances[near]


def _at_least(products: Matrix, lowest: np.float32) -> tuple[RowArray, RowArray]:
    """Rows and columns of the entries from `lowest` on."""
    places = np.flatnonzero((products >= lowest).ravel())  # of one dimension: several times faster than of two
    return np.divmod(places, products.shape[1])


def exact_distances(vectors: npt.NDArray[np.floating], first: RowArray, second: RowArray) -> FloatArray:
    """Distance of each pair of rows by float64 products, each summed alone; shape (P,)."""
    cosines = np.empty(len(first))
    for start in range(0, len(first), _MEASURED_PAIRS):
        part = slice(start, start + _MEASURED_PAIRS)
        cosines[part] = np.vecdot(vectors[first[part]].astype(np.float64), vectors[second[part]].astype(np.float64))
    return to_distance(cosines)
