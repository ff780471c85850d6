"""Which words are so common that two titles that share no other cannot be near: the exact filter of the sparse join."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from product_matching.search.neighbours import FloatArray, RowArray

#: Rows that are cut so far that their common part alone may reach the bound are few: at most this share.
_FEW = 0.01
#: Columns that are never worth a cut of their own.
_LEAST_ROWS = 64
#: What sums of squares of unit rows in single precision may err by, and more.
_SLACK = 1e-5


@dataclass(frozen=True, eq=False)
class Cut:
    """Rows without their commonest columns.

    The product of two rows is that of their rests and that of what was cut off, and the latter is at most the product
    of the lengths that were cut off (Cauchy and Schwarz).

    Attributes
    ----------
    rest
        The rows without the commonest columns; the rows themselves where nothing is cut.
    lengths
        Length of what was cut off each row, never too small; shape (N,).
    alone
        Rows whose length may reach the bound without any other column in common; ascending.
    """

    rest: csr_matrix
    lengths: FloatArray
    alone: RowArray

    @classmethod
    def none(cls, rows: csr_matrix) -> Cut:
        """The rows as they are."""
        return cls(rows, np.zeros(rows.shape[0]), np.zeros(0, dtype=np.int64))

    @property
    def is_whole(self) -> bool:
        """Whether nothing was cut off."""
        return not self.lengths.any()


def cut_common(rows: csr_matrix, bound: float) -> Cut:
    """Cut off as many of the commonest columns as leave nearly all rows a length of at most the root of half the bound.

    Parameters
    ----------
    rows
        Unit rows of non-negative numbers, shape (N, V).
    bound
        Least product of a pair that is looked for, above 0.
    """
    n, width = rows.shape
    frequency = np.bincount(rows.indices, minlength=width)
    order = np.argsort(-frequency, kind="stable")
    worth = int((frequency >= _LEAST_ROWS).sum())
    at = np.repeat(np.arange(n), np.diff(rows.indptr))
    squares = rows.data**2
    rank = np.empty(width, dtype=np.int64)
    rank[order] = np.arange(width)
    ranks = rank[rows.indices]

    def lengths(cut: int) -> FloatArray:
        inside = ranks < cut
        cut_off: FloatArray = np.sqrt(np.bincount(at[inside], weights=squares[inside], minlength=n))
        return cut_off

    low, high = 0, worth  # the lengths grow with the cut
    while low < high:
        middle = (low + high + 1) // 2
        if (lengths(middle) > np.sqrt(bound / 2)).mean() <= _FEW:
            low = middle
        else:
            high = middle - 1
    if low == 0:
        return Cut.none(rows)
    kept = ranks >= low
    offsets = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    rest = csr_matrix((rows.data[kept], rows.indices[kept], offsets), shape=rows.shape)
    cut_off = np.where(lengths(low) > 0.0, lengths(low) + _SLACK, 0.0)
    return Cut(rest, cut_off, np.flatnonzero(cut_off * (1.0 + _SLACK) >= bound - _SLACK))
