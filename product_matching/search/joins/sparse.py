"""Every listing's neighbours by title at once: the exact self-join of a sparse matrix of unit vectors."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.joins.protocol import PairBlocks, check_join
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    keep_nearest,
    keep_within,
    sort_neighbours,
    to_distance,
)
from product_matching.search.threads import THREADS, each_in_threads

#: From this distance on two titles share no word and are no neighbours.
_NOTHING_IN_COMMON = 1.0
#: How many times more products are looked at where several equals stand at the last place.
_WIDER = 8
_BLOCK_ROWS = 512
_MEASURED_PAIRS = 100_000
#: Products this much below a bound may still round to a distance that meets it.
_ROUNDING = 2e-6


class SparseJoin:
    """The self-join of sparse unit vectors without negative weights, shape (N, V), through an inverted index.

    The products are summed in float64 in the order of the columns, as `SparseIndex` does: a pair has the same
    distance in the join, in a search and in an export.
    """

    def within(
        self, vectors: Any, threshold: float, *, max_pairs: int | None = None, progress: Progress = NO_PROGRESS
    ) -> Neighbours:
        """Find every pair within a distance (see `SelfJoin.within`); each pair is multiplied once."""
        check_join(threshold)
        rows, pairs = _exact(vectors), PairBlocks(threshold, max_pairs)
        starts = range(0, rows.shape[0], _BLOCK_ROWS)
        with closing(each_in_threads(partial(_block_within, rows, threshold), starts, THREADS)) as blocks:
            for found in track(progress, blocks, "comparing listings", total=len(starts), unit="block"):
                pairs.add(*found)
        return pairs.neighbours(rows.shape[0])

    def nearest(self, vectors: Any, k: int) -> Neighbours:
        """Find the `k` nearest rows of each row, as far as they share a word with it (see `SelfJoin.nearest`)."""
        if k < 1:
            raise ValueError(f"k must be a whole number from 1, not {k}")
        rows = _exact(vectors)
        found = _nearest(rows, rows.T.tocsr(), k, width=k + 1)
        return keep_within(found, np.nextafter(_NOTHING_IN_COMMON, 0.0))

    def distances(self, vectors: Any, first: RowArray, second: RowArray) -> FloatArray:
        """Exact distance of each pair of rows; shape (P,)."""
        cosines = np.empty(len(first))
        for start in range(0, len(first), _MEASURED_PAIRS):
            part = slice(start, start + _MEASURED_PAIRS)
            shared = _exact(vectors[first[part]]).multiply(_exact(vectors[second[part]]))
            cosines[part] = np.asarray(shared.sum(axis=1)).ravel()
        return to_distance(cosines)


def _exact(matrix: Any) -> csr_matrix:
    """Copy into CSR float64 with its columns sorted, each once: the order in which products are summed."""
    rows = csr_matrix(matrix, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    return rows


def _block_within(rows: csr_matrix, threshold: float, start: int) -> tuple[RowArray, RowArray, FloatArray]:
    """Pairs of a block of rows with the rows from its first one on: two rows of the block in both directions."""
    products = rows[start : start + _BLOCK_ROWS] @ rows[start:].T.tocsr()
    kept = np.flatnonzero(products.data >= 1.0 - threshold - _ROUNDING)
    distances = to_distance(products.data[kept])
    kept, distances = kept[distances <= threshold], distances[distances <= threshold]
    first = np.searchsorted(products.indptr, kept, side="right") - 1
    return first + start, products.indices[kept].astype(np.int64) + start, distances


def _nearest(queries: csr_matrix, postings: csr_matrix, k: int, *, width: int) -> Neighbours:
    """Find the `k` nearest of each query among its `width` largest products, which are more than `k`.

    Where the last of those is as near as the k-th, more that are equal may have been left out, in no order that is
    ours: these queries are searched for again with a larger width.
    """
    product = sp_matmul_topn(queries, postings, top_n=width, n_threads=THREADS).tocoo()
    found = sort_neighbours(product.row, product.col, to_distance(product.data), queries.shape[0])
    full = np.flatnonzero(np.diff(found.offsets) >= width)
    tied = full[found.distances[found.offsets[full] + width - 1] == found.distances[found.offsets[full] + k - 1]]
    found = keep_nearest(found, k)
    if len(tied) == 0:
        return found
    again = _nearest(queries[tied], postings, k, width=_WIDER * width)
    kept = ~np.isin(found.queries(), tied)
    return sort_neighbours(
        np.concatenate([found.queries()[kept], tied[again.queries()]]),
        np.concatenate([found.rows[kept], again.rows]),
        np.concatenate([found.distances[kept], again.distances]),
        len(found),
    )
