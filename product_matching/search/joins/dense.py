"""Every row's neighbours among dense vectors: the exact self-join, block by block."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import numpy.typing as npt

from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.joins.blocks import BLOCK_ROWS, BlockScan, Chooser, exact_distances
from product_matching.search.joins.bounds import PairFilter, choose_filter
from product_matching.search.joins.copies import Copies
from product_matching.search.joins.gpu import gpu_vectors
from product_matching.search.joins.half import FASTER, half_rows, has_half_units
from product_matching.search.joins.largest import nearest_of_block
from product_matching.search.joins.protocol import PairBlocks, check_join
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    stack_neighbours,
)
from product_matching.search.threads import each_in_threads, single_blas


class DenseJoin:
    """The self-join of dense vectors of norm 1 or 0, shape (N, D).

    Equal vectors are compared once, as far as a bound over few dimensions lets two of them be near. Beyond the result
    it takes about the memory of the vectors once more, and 10 MB for each thread.
    """

    def within(
        self,
        vectors: npt.NDArray[np.floating],
        threshold: float,
        *,
        max_pairs: int | None = None,
        progress: Progress = NO_PROGRESS,
    ) -> Neighbours:
        """Find every pair within a distance (see `SelfJoin.within`); none beyond it is found.

        Raises
        ------
        ValueError
            A vector is not finite.
        """
        check_join(threshold)
        matrix = np.asanyarray(vectors, dtype=np.float32, order="C")
        norms = _squared_norms(matrix)
        copies = Copies.of(matrix, norms > 0.0)
        distinct = matrix if len(copies.lowest) == len(matrix) else matrix[copies.lowest]
        pairs = PairBlocks(threshold, max_pairs)
        with single_blas() as threads:
            chooser = _chooser(distinct, norms[copies.lowest], threshold, threads)
            scan = BlockScan(distinct, chooser, threshold, max_pairs)
            starts = range(0, len(distinct), BLOCK_ROWS)
            with closing(each_in_threads(scan.block, starts, threads)) as blocks:
                for found in track(progress, blocks, "comparing listings", total=len(starts), unit="block"):
                    pairs.expect(copies.count(found[0], found[1]))
                    pairs.add(*copies.expand(*found))
        return pairs.neighbours(len(matrix))

    def nearest(self, vectors: npt.NDArray[np.floating], k: int) -> Neighbours:
        """Find the `k` nearest rows of each row (all rows if `k` exceeds N; see `SelfJoin.nearest`)."""
        if k < 1:
            raise ValueError(f"k must be a whole number from 1, not {k}")
        matrix = np.asanyarray(vectors, dtype=np.float32, order="C")
        starts = range(0, len(matrix), BLOCK_ROWS)

        def nearest(start: int) -> Neighbours:
            return nearest_of_block(matrix[start : start + BLOCK_ROWS] @ matrix.T, k)

        with single_blas() as threads:
            return stack_neighbours(list(each_in_threads(nearest, starts, threads)))

    def distances(self, vectors: npt.NDArray[np.floating], first: RowArray, second: RowArray) -> FloatArray:
        """Exact distance of each pair of rows, each summed alone as `FlatIndex` sums it; shape (P,)."""
        return exact_distances(vectors, first, second)


def _chooser(
    vectors: npt.NDArray[np.float32], squared_norms: FloatArray, threshold: float, threads: int
) -> PairFilter | Chooser:
    """The fastest way there is to choose the pairs that are measured."""
    on_gpu = gpu_vectors(vectors, threshold)
    if on_gpu is not None:
        return on_gpu
    faster = FASTER if has_half_units() else 1
    chosen = choose_filter(vectors, squared_norms, threshold, threads=threads, faster=faster)
    return half_rows(chosen) or chosen


def _squared_norms(matrix: npt.NDArray[np.float32]) -> FloatArray:
    norms = np.empty(len(matrix))
    for start in range(0, len(matrix), BLOCK_ROWS):
        rows = matrix[start : start + BLOCK_ROWS].astype(np.float64)
        norms[start : start + BLOCK_ROWS] = np.vecdot(rows, rows)
    wrong = np.flatnonzero(~np.isfinite(norms))
    if len(wrong):
        raise ValueError(f"vectors must be finite, but row {wrong[0]} has the norm {norms[wrong[0]] ** 0.5}")
    return norms
