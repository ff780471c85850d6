"""Every row's neighbours among dense vectors: the exact self-join, block by block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.joins.protocol import PairBlocks, check_join
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    keep_nearest,
    product_slack,
    sort_neighbours,
    stack_neighbours,
    to_distance,
)

_BLOCK_ROWS = 512
#: Pairs that are converted to float64 at a time: 20 MB at 1,280 dimensions.
_MEASURED_PAIRS = 1024


class DenseJoin:
    """The self-join of dense unit vectors, shape (N, D); a block takes about ``512 * N * 8`` bytes.

    Single-precision products choose the pairs, with a slack above their largest possible error.
    """

    def within(
        self,
        vectors: npt.NDArray[np.floating],
        threshold: float,
        *,
        max_pairs: int | None = None,
        progress: Progress = NO_PROGRESS,
    ) -> Neighbours:
        """Find every pair within a distance (see `SelfJoin.within`); each pair is multiplied once."""
        check_join(threshold)
        matrix = np.ascontiguousarray(vectors, dtype=np.float32)
        lowest = np.float32(1.0 - threshold - product_slack(matrix.shape[1]))
        pairs = PairBlocks(threshold, max_pairs)
        for start in track(progress, range(0, len(matrix), _BLOCK_ROWS), "comparing listings", unit="block"):
            cosines = matrix[start : start + _BLOCK_ROWS] @ matrix[start:].T
            first, second = np.nonzero(cosines >= lowest)
            pairs.add(first + start, second + start, to_distance(cosines[first, second]))
        return pairs.neighbours(len(matrix))

    def nearest(self, vectors: npt.NDArray[np.floating], k: int) -> Neighbours:
        """Find the `k` nearest rows of each row (all rows if `k` exceeds N; see `SelfJoin.nearest`)."""
        if k < 1:
            raise ValueError(f"k must be a whole number from 1, not {k}")
        matrix = np.ascontiguousarray(vectors, dtype=np.float32)
        starts = range(0, len(matrix), _BLOCK_ROWS)
        blocks = [_block_nearest(matrix[start : start + _BLOCK_ROWS], matrix, min(k, len(matrix))) for start in starts]
        return stack_neighbours(blocks)

    def distances(self, vectors: npt.NDArray[np.floating], first: RowArray, second: RowArray) -> FloatArray:
        """Exact distance of each pair of rows, each summed alone as `FlatIndex` sums it; shape (P,)."""
        cosines = np.empty(len(first))
        for start in range(0, len(first), _MEASURED_PAIRS):
            part = slice(start, start + _MEASURED_PAIRS)
            cosines[part] = np.vecdot(vectors[first[part]].astype(np.float64), vectors[second[part]].astype(np.float64))
        return to_distance(cosines)


def _block_nearest(queries: npt.NDArray[np.float32], matrix: npt.NDArray[np.float32], k: int) -> Neighbours:
    cosines = queries @ matrix.T
    smallest = np.partition(cosines, -k, axis=1)[:, -k]
    rows, columns = np.nonzero(cosines >= smallest[:, None] - np.float32(1e-6))
    return keep_nearest(sort_neighbours(rows, columns, to_distance(cosines[rows, columns]), len(queries)), k)
