"""Exact distances from rows that may lie in a memory-mapped file, none of which stays in memory."""

from __future__ import annotations

import mmap
import os
import weakref
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.array_files import check_mapped
from product_matching.search.neighbours import FloatArray, RowArray, to_distance

#: Rows that are converted to float64 at a time: 10 MB at 1,280 dimensions.
_RESCORED_ROWS = 1024
#: So many rows at once are read through the map, of which they are a good part.
_MANY_ROWS = 4 * _RESCORED_ROWS


class MappedRows:
    """Unit vectors, shape (N, D), float32, whose distances to a query are measured one by one.

    Rows of a memory map are read from its file: a row that is touched in the map takes up to 2 MB of memory around it
    (Linux maps whole blocks of its cache), and those of some queries the whole file. Safe to share between threads.
    """

    def __init__(self, vectors: npt.NDArray[np.float32]) -> None:
        self.vectors = vectors
        self._width = vectors.shape[1] * vectors.itemsize
        self._start = int(getattr(vectors, "offset", 0))
        file = _open_file(vectors)
        if file is not None:
            weakref.finalize(self, os.close, file)
        # A file that was replaced since it was mapped, or of which the rows are a part, is read through the map.
        self._file = file if file is not None and self._reads_the_same(file) else None

    def distances(self, query: npt.NDArray[np.float32], rows: RowArray) -> FloatArray:
        """Distance from one query, of shape (D,), to each of the given rows: float64 products, each row alone."""
        exact, cosines = query.astype(np.float64), np.empty(len(rows))
        file = None if len(rows) > _MANY_ROWS else self._file
        for start in range(0, len(rows), _RESCORED_ROWS):
            part = slice(start, start + _RESCORED_ROWS)
            block = self.vectors[rows[part]] if file is None else self._read(file, rows[part])
            # A matrix product would sum in an order that depends on the number of rows; this sums each row alone.
            cosines[part] = np.vecdot(block.astype(np.float64), exact)
        if file is None:
            release_pages(self.vectors)
        return to_distance(cosines)

    def _read(self, file: int, rows: RowArray) -> npt.NDArray[np.float32]:
        found = b"".join(os.pread(file, self._width, self._start + row * self._width) for row in rows.tolist())
        if len(found) != len(rows) * self._width:
            check_mapped(self.vectors)
        return np.frombuffer(found, dtype=self.vectors.dtype).reshape(len(rows), -1)

    def _reads_the_same(self, file: int) -> bool:
        some = np.unique(np.linspace(0, len(self.vectors) - 1, 5).astype(np.int64))
        try:
            return np.array_equal(self._read(file, some), self.vectors[some])
        except (OSError, ValueError):
            return False


def _open_file(vectors: Any) -> int | None:
    """Open the file of a memory map; None for an array in memory, and where a file has no reads by place (Windows)."""
    if not (isinstance(vectors, np.memmap) and vectors.filename and len(vectors) and hasattr(os, "pread")):
        return None
    try:
        return os.open(vectors.filename, os.O_RDONLY)
    except OSError:
        return None


def release_pages(vectors: Any) -> None:
    """Give the pages of a memory-mapped file back to the system; they are read again as they are needed."""
    mapping = getattr(vectors, "_mmap", None)
    if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)
