"""Vectors that are part sparse (words, trigrams) and part filled (photos), laid out for products with a query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.search.neighbours import FloatArray


@dataclass(frozen=True, eq=False)
class SplitVectors:
    """N vectors whose last D columns are filled: as CSR those take many times as long to multiply.

    Attributes
    ----------
    rows
        All columns, CSR of shape (N, V + D).
    sparse
        The first V columns.
    filled
        The last D columns, float32; shape (N, D).
    """

    rows: csr_matrix
    sparse: csr_matrix
    filled: npt.NDArray[np.float32]

    @classmethod
    def of(cls, rows: csr_matrix, n_filled: int) -> SplitVectors:
        """Split the columns of a CSR matrix of shape (N, V + `n_filled`)."""
        width = rows.shape[1] - n_filled
        return cls(rows, rows[:, :width], np.ascontiguousarray(rows[:, width:].toarray(), dtype=np.float32))

    def products(self, vector: csr_matrix) -> FloatArray:
        """Inner product of every row with a vector, CSR of shape (1, V + D); shape (N,)."""
        values, width = vector.toarray().ravel().astype(np.float32), self.sparse.shape[1]
        found: FloatArray = np.asarray(self.sparse @ values[:width], dtype=np.float64)
        return found + self.filled @ values[width:]
