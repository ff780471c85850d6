"""Every listing's nearest titles at once: the exact self-join of a sparse matrix of unit vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from product_matching.search.neighbours import Neighbours, keep_nearest, keep_within, sort_neighbours, to_distance
from product_matching.search.sparse import SparseIndex

#: Below this distance two titles share a word; from it on they have nothing in common and are no candidates.
_NOTHING_IN_COMMON = 1.0


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
    # The product keeps an arbitrary one of several equals at its last place. One place more than asked for shows
    # which rows have a tie there; those are searched for again, with their order of ties.
    product = sp_matmul_topn(rows, rows.T.tocsr(), top_n=k + 1, n_threads=threads).tocoo()
    found = sort_neighbours(product.row, product.col, to_distance(product.data), rows.shape[0])
    return keep_within(_settle_ties(rows, found, k), np.nextafter(_NOTHING_IN_COMMON, 0.0))


def _settle_ties(rows: csr_matrix, found: Neighbours, k: int) -> Neighbours:
    full = np.flatnonzero(np.diff(found.offsets) > k)
    last = found.offsets[full] + k
    tied = full[found.distances[last] == found.distances[last - 1]]
    found = keep_nearest(found, k)
    if len(tied) == 0:
        return found
    again = SparseIndex(rows).nearest(rows[tied], k)
    kept = ~np.isin(found.queries(), tied)
    return sort_neighbours(
        np.concatenate([found.queries()[kept], tied[again.queries()]]),
        np.concatenate([found.rows[kept], again.rows]),
        np.concatenate([found.distances[kept], again.distances]),
        len(found),
    )
