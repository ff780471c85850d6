"""Equal rows of a matrix: a self-join compares each distinct vector once and gives its pairs to all copies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, RowArray

#: Rows that are hashed at a time: 40 MB at 1,280 dimensions.
_HASHED_ROWS = 4096


@dataclass(frozen=True, eq=False)
class Copies:
    """The distinct vectors of a matrix of N rows, U of them, in order of their lowest row.

    Attributes
    ----------
    offsets
        Shape (U + 1,): vector ``u`` is that of ``rows[offsets[u]:offsets[u + 1]]``.
    rows
        Shape (N,): rows of the matrix, those of a vector in order.
    """

    offsets: RowArray
    rows: RowArray

    @classmethod
    def of(cls, matrix: npt.NDArray[np.float32], present: npt.NDArray[np.bool_]) -> Copies:
        """Find the rows that are equal bit for bit, among those that are present."""
        hashes, rows = _hashes(matrix), np.flatnonzero(present)
        rows = rows[np.argsort(hashes[rows], kind="stable")]
        hashed = hashes[rows]
        like_last = np.zeros(len(rows), dtype=np.bool_)
        like_last[1:] = hashed[1:] == hashed[:-1]
        alike = np.flatnonzero(like_last)
        like_last[alike] = [np.array_equal(matrix[rows[place]], matrix[rows[place - 1]]) for place in alike]
        return cls._in_order(rows, np.flatnonzero(~like_last))

    @classmethod
    def _in_order(cls, rows: RowArray, starts: RowArray) -> Copies:
        """Bring runs of equal rows into the order of their first, lowest row."""
        sizes = np.diff(np.append(starts, len(rows)))
        order = np.argsort(rows[starts])
        offsets = np.concatenate([[0], np.cumsum(sizes[order])]).astype(np.int64)
        within = np.arange(len(rows)) - np.repeat(offsets[:-1], sizes[order])
        return cls(offsets, rows[np.repeat(starts[order], sizes[order]) + within])

    @property
    def lowest(self) -> RowArray:
        """The lowest row of each distinct vector, ascending; shape (U,)."""
        return self.rows[self.offsets[:-1]]

    def count(self, first: RowArray, second: RowArray) -> int:
        """Count the pairs of different rows that pairs of distinct vectors stand for."""
        one, other = self._sizes(first), self._sizes(second)
        return int(np.where(first == second, one * (one - 1) // 2, one * other).sum())

    def expand(self, first: RowArray, second: RowArray, distances: FloatArray) -> tuple[RowArray, RowArray, FloatArray]:
        """Give pairs of distinct vectors to all rows that have them: lower row, higher row, and distance."""
        one, other = self._sizes(first), self._sizes(second)
        pair = np.repeat(np.arange(len(first)), one * other)
        place = np.arange(len(pair)) - np.repeat(np.cumsum(one * other) - one * other, one * other)
        left = self.rows[self.offsets[first[pair]] + place // other[pair]]
        right = self.rows[self.offsets[second[pair]] + place % other[pair]]
        kept = (first != second)[pair] | (left <= right)
        lower, higher = np.minimum(left, right), np.maximum(left, right)
        return lower[kept], higher[kept], distances[pair[kept]]

    def _sizes(self, vectors: RowArray) -> RowArray:
        return self.offsets[vectors + 1] - self.offsets[vectors]


def _hashes(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.uint64]:
    """One number for the bits of each row; equal rows have equal ones, and hardly any others have."""
    weights = np.random.default_rng(0).integers(1, 2**63, matrix.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(
        1
    )
    hashes = np.empty(len(matrix), dtype=np.uint64)
    for start in range(0, len(matrix), _HASHED_ROWS):
        bits = matrix[start : start + _HASHED_ROWS].view(np.uint32).astype(np.uint64)
        hashes[start : start + _HASHED_ROWS] = bits @ weights
    return hashes
