"""Every listing's neighbours where vectors are part sparse (words, trigrams), part dense (sentence embeddings)."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.joins.largest import nearest_of_block
from product_matching.search.joins.protocol import PairBlocks, check_join
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    keep_within,
    product_slack,
    stack_neighbours,
    to_distance,
)
from product_matching.search.threads import each_in_threads, single_blas

Matrix = npt.NDArray[np.float32]

_BLOCK_ROWS = 512
#: Share of the rows from which on a column is multiplied as a dense one, which takes far less time for two numbers, and
#: how many columns at most, which bounds the memory.
_FREQUENT, _MOST_FREQUENT = 0.03, 2048
_ROUNDING = np.float32(2e-6)


class MixedJoin:
    """The self-join of CSR or dense matrices, shape (N, V + D), whose last D columns are filled, and may be negative.

    The product of those is a dense one, which is many times faster. Rows at distance 1 and more have nothing in
    common and are no neighbours.

    Parameters
    ----------
    n_dense
        D, the number of the filled columns.
    """

    def __init__(self, n_dense: int) -> None:
        self._n_dense = n_dense

    def within(
        self, vectors: Any, threshold: float, *, max_pairs: int | None = None, progress: Progress = NO_PROGRESS
    ) -> Neighbours:
        """Find every pair within a distance (see `SelfJoin.within`)."""
        check_join(threshold)
        products = _Products(vectors, self._n_dense)
        lowest = np.float32(1.0 - threshold - product_slack(self._n_dense)) - _ROUNDING
        pairs = PairBlocks(threshold, max_pairs)
        starts = range(0, products.n, _BLOCK_ROWS)

        def within(start: int) -> tuple[RowArray, RowArray, FloatArray]:
            cosines = products.block(start, from_row=start)
            places = np.flatnonzero((cosines >= lowest).ravel())
            first, second = np.divmod(places, cosines.shape[1])
            return first + start, second + start, to_distance(cosines.ravel()[places])

        with single_blas() as threads, closing(each_in_threads(within, starts, threads)) as blocks:
            for found in track(progress, blocks, "comparing listings", total=len(starts), unit="block"):
                pairs.add(*found)
        return pairs.neighbours(products.n)

    def nearest(self, vectors: Any, k: int) -> Neighbours:
        """Find the `k` nearest rows of each row (see `SelfJoin.nearest`)."""
        if k < 1:
            raise ValueError(f"k must be a whole number from 1, not {k}")
        products = _Products(vectors, self._n_dense)

        def nearest(start: int) -> Neighbours:
            return nearest_of_block(products.block(start), k)

        with single_blas() as threads:
            blocks = list(each_in_threads(nearest, range(0, products.n, _BLOCK_ROWS), threads))
        return keep_within(stack_neighbours(blocks), np.nextafter(1.0, 0.0))

    def distances(self, vectors: Any, first: RowArray, second: RowArray) -> FloatArray:
        """Exact distance of each pair of rows; shape (P,)."""
        return SparseJoin().distances(vectors, first, second)


class _Products:
    """Cosines of blocks of rows with all rows, in single precision."""

    def __init__(self, vectors: Any, n_dense: int) -> None:
        self.n: int = vectors.shape[0]
        if isinstance(vectors, csr_matrix):
            filled = _frequent(vectors)
            filled[-n_dense:] = True
            rare, dense = vectors[:, ~filled], vectors[:, filled].toarray()
        else:
            rare, dense = vectors[:, :-n_dense], vectors[:, -n_dense:]
        self._sparse = csr_matrix(rare)
        self._postings = self._sparse.T.tocsr()
        self._dense = np.ascontiguousarray(dense, np.float32)

    def block(self, start: int, *, from_row: int = 0) -> Matrix:
        """Products of a block of rows with all rows from one on; shape (rows of the block, N - from_row)."""
        part = slice(start, start + _BLOCK_ROWS)
        products = self._dense[part] @ self._dense[from_row:].T
        if self._sparse.nnz:
            postings = self._sparse[from_row:].T.tocsr() if from_row else self._postings
            rare = self._sparse[part] @ postings
            rows = np.repeat(np.arange(rare.shape[0]), np.diff(rare.indptr))
            products[rows, rare.indices] += rare.data
        return products


def _frequent(vectors: csr_matrix) -> npt.NDArray[np.bool_]:
    """Which columns so many rows hold that a dense product is faster, the most frequent first; shape (columns,)."""
    held = np.bincount(vectors.indices, minlength=vectors.shape[1])
    frequent: npt.NDArray[np.bool_] = held > _FREQUENT * vectors.shape[0]
    if frequent.sum() > _MOST_FREQUENT:
        frequent &= held > np.sort(held)[-_MOST_FREQUENT]
    return frequent
