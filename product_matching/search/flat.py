"""Exact search over dense unit vectors: FAISS proposes, float64 decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from product_matching.search.arguments import (
    check_count,
    check_one,
    check_threshold,
    checked_rows,
    unit_rows,
)
from product_matching.search.mapped import MappedRows
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

VectorArray = npt.NDArray[np.float32]

#: Rows fetched beyond k, so that the slack around the k-th distance rarely reaches past what was fetched.
_SPARE_ROWS = 16


class FlatIndex:
    """Every vector compared with every query, in an exact `faiss.IndexFlatIP`.

    The float32 inner products of FAISS depend on how many queries are asked at once. They only choose candidates,
    with a slack above their largest possible error; the distances come from float64 products of the candidates,
    pair by pair, so that a result does not depend on the other queries of its batch.

    Parameters
    ----------
    vectors
        Shape (N, D), rows of norm 1 or 0. They are copied once; a C-ordered float32 memory map is read straight
        into the index, and may be closed afterwards.
    block_size
        Queries searched at once. Beyond the result, a search takes at most about ``block_size * N * 60`` bytes,
        and that only where the threshold lets everything in.

    Raises
    ------
    ValueError
        If the vectors are not two-dimensional, or a row has a norm other than 1 or 0.

    Notes
    -----
    A single query is searched in one thread: it reads each row once, and waiting for a second thread costs more than
    it brings unless the machine is idle. Concurrent searches are safe: the index is read only.

    Examples
    --------
    >>> import numpy as np
    >>> index = FlatIndex(np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 0.0]], dtype=np.float32))
    >>> index.nearest(np.array([[0.0, 1.0]], dtype=np.float32), k=2).of(0)
    (array([1, 0]), array([0.2, 1. ]))
    """

    exact = True

    def __init__(self, vectors: npt.ArrayLike, *, block_size: int = 256) -> None:
        check_count("block_size", block_size)
        rows = unit_rows("vectors", vectors)
        self._block_size = block_size
        self._index = faiss.IndexFlatIP(rows.shape[1])
        self._index.add(rows)
        self._exact = MappedRows(_stored_vectors(self._index))
        self._slack = product_slack(rows.shape[1])

    @property
    def size(self) -> int:
        """Number of rows in the index."""
        return len(self._exact.vectors)

    def within(self, queries: npt.ArrayLike, threshold: float) -> Neighbours:
        """Find everything at `threshold` or nearer, for each query.

        Parameters
        ----------
        queries
            Shape (Q, D), rows of norm 1 or 0.
        threshold
            Largest cosine distance of a match, included.
        """
        check_threshold(threshold)
        rows = self._queries(queries)
        return search_in_blocks(len(rows), self._block_size, lambda block: self._block_within(rows[block], threshold))

    def nearest(self, queries: npt.ArrayLike, k: int) -> Neighbours:
        """Find the `k` nearest rows of each query (all rows if `k` exceeds `size`); ties are won by the lower row.

        Parameters
        ----------
        queries
            Shape (Q, D), rows of norm 1 or 0.
        k
            How many rows, at least 1.
        """
        check_count("k", k)
        rows, k = self._queries(queries), min(k, self.size)
        return search_in_blocks(len(rows), self._block_size, lambda block: self._block_nearest(rows[block], k))

    def distances(self, query: npt.ArrayLike, rows: npt.ArrayLike) -> FloatArray:
        """Distance from one query, of shape (1, D), to each of the given rows, in their order."""
        one = self._queries(query)
        check_one(len(one))
        return self._exact.distances(one[0], checked_rows(rows, self.size))

    def _queries(self, queries: npt.ArrayLike) -> VectorArray:
        return unit_rows("queries", queries, self._index.d)

    def _block_within(self, queries: VectorArray, threshold: float) -> Neighbours:
        # Every product is above -2; FAISS keeps what is above the radius, strictly.
        radius = 1.0 - threshold - self._slack if threshold < 2.0 else -2.0
        with threads_for(len(queries)):
            limits, _, rows = self._index.range_search(queries, radius)
        return keep_within(self._rescored(queries, limits.astype(np.int64), rows), threshold)

    def _block_nearest(self, queries: VectorArray, k: int) -> Neighbours:
        if k == 0:
            return self._rescored(queries, np.zeros(len(queries) + 1, dtype=np.int64), np.zeros(0, dtype=np.int64))
        fetched = min(k + _SPARE_ROWS, self.size)
        with threads_for(len(queries)):
            scores, rows = self._index.search(queries, fetched)
        candidates = self._rescored(queries, np.arange(len(queries) + 1) * fetched, rows.ravel())
        found = keep_nearest(candidates, k)
        if fetched == self.size:
            return found
        farthest = found.distances[k - 1 :: k]
        not_fetched = np.minimum(1.0 - scores[:, -1].astype(np.float64), 2.0) - self._slack
        return self._resolve_ties(queries, found, k, np.flatnonzero(farthest >= not_fetched))

    def _resolve_ties(self, queries: VectorArray, found: Neighbours, k: int, unsure: RowArray) -> Neighbours:
        """Search again where a row that was not fetched may be as near as the k-th that was."""
        rows, distances = found.rows.reshape(-1, k).copy(), found.distances.reshape(-1, k).copy()
        for query in unsure:
            within = self._block_within(queries[query : query + 1], distances[query, -1])
            rows[query], distances[query] = within.rows[:k], within.distances[:k]
        return Neighbours(found.offsets, rows.ravel(), distances.ravel())

    def _rescored(self, queries: VectorArray, offsets: RowArray, rows: RowArray) -> Neighbours:
        """Replace the order of the candidates by that of their exact distances."""
        distances = np.empty(len(rows))
        for query, vector in enumerate(queries):
            candidates = slice(offsets[query], offsets[query + 1])
            distances[candidates] = self._exact.distances(vector, rows[candidates])
        of_query = np.repeat(np.arange(len(queries), dtype=np.int64), np.diff(offsets))
        return sort_neighbours(of_query, rows, distances, len(queries))


@contextmanager
def threads_for(queries: int) -> Iterator[None]:
    """Keep FAISS to one thread for a single query; the setting is that of the calling thread alone."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1 if queries == 1 else threads)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _stored_vectors(index: Any) -> VectorArray:
    """Return a read-only view of the vectors in the index, which has to outlive it."""
    if index.ntotal == 0:
        return np.empty((0, index.d), dtype=np.float32)
    view: VectorArray = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    view.flags.writeable = False
    return view
