"""Every listing's nearest where vectors are part sparse (words, trigrams) and part dense (sentence embeddings)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from product_matching.matching.chain import Join
from product_matching.search.neighbours import (
    Neighbours,
    keep_nearest,
    keep_within,
    sort_neighbours,
    stack_neighbours,
    to_distance,
)

_BLOCK_ROWS = 512
_ROUNDING = np.float32(2e-6)


def mixed_join(n_dense: int) -> Join:
    """Make a join for CSR matrices whose last `n_dense` columns are filled throughout, and may be negative.

    The product of those is a dense one, which is many times faster. Rows at distance 1 and more have nothing in
    common and are no neighbours.

    Parameters
    ----------
    n_dense
        Number of the filled columns.
    """

    def join(matrix: Any, k: int) -> Neighbours:
        if k < 1:
            raise ValueError(f"k must be a whole number from 1, not {k}")
        rows = csr_matrix(matrix)
        sparse, dense = rows[:, :-n_dense], np.ascontiguousarray(rows[:, -n_dense:].toarray())
        postings = sparse.T.tocsr()
        starts = range(0, rows.shape[0], _BLOCK_ROWS)
        parts = [slice(start, start + _BLOCK_ROWS) for start in starts]
        blocks = [_nearest((sparse[part] @ postings).toarray() + dense[part] @ dense.T, k) for part in parts]
        return keep_within(stack_neighbours(blocks), np.nextafter(1.0, 0.0))

    return join


def _nearest(cosines: Any, k: int) -> Neighbours:
    k = min(k, cosines.shape[1])
    bar = np.partition(cosines, -k, axis=1)[:, -k]
    queries, rows = np.nonzero(cosines >= bar[:, None] - _ROUNDING)
    found = sort_neighbours(queries, rows, to_distance(cosines[queries, rows]), len(cosines))
    return keep_nearest(found, k)
