"""Every listing's neighbours by title at once: the exact self-join of a sparse matrix of unit vectors."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.joins.common_words import Cut, cut_common
from product_matching.search.joins.protocol import PairBlocks, check_join
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    keep_nearest,
    keep_within,
    sort_neighbours,
    to_distance,
)
from product_matching.search.threads import THREADS, each_in_threads

#: From this distance on two titles share no word and are no neighbours.
_NOTHING_IN_COMMON = 1.0
#: How many times more products are looked at where several equals stand at the last place.
_WIDER = 8
#: Rows of a block, fewer where their products would take more than 12 bytes times so many.
_BLOCK_ROWS, _LEAST_BLOCK_ROWS, _BLOCK_PRODUCTS = 512, 16, 20_000_000
#: Parts of the rows that share transposed ones, which takes 1 of so many parts more time for the products.
_STRIPES = 16
_MEASURED_PAIRS = 100_000
#: Products this much below a bound may still round to a distance that meets it.
_ROUNDING = 2e-6


class SparseJoin:
    """The self-join of sparse unit vectors without negative weights, shape (N, V), through an inverted index.

    The products are summed in float64 in the order of the columns, as `SparseIndex` does: a pair has the same
    distance in the join, in a search and in an export.
    """

    def within(
        self, vectors: Any, threshold: float, *, max_pairs: int | None = None, progress: Progress = NO_PROGRESS
    ) -> Neighbours:
        """Find every pair within a distance (see `SelfJoin.within`); each pair is multiplied once.

        Common words choose no pair: products of the others, with a bound on what the common ones add, leave few pairs,
        and those are measured.
        """
        check_join(threshold)
        rows, pairs = _exact(vectors), PairBlocks(threshold, max_pairs)
        scan = _Scan(rows, cut_common(rows, 1.0 - threshold), threshold)
        with closing(scan.blocks()) as blocks:
            for found in track(progress, blocks, "comparing listings", total=scan.n_blocks, unit="block"):
                pairs.add(*found)
        return pairs.neighbours(rows.shape[0])

    def nearest(self, vectors: Any, k: int) -> Neighbours:
        """Find the `k` nearest rows of each row, as far as they share a word with it (see `SelfJoin.nearest`)."""
        if k < 1:
            raise ValueError(f"k must be a whole number from 1, not {k}")
        rows = _exact(vectors)
        found = _nearest(rows, rows.T.tocsr(), k, width=k + 1)
        return keep_within(found, np.nextafter(_NOTHING_IN_COMMON, 0.0))

    def distances(self, vectors: Any, first: RowArray, second: RowArray) -> FloatArray:
        """Exact distance of each pair of rows; shape (P,)."""
        return _distances(vectors, first, second)


def _distances(vectors: Any, first: RowArray, second: RowArray) -> FloatArray:
    cosines = np.empty(len(first))
    for start in range(0, len(first), _MEASURED_PAIRS):
        part = slice(start, start + _MEASURED_PAIRS)
        shared = _exact(vectors[first[part]]).multiply(_exact(vectors[second[part]]))
        cosines[part] = np.asarray(shared.sum(axis=1)).ravel()
    return to_distance(cosines)


def _exact(matrix: Any) -> csr_matrix:
    """Copy into CSR float64 with its columns sorted, each once: the order in which products are summed."""
    rows = csr_matrix(matrix, dtype=np.float64, copy=True)
    rows.sum_duplicates()
    return rows


class _Scan:
    """The blocks of a join: rows by rows that follow, in stripes that share the transposed rows.

    Parameters
    ----------
    rows, cut
        The rows, and what is left of them to choose pairs by.
    threshold
        Distance that is searched within.
    """

    def __init__(self, rows: csr_matrix, cut: Cut, threshold: float) -> None:
        self._rows, self._cut, self._threshold, self._n = rows, cut, threshold, rows.shape[0]
        self._lowest = 1.0 - threshold - _ROUNDING
        shared = np.bincount(cut.rest.indices).astype(np.float64)
        products = float(shared @ shared) / max(self._n, 1)  # of a row, at most
        self._block = int(np.clip(_BLOCK_PRODUCTS / max(products, 1.0), _LEAST_BLOCK_ROWS, _BLOCK_ROWS))
        self._stripe = self._block * max(1, -(-self._n // (self._block * _STRIPES)))

    @property
    def n_blocks(self) -> int:
        """How many there are."""
        return len(range(0, self._n, self._block)) + bool(len(self._cut.alone))

    def blocks(self) -> Generator[tuple[RowArray, RowArray, FloatArray]]:
        """Pairs with their distances, each once, and some rows with themselves."""
        rest = self._cut.rest
        for first in range(0, self._n, self._stripe):
            postings = rest[first:].T.tocsr()
            starts = range(first, min(first + self._stripe, self._n), self._block)
            yield from each_in_threads(partial(self._block_within, postings, first), starts, THREADS)
        if len(self._cut.alone):
            yield self._among_alone()

    def _block_within(self, postings: csr_matrix, first: int, start: int) -> tuple[RowArray, RowArray, FloatArray]:
        """Pairs of a block of rows with the rows from its first one on."""
        stop, cut = min(start + self._block, self._n), self._cut
        products = cut.rest[start:stop] @ postings
        if cut.is_whole:
            places = np.flatnonzero(products.data >= self._lowest)
            one, other = _at(products, places, start, first)
            return _within(one, other, to_distance(products.data[places]), self._threshold)
        least = (
            self._lowest
            - np.repeat(cut.lengths[start:stop], np.diff(products.indptr)) * (cut.lengths[products.indices + first])
        )
        one, other = _at(products, np.flatnonzero(products.data >= least), start, first)
        kept = (one <= other) & ~(self._is_alone[one] & self._is_alone[other])
        one, other = one[kept], other[kept]
        return _within(one, other, _distances(self._rows, one, other), self._threshold)

    def _among_alone(self) -> tuple[RowArray, RowArray, FloatArray]:
        """Pairs of rows of common words: all of these are compared."""
        alone = self._cut.alone
        found = _Scan(whole := self._rows[alone], Cut.none(whole), self._threshold)
        parts = list(found.blocks())
        one, other, distances = (np.concatenate(part) for part in zip(*parts, strict=True))
        return alone[one], alone[other], distances

    @cached_property
    def _is_alone(self) -> npt.NDArray[np.bool_]:
        alone = np.zeros(self._n, dtype=np.bool_)
        alone[self._cut.alone] = True
        return alone


def _at(products: csr_matrix, places: RowArray, first_row: int, first_column: int) -> tuple[RowArray, RowArray]:
    """The rows of stored products, by their places."""
    one = np.searchsorted(products.indptr, places, side="right") - 1
    return one + first_row, products.indices[places].astype(np.int64) + first_column


def _within(
    one: RowArray, other: RowArray, distances: FloatArray, threshold: float
) -> tuple[RowArray, RowArray, FloatArray]:
    """Pairs whose distance is the threshold at most."""
    kept = (distances <= threshold) & (one <= other)
    return one[kept], other[kept], distances[kept]


def _nearest(queries: csr_matrix, postings: csr_matrix, k: int, *, width: int) -> Neighbours:
    """Find the `k` nearest of each query among its `width` largest products, which are more than `k`.

    Where the last of those is as near as the k-th, more that are equal may have been left out, in no order that is
    ours: these queries are searched for again with a larger width.
    """
    product = sp_matmul_topn(queries, postings, top_n=width, n_threads=THREADS).tocoo()
    found = sort_neighbours(product.row, product.col, to_distance(product.data), queries.shape[0])
    full = np.flatnonzero(np.diff(found.offsets) >= width)
    tied = full[found.distances[found.offsets[full] + width - 1] == found.distances[found.offsets[full] + k - 1]]
    found = keep_nearest(found, k)
    if len(tied) == 0:
        return found
    again = _nearest(queries[tied], postings, k, width=_WIDER * width)
    kept = ~np.isin(found.queries(), tied)
    return sort_neighbours(
        np.concatenate([found.queries()[kept], tied[again.queries()]]),
        np.concatenate([found.rows[kept], again.rows]),
        np.concatenate([found.distances[kept], again.distances]),
        len(found),
    )
