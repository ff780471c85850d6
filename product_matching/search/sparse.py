"""Exact search over sparse unit vectors (titles) through an inverted index."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse import csr_matrix

from product_matching.search.arguments import (
    check_at_most_unit,
    check_count,
    check_one,
    check_threshold,
    check_unit,
    check_width,
    checked_rows,
)
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    keep_nearest,
    keep_within,
    search_in_blocks,
    sort_neighbours,
    to_distance,
)

#: Titles times queries of a block at most.
_BLOCK_PRODUCTS = 20_000_000
#: Products this much below a bound may still round to a distance that meets it.
_ROUNDING = 2e-6


class SparseIndex:
    """Titles as weighted words, compared through the posting lists of the query's words.

    The index is the transposed matrix by rows: for each word, the listings that hold it. A product with it touches
    only those listings. The products of one query with one row are summed in float64 in the order of the words,
    whatever else is in the batch, so results do not depend on batching.

    Parameters
    ----------
    matrix
        Sparse, shape (N, V), float32 or float64, no negative weights, rows of norm 1 or 0. It is not kept.
    block_size
        Queries searched at once; fewer from some 40,000 titles on. Beyond the result, a search takes at most about
        ``block_size * N * 60`` bytes, or 1.2 GB where that is less, and that only where every title shares a word with
        every query, or from a threshold of 1.

    Raises
    ------
    ValueError
        If the matrix is not sparse, holds a negative weight, or a row has a norm other than 1 or 0.

    Notes
    -----
    A title that shares no word with the query is at distance 1, the largest that there is: it is found by a threshold
    of 1 and more, and it fills up the k nearest, in order of row.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> index = SparseIndex(csr_matrix([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]))
    >>> index.within(csr_matrix([[0.0, 1.0]]), 0.5).of(0)
    (array([2, 1]), array([0. , 0.2]))
    """

    exact = True

    def __init__(self, matrix: Any, *, block_size: int = 512) -> None:
        check_count("block_size", block_size)
        rows = sorted_rows("matrix", matrix)
        check_unit("matrix", squared_norms(rows))
        self._postings = rows.T.tocsr()
        self._block_size = min(block_size, max(1, _BLOCK_PRODUCTS // max(self.size, 1)))

    @property
    def size(self) -> int:
        """Number of rows in the index."""
        return int(self._postings.shape[1])

    def within(self, queries: Any, threshold: float) -> Neighbours:
        """Find everything at `threshold` or nearer, for each query.

        Parameters
        ----------
        queries
            Sparse, shape (Q, V), no negative weights, rows of norm at most 1.
        threshold
            Largest cosine distance of a match, included. From 1, every row is a match.
        """
        check_threshold(threshold)
        rows = self._queries(queries)
        if threshold >= 1.0:
            return search_in_blocks(rows.shape[0], self._block_size, lambda block: self._everything(rows[block]))
        return search_in_blocks(
            rows.shape[0], self._block_size, lambda block: self._overlapping(rows[block], threshold)
        )

    def nearest(self, queries: Any, k: int) -> Neighbours:
        """Find the `k` nearest rows of each query (all rows if `k` exceeds `size`); ties are won by the lower row.

        Parameters
        ----------
        queries
            Sparse, shape (Q, V), no negative weights, rows of norm at most 1.
        k
            How many rows, at least 1.
        """
        check_count("k", k)
        rows, k = self._queries(queries), min(k, self.size)
        return search_in_blocks(rows.shape[0], self._block_size, lambda block: self._block_nearest(rows[block], k))

    def distances(self, query: Any, rows: npt.ArrayLike) -> FloatArray:
        """Distance from one query, of shape (1, V), to each of the given rows, in their order."""
        one = self._queries(query)
        check_one(one.shape[0])
        return to_distance((one @ self._postings).toarray()[0])[checked_rows(rows, self.size)]

    def _queries(self, queries: Any) -> Any:
        """Queries as sorted rows; one shorter than 1 is a title of which some words are not in the index."""
        rows = sorted_rows("queries", queries, self._postings.shape[0])
        check_at_most_unit("queries", squared_norms(rows))
        return rows

    def _everything(self, queries: Any) -> Neighbours:
        distances = to_distance((queries @ self._postings).toarray())
        rows = np.argsort(distances, axis=1, kind="stable")
        ordered = np.take_along_axis(distances, rows, axis=1)
        return Neighbours(np.arange(len(rows) + 1, dtype=np.int64) * self.size, rows.ravel(), ordered.ravel())

    def _overlapping(self, queries: Any, threshold: float) -> Neighbours:
        products = queries @ self._postings
        return keep_within(_neighbours(products, products.data >= 1.0 - threshold - _ROUNDING), threshold)

    def _block_nearest(self, queries: Any, k: int) -> Neighbours:
        products = queries @ self._postings
        smallest = np.repeat(_kth_largest(products, k) - _ROUNDING, np.diff(products.indptr))
        candidates = _neighbours(products, products.data >= smallest)
        # A product too small to bring the distance below 1 ties with the rows that share no word.
        overlapping = keep_within(candidates, np.nextafter(1.0, 0.0))
        return fill_with_others(keep_nearest(overlapping, k), k, self.size)


def fill_with_others(found: Neighbours, k: int, size: int) -> Neighbours:
    """Give every query `k` rows, adding the lowest of those at distance 1."""
    counts = np.diff(found.offsets)
    short = np.flatnonzero(counts < k)
    if not len(short):
        return found
    added = [_lowest_others(found.of(int(query))[0], k, size) for query in short]
    rows = np.concatenate([found.rows, *added])
    distances = np.concatenate([found.distances, np.ones(len(rows) - len(found.rows))])
    queries = np.concatenate([found.queries(), np.repeat(short, k - counts[short])])
    return sort_neighbours(queries, rows, distances, len(found))


def _is_sparse(matrix: object) -> bool:
    return bool(scipy.sparse.issparse(matrix))  # as a plain bool: the type that it narrows to has no shape


def squared_norms(rows: csr_matrix) -> FloatArray:
    """Squared norm of each row."""
    return np.asarray(rows.multiply(rows).sum(axis=1)).ravel()


def sorted_rows(name: str, matrix: Any, width: int | None = None) -> csr_matrix:
    """Copy `matrix` into CSR float64 with its columns sorted, each once: the order in which products are summed."""
    if not _is_sparse(matrix):
        raise ValueError(f"{name} must be a scipy.sparse matrix, not {type(matrix).__name__}")
    check_width(name, matrix.shape, width)
    rows = csr_matrix(matrix, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    if (rows.data < 0.0).any():
        raise ValueError(f"{name} must hold no negative weight, not {rows.data.min()}")
    return rows


def _neighbours(products: csr_matrix, kept: npt.NDArray[np.bool_]) -> Neighbours:
    queries = np.repeat(np.arange(products.shape[0]), np.diff(products.indptr))
    return sort_neighbours(queries[kept], products.indices[kept], to_distance(products.data[kept]), products.shape[0])


def _kth_largest(products: csr_matrix, k: int) -> FloatArray:
    """For each row of a CSR matrix its k-th largest entry; 0 where it has no more than `k`."""
    largest = np.zeros(products.shape[0])
    for row in np.flatnonzero(np.diff(products.indptr) > k):
        entries = products.data[products.indptr[row] : products.indptr[row + 1]]
        largest[row] = np.partition(entries, len(entries) - k)[len(entries) - k]
    return largest


def _lowest_others(rows: RowArray, k: int, size: int) -> RowArray:
    """Return the lowest row numbers that are not in `rows`, as many as are missing to `k`."""
    lowest = np.arange(min(size, k + len(rows)))
    return np.setdiff1d(lowest, rows, assume_unique=True)[: k - len(rows)]
