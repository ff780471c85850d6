"""Approximate search over dense unit vectors: an inverted file of FAISS proposes, float64 decides."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.search.arguments import (
    check_count,
    check_one,
    check_threshold,
    check_width,
    checked_rows,
    unit_rows,
)
from product_matching.search.budget import default_lists
from product_matching.search.flat import FlatIndex, VectorArray, threads_for
from product_matching.search.inverted_lists import InvertedLists
from product_matching.search.list_writing import write_lists
from product_matching.search.mapped import MappedRows, release_pages
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    keep_nearest,
    keep_within,
    product_slack,
    search_in_blocks,
    sort_neighbours,
)

#: Vectors fetched beyond k, so that the error of the codes rarely hides one of the k nearest.
_SPARE = 64
#: From this distance on every row without a photo matches, so that nothing but all rows can be the answer.
_EVERYTHING = 1.0
_BLOCK_ROWS = 4096


class IvfIndex:
    """The lists whose centroids are nearest to a query are searched (Sivic and Zisserman 2003; FAISS).

    Each distinct vector stands in one list, as one byte a number; rows that have the same vector are found with it, so
    that many copies of one do not crowd out others. Where leading directions tell most vectors apart, the codes hold
    the components along them and the norm of the rest: their product bounds the cosine. What the codes propose is
    measured exactly on the vectors themselves: a row may be missed because its list is not searched, but no distance is
    wrong.

    Parameters
    ----------
    vectors
        Shape (N, D), rows of norm 1 or 0; best a memory map: it is not copied.
    lists
        Written before; None writes them into memory now. Rows that they do not hold are searched one by one.
    probes
        Lists that a query searches; None for a quarter of them.
    block_size
        Queries searched at once.

    Raises
    ------
    ValueError
        If the vectors are not two-dimensional, a row has a norm other than 1 or 0, or the lists are of others.

    Examples
    --------
    >>> import numpy as np
    >>> index = IvfIndex(np.array([[1.0, 0.0], [0.6, 0.8], [0.6, 0.8]], dtype=np.float32), probes=2)
    >>> index.nearest(np.array([[0.0, 1.0]], dtype=np.float32), k=2).of(0)
    (array([1, 2]), array([0.2, 0.2]))
    """

    exact = False

    def __init__(
        self,
        vectors: npt.ArrayLike,
        *,
        lists: InvertedLists | None = None,
        probes: int | None = None,
        block_size: int = 256,
    ) -> None:
        check_count("block_size", block_size)
        check_width("vectors", np.shape(vectors))
        rows = vectors if isinstance(vectors, np.memmap) else np.ascontiguousarray(vectors, dtype=np.float32)
        if lists is None:
            with tempfile.TemporaryDirectory() as folder:  # the file may go once it is mapped
                lists = write_lists(rows, Path(folder) / "codes", default_lists(len(rows)))
                self._index, self._codes = lists.index(_searched(lists, probes)), lists.kept_size()
        else:
            self._index, self._codes = lists.index(_searched(lists, probes)), lists.kept_size()
        _check_dimension(lists, rows.shape[1])
        self._lists, self._exact, self._block_size = lists, MappedRows(rows), block_size
        self._dimension, self._slack = rows.shape[1], product_slack(rows.shape[1]) + lists.slack
        self._zero, self._rest = _others(rows, lists)
        self._flat = FlatIndex(rows[self._rest]) if len(self._rest) else None

    @property
    def size(self) -> int:
        """Number of rows in the index."""
        return len(self._exact.vectors)

    def within(self, queries: npt.ArrayLike, threshold: float) -> Neighbours:
        """Find what the searched lists hold at `threshold` or nearer, for each query; from 1 on, all there is.

        Parameters
        ----------
        queries
            Shape (Q, D), rows of norm 1 or 0.
        threshold
            Largest cosine distance of a match, included.
        """
        check_threshold(threshold)
        rows = unit_rows("queries", queries, self._dimension)
        if threshold >= _EVERYTHING:
            return keep_within(self._measured(rows, [np.arange(self.size)] * len(rows)), threshold)
        return search_in_blocks(len(rows), self._block_size, lambda block: self._block_within(rows[block], threshold))

    def nearest(self, queries: npt.ArrayLike, k: int) -> Neighbours:
        """Find the `k` nearest rows that the searched lists hold; ties are won by the lower row.

        Where they hold fewer than `k`, so many further lists are searched that they hold enough.

        Parameters
        ----------
        queries
            Shape (Q, D), rows of norm 1 or 0.
        k
            How many rows, at least 1.
        """
        check_count("k", k)
        rows, k = unit_rows("queries", queries, self._dimension), min(k, self.size)
        return search_in_blocks(len(rows), self._block_size, lambda block: self._block_nearest(rows[block], k))

    def distances(self, query: npt.ArrayLike, rows: npt.ArrayLike) -> FloatArray:
        """Distance from one query, of shape (1, D), to each of the given rows, in their order."""
        one = unit_rows("queries", query, self._dimension)
        check_one(len(one))
        return self._exact.distances(one[0], checked_rows(rows, self.size))

    def _check_codes(self) -> None:
        if self._codes is not None:
            self._codes.check()

    def _block_within(self, queries: VectorArray, threshold: float) -> Neighbours:
        self._check_codes()
        proposed = [np.zeros(0, dtype=np.int64)] * len(queries)
        if self._index.ntotal:
            rows = self._lists.coded(queries)
            # No number is further from that of its code than half a step, so that a product errs by this at most.
            error = float((np.abs(rows) @ self._lists.steps).max(initial=0.0)) / 2
            radius = 1.0 - threshold - self._slack - error
            with threads_for(len(rows)):
                limits, _, found = self._index.range_search(rows, radius)
            proposed = np.split(found, limits[1:-1].astype(np.int64))
        found = keep_within(self._measured(queries, self._lists.rows_of(proposed)), threshold)
        return self._with_rest(found, lambda flat: flat.within(queries, threshold))

    def _block_nearest(self, queries: VectorArray, k: int) -> Neighbours:
        self._check_codes()
        fetched = min(k + _SPARE, self._index.ntotal)
        coded = self._lists.coded(queries)
        proposed = _fetched(self._index, coded, fetched)
        short = np.flatnonzero((proposed < 0).any(axis=1))
        if len(short):
            wider = self._lists.widened(self._index, self._probes_holding(coded[short], fetched))
            proposed[short] = _fetched(wider, coded[short], fetched)
        rows = self._lists.rows_of(list(proposed))
        if fetched < k:
            rows = [np.concatenate([of_query, self._zero[:k]]) for of_query in rows]
        found = self._measured(queries, rows)
        return keep_nearest(self._with_rest(found, lambda flat: flat.nearest(queries, k)), k)

    def _probes_holding(self, coded: VectorArray, k: int) -> int:
        """How many of the nearest lists hold `k` vectors together, for every one of the queries."""
        order = np.argsort(-(coded @ self._lists.centroids.T), axis=1)
        held = np.cumsum(self._lists.sizes[order], axis=1)
        # FAISS may see two centroids that are as near in the other order.
        return min(len(self._lists.sizes), int((held < k).sum(axis=1).max()) + 2)

    def _measured(self, queries: VectorArray, rows: list[RowArray]) -> Neighbours:
        distances = [self._exact.distances(query, of_query) for query, of_query in zip(queries, rows, strict=True)]
        of_query = np.repeat(np.arange(len(queries), dtype=np.int64), [len(each) for each in rows])
        none = np.zeros(0, dtype=np.int64)
        return sort_neighbours(
            of_query, np.concatenate([none, *rows]), np.concatenate([np.zeros(0), *distances]), len(queries)
        )

    def _with_rest(self, found: Neighbours, search: Callable[[FlatIndex], Neighbours]) -> Neighbours:
        """Add what is found among the rows that stand in no list."""
        if self._flat is None:
            return found
        rest = search(self._flat)
        return sort_neighbours(
            np.concatenate([found.queries(), rest.queries()]),
            np.concatenate([found.rows, self._rest[rest.rows]]),
            np.concatenate([found.distances, rest.distances]),
            len(found),
        )


def _check_dimension(lists: InvertedLists, dimension: int) -> None:
    if lists.directions is not None and len(lists.directions) != dimension:
        raise ValueError(f"the lists are of vectors of {len(lists.directions)} numbers, not {dimension}")


def _searched(lists: InvertedLists, probes: int | None) -> int:
    """Lists that a query searches: as many as are given, else a quarter, and no more than there are."""
    return min(len(lists.sizes), probes or max(1, len(lists.sizes) // 4))


def _fetched(index: Any, coded: VectorArray, k: int) -> RowArray:
    """Places of the `k` vectors whose codes are nearest, -1 where the searched lists hold fewer; shape (Q, k)."""
    if not k:
        return np.zeros((len(coded), 0), dtype=np.int64)
    with threads_for(len(coded)):
        found: RowArray = index.search(coded, k)[1]
    return found


def _others(vectors: npt.NDArray[np.float32], lists: InvertedLists) -> tuple[RowArray, RowArray]:
    """The rows that stand in no list: those without a direction, and the others, such as ones that were added later."""
    if len(lists.rows) and lists.rows.max() >= len(vectors):
        raise ValueError(f"the lists hold row {lists.rows.max()}, but there are {len(vectors)}")
    covered = np.zeros(len(vectors), dtype=np.bool_)
    covered[lists.rows] = True
    rows = np.flatnonzero(~covered)
    blocks = [vectors[rows[start : start + _BLOCK_ROWS]].any(axis=1) for start in range(0, len(rows), _BLOCK_ROWS)]
    release_pages(vectors)
    some = np.concatenate([np.zeros(0, dtype=np.bool_), *blocks])
    return rows[~some], rows[some]
