"""Exact distances from rows that may lie in a memory-mapped file, of which little stays in memory."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, RowArray, to_distance

#: Rows that are converted to float64 at a time: 10 MB at 1,280 dimensions.
_RESCORED_ROWS = 1024
#: Most bytes of a mapped file that stay in memory, and what the system maps around a row that is read.
MAPPED_BYTES, _AROUND_BYTES = 64_000_000, 65_536


class MappedRows:
    """Unit vectors, shape (N, D), float32, whose distances to a query are measured one by one.

    Of a memory map at most about `MAPPED_BYTES` of what was read stay in the process: the pages are given back to the
    system's cache of files, from which they are read again. Safe to share between threads.
    """

    def __init__(self, vectors: npt.NDArray[np.float32]) -> None:
        self.vectors = vectors
        self._read = 0

    def distances(self, query: npt.NDArray[np.float32], rows: RowArray) -> FloatArray:
        """Distance from one query, of shape (D,), to each of the given rows: float64 products, each row alone."""
        exact, cosines = query.astype(np.float64), np.empty(len(rows))
        for start in range(0, len(rows), _RESCORED_ROWS):
            part = slice(start, start + _RESCORED_ROWS)
            # A matrix product would sum in an order that depends on the number of rows; this sums each row alone.
            cosines[part] = np.vecdot(self.vectors[rows[part]].astype(np.float64), exact)
            self._count(len(rows[part]))
        return to_distance(cosines)

    def _count(self, rows: int) -> None:
        self._read += rows
        if self._read * _AROUND_BYTES > MAPPED_BYTES:
            self._read = 0
            release_pages(self.vectors)


def release_pages(vectors: Any) -> None:
    """Give the pages of a memory-mapped file back to the system; they are read again as they are needed."""
    mapping = getattr(vectors, "_mmap", None)
    if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)
