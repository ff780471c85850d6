"""Every row's nearest rows among dense vectors: the exact self-join, block by block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import Neighbours, keep_nearest, sort_neighbours, stack_neighbours, to_distance

_BLOCK_ROWS = 512


def dense_join(vectors: npt.NDArray[np.floating], k: int) -> Neighbours:
    """Find the `k` nearest rows of each row, itself among them; ties are won by the lower row.

    Parameters
    ----------
    vectors
        Shape (N, D), rows of length 1 or 0. A block takes about ``512 * N * 8`` bytes.
    k
        Neighbours of each row, at least 1; all rows if it exceeds N.
    """
    if k < 1:
        raise ValueError(f"k must be a whole number from 1, not {k}")
    matrix = np.ascontiguousarray(vectors, dtype=np.float32)
    starts = range(0, len(matrix), _BLOCK_ROWS)
    blocks = [_block(matrix[start : start + _BLOCK_ROWS], matrix, min(k, len(matrix))) for start in starts]
    return stack_neighbours(blocks)


def _block(queries: npt.NDArray[np.float32], matrix: npt.NDArray[np.float32], k: int) -> Neighbours:
    cosines = queries @ matrix.T
    bar = np.partition(cosines, -k, axis=1)[:, -k]
    rows, columns = np.nonzero(cosines >= bar[:, None] - np.float32(1e-6))
    return keep_nearest(sort_neighbours(rows, columns, to_distance(cosines[rows, columns]), len(queries)), k)
