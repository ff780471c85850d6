"""Typed words: the titles that hold them, ranked by coverage, and when a text is a few words and not a title."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.search.neighbours import FloatArray, RowArray

#: A text of at most this share of the median number of words in a title is a few words (see `WordIndex.is_few`).
FEW_WORDS_SHARE = 0.5
#: Coverages that agree in so many decimals are the same: they are sums in another order.
_DECIMALS = 9


@dataclass(frozen=True, eq=False, kw_only=True)
class CoveredTitles:
    """The titles that hold at least one of some words, best first (see `WordIndex.find`).

    Attributes
    ----------
    rows
        Shape (M,): rows of the catalogue.
    held
        Shape (M,), int64: how many of the words each title holds.
    coverage
        Shape (M,), float64: weight of the words in the title as a share of the weight of all words, from 0 to 1.
    n_complete
        How many hold all the words; these come first.
    """

    rows: RowArray
    held: npt.NDArray[np.int64]
    coverage: FloatArray
    n_complete: int


@dataclass(frozen=True, eq=False, kw_only=True)
class WordIndex:
    """Which titles hold which words.

    Attributes
    ----------
    postings
        Shape (V, N), 1 where a title holds a word: for each word its titles.
    n_words
        Shape (N,), int64: number of different words in each title.
    """

    postings: csr_matrix
    n_words: npt.NDArray[np.int64]

    @classmethod
    def of(cls, matrix: csr_matrix) -> WordIndex:
        """Index a matrix of titles, shape (N, V), with a weight above 0 where a title holds a word."""
        held = csr_matrix(matrix > 0, dtype=np.int64)
        return cls(postings=held.T.tocsr(), n_words=np.diff(held.indptr).astype(np.int64))

    @property
    def frequencies(self) -> npt.NDArray[np.int64]:
        """Number of titles that hold each word; shape (V,)."""
        return np.diff(self.postings.indptr).astype(np.int64)

    def find(self, columns: npt.NDArray[np.int64], weights: FloatArray) -> CoveredTitles:
        """Rank the titles by the words that they hold.

        Titles with all the words come first, then by coverage, then titles of fewer words, then by row.

        Parameters
        ----------
        columns
            Shape (W,): column of each word, each once; -1 for a word that no title holds.
        weights
            Shape (W,): weight of each word, above 0.

        Examples
        --------
        >>> index = WordIndex.of(csr_matrix([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
        >>> index.find(np.array([0, 1]), np.array([1.0, 3.0])).coverage
        array([1.  , 0.25])
        """
        known = columns >= 0
        postings = self.postings[columns[known]]
        held = np.asarray(postings.sum(axis=0), dtype=np.int64).ravel()
        rows = np.flatnonzero(held)
        coverage = np.asarray(postings.T @ weights[known]).ravel()[rows] / weights.sum()
        complete = held[rows] == len(columns)
        order = np.lexsort((rows, self.n_words[rows], -coverage.round(_DECIMALS), ~complete))
        return CoveredTitles(
            rows=rows[order], held=held[rows][order], coverage=coverage[order], n_complete=int(complete.sum())
        )

    def is_few(self, n_words: int, found: CoveredTitles) -> bool:
        """Whether a text is a few words, and not a whole title.

        It is if it has at most `FEW_WORDS_SHARE` of the median number of words in a title, at least one, and is not a
        title of the catalogue, word for word.

        Parameters
        ----------
        n_words
            Number of different words of the text.
        found
            The titles that hold them.
        """
        titled = self.n_words[self.n_words > 0]
        most = max(1, int(FEW_WORDS_SHARE * np.median(titled))) if len(titled) else 1
        is_title = bool((self.n_words[found.rows[: found.n_complete]] == n_words).any())
        return n_words <= most and not is_title
