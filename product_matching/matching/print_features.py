"""Features of pairs from the print of one listing's photo, the title of the other, and its print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.encoders.print_encoder import PrintRows
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.quantities import QuantityTable
from product_matching.search.neighbours import FloatArray, RowArray

#: Columns of `print_features`. Shares are of weight (IDF), those of numbers of their count.
PRINT_FEATURES = (
    "known share of print",
    "cosine of print and title",
    "share of print in title",
    "share of title in print",
    "share of numbers of print in title",
    "quantities of print and title",
    "cosine of prints",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class PrintedListings:
    """The listings of a catalogue that print is compared with.

    Attributes
    ----------
    encoder
        The title encoder.
    matrix
        Vectors of the titles; shape (N, V).
    titles
        Raw titles, "" for none; length N.
    prints
        The print of their photos; None for a catalogue that was not read.
    """

    encoder: TitleEncoder
    matrix: csr_matrix
    titles: Sequence[str]
    prints: PrintRows | None = None

    def take(self, rows: RowArray) -> PrintedListings:
        """Some of the listings, in the order of `rows`."""
        return PrintedListings(
            encoder=self.encoder,
            matrix=self.matrix[rows],
            titles=[self.titles[row] for row in rows],
            prints=None if self.prints is None else self.prints.take(rows),
        )


def print_features(prints: PrintRows, first: RowArray, listings: PrintedListings, second: RowArray) -> FloatArray:
    """Compare the print of photos with listings, pair by pair.

    Parameters
    ----------
    prints
        The print of the first listings: of a query (`PrintEncoder.rows` of one), or of the catalogue itself.
    first
        Shape (P,): rows of `prints`.
    listings
        The catalogue.
    second
        Shape (P,): rows of the catalogue.

    Returns
    -------
    numpy.ndarray
        Shape (P, len(PRINT_FEATURES)), float64. NaN where a side is missing: a photo that was not read or has no
        known word, a listing without a title, print without numbers, no quantity that both state. Quantities are 1
        where a value is common and 0 where they differ.
    """
    features = np.full((len(first), len(PRINT_FEATURES)), np.nan)
    features[:, 0] = prints.weights[first]
    printed, titled = prints.vectors.getnnz(axis=1)[first] > 0, listings.matrix.getnnz(axis=1)[second] > 0
    there = np.flatnonzero(printed & titled)
    features[there, 1:-2] = _words_in_common(prints.vectors[first[there]], listings.matrix[second[there]], listings)
    features[:, -2] = _quantities(prints.texts, first, listings.titles, second)
    features[:, -1] = _cosines_of_prints(prints, first, listings.prints, second)
    return features


def _words_in_common(prints: csr_matrix, titles: csr_matrix, listings: PrintedListings) -> FloatArray:
    """Cosine of print and title and the shares in common, row by row; shape (P, 4)."""
    idf, numbers = listings.encoder.idf, listings.encoder.with_digit.astype(np.float64)
    printed, titled = _held(prints), _held(titles)
    common = printed.multiply(titled).tocsr()
    columns = [
        _products(prints, titles),
        _share(common @ idf, printed @ idf),
        _share(common @ idf, titled @ idf),
        _share(common @ numbers, printed @ numbers),
    ]
    return np.column_stack(columns)


def _cosines_of_prints(prints: PrintRows, first: RowArray, others: PrintRows | None, second: RowArray) -> FloatArray:
    if others is None:
        return np.full(len(first), np.nan)
    both = (prints.vectors.getnnz(axis=1)[first] > 0) & (others.vectors.getnnz(axis=1)[second] > 0)
    return np.where(both, _products(prints.vectors[first], others.vectors[second]), np.nan)


def _quantities(texts: Sequence[str], first: RowArray, titles: Sequence[str], second: RowArray) -> FloatArray:
    """1 where a value is common, 0 where both state a dimension and differ, NaN where they share none."""
    agree = np.full(len(first), np.nan)
    there = np.array([bool(texts[one] and titles[other]) for one, other in zip(first, second, strict=True)], np.bool_)
    (ours, own), (theirs, others) = (np.unique(rows[there], return_inverse=True) for rows in (first, second))
    table = QuantityTable.of_measures([*(texts[row] for row in ours), *(titles[row] for row in theirs)])
    compared = table.compare(own, len(ours) + others)
    agree[there] = np.where(compared == 0, np.nan, compared > 0)
    return agree


def _held(vectors: csr_matrix) -> csr_matrix:
    """1 where a vector holds a word."""
    held = csr_matrix(vectors, dtype=np.float64, copy=True)
    held.data[:] = 1.0
    return held


def _products(first: csr_matrix, second: csr_matrix) -> FloatArray:
    products: FloatArray = np.asarray(first.multiply(second).sum(axis=1), dtype=np.float64).ravel()
    return products


def _share(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> FloatArray:
    share = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share
