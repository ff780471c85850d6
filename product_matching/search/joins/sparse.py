"""Every listing's nearest titles at once: the exact self-join of a sparse matrix of unit vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from product_matching.search.neighbours import Neighbours, keep_nearest, keep_within, sort_neighbours, to_distance

#: Below this distance two titles share a word; from it on they have nothing in common and are no candidates.
_NOTHING_IN_COMMON = 1.0
#: How many times more products are looked at where several equals stand at the last place.
_WIDER = 8


def self_join(matrix: Any, k: int, *, threads: int = 2) -> Neighbours:
    """Find the `k` nearest rows of each row, itself among them, as far as they share a word with it.

    The products are summed in float64 in the order of the columns, as `SparseIndex` does: a pair has the same
    distance here, in a search and in an export.

    Parameters
    ----------
    matrix
        Sparse, shape (N, V), no negative weights, rows of length 1 or 0.
    k
        Neighbours of each row at most, at least 1; ties are won by the lower row.
    threads
        Threads of the product.

    Returns
    -------
    Neighbours
        Of all N rows, with distances below 1.
    """
    if k < 1:
        raise ValueError(f"k must be a whole number from 1, not {k}")
    rows = csr_matrix(matrix, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    postings = rows.T.tocsr()
    found = _nearest(rows, postings, k, k + 1, threads)
    return keep_within(found, np.nextafter(_NOTHING_IN_COMMON, 0.0))


def _nearest(queries: csr_matrix, postings: csr_matrix, k: int, width: int, threads: int) -> Neighbours:
    """Find the `k` nearest of each query among its `width` largest products, which are more than `k`.

    Where the last of those is as near as the k-th, more that are equal may have been left out, in no order that is
    ours: these queries are searched for again with a larger width.
    """
    product = sp_matmul_topn(queries, postings, top_n=width, n_threads=threads).tocoo()
    found = sort_neighbours(product.row, product.col, to_distance(product.data), queries.shape[0])
    full = np.flatnonzero(np.diff(found.offsets) >= width)
    tied = full[found.distances[found.offsets[full] + width - 1] == found.distances[found.offsets[full] + k - 1]]
    found = keep_nearest(found, k)
    if len(tied) == 0:
        return found
    again = _nearest(queries[tied], postings, k, _WIDER * width, threads)
    kept = ~np.isin(found.queries(), tied)
    return sort_neighbours(
        np.concatenate([found.queries()[kept], tied[again.queries()]]),
        np.concatenate([found.rows[kept], again.rows]),
        np.concatenate([found.distances[kept], again.distances]),
        len(found),
    )
