"""Candidate pairs: every pair of listings that may be the same product, in both directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, sort_neighbours, to_distance


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows of a catalogue of `n` listings: each pair once in each direction, no row with itself.

    Attributes
    ----------
    first, second
        Shape (P,), int64; sorted by first, then second.
    n
        Number of listings of the catalogue.
    """

    first: RowArray
    second: RowArray
    n: int

    def __post_init__(self) -> None:
        if len(self.first) != len(self.second):
            raise ValueError(f"{len(self.first)} first rows but {len(self.second)} second rows")

    def __len__(self) -> int:
        return len(self.first)

    @classmethod
    def of(cls, *found: Neighbours) -> Pairs:
        """Take every pair that any of the neighbours of all rows holds, and its reverse."""
        first = np.concatenate([part.queries() for part in found])
        second = np.concatenate([part.rows for part in found])
        n = len(found[0])
        keys = np.unique(np.concatenate([first * n + second, second * n + first]))
        first, second = keys // n, keys % n
        return cls(first[first != second], second[first != second], n)

    def take(self, kept: npt.NDArray[np.bool_]) -> Pairs:
        """Keep the pairs of a mask that treats both directions alike; shape (P,)."""
        return Pairs(self.first[kept], self.second[kept], self.n)

    def of_row(self, row: int) -> RowArray:
        """The second rows of the pairs that a row is the first of, rising."""
        start, end = np.searchsorted(self.first, [row, row + 1])
        return self.second[start:end]

    def reverse(self) -> RowArray:
        """Position of each pair's other direction; shape (P,)."""
        return np.lexsort((self.first, self.second))

    def once(self) -> npt.NDArray[np.bool_]:
        """The pairs in one of their directions, the rising one; shape (P,)."""
        return self.first < self.second

    def symmetric(self, scores: FloatArray) -> FloatArray:
        """Mean of the scores of both directions; shape (P,)."""
        return (scores + scores[self.reverse()]) / 2

    def to_neighbours(self, scores: FloatArray) -> Neighbours:
        """Turn scores (1 is surely the same) into neighbours at the distance 1 - score, each row its own nearest."""
        own = np.arange(self.n)
        queries, rows = np.concatenate([own, self.first]), np.concatenate([own, self.second])
        distances = np.concatenate([np.zeros(self.n), to_distance(scores)])
        return sort_neighbours(queries, rows, distances, self.n)

    def to_matrix(self, scores: FloatArray) -> csr_matrix:
        """Lay the scores out as a sparse matrix of shape (n, n)."""
        return csr_matrix((scores.astype(np.float32), (self.first, self.second)), shape=(self.n, self.n))
