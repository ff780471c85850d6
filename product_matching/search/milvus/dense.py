"""Search over dense unit vectors in Milvus: it proposes, float64 decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from product_matching.search.arguments import check_count, check_one, check_threshold, checked_rows
from product_matching.search.flat import VectorArray, unit_rows
from product_matching.search.milvus.proposals import Side
from product_matching.search.neighbours import (
    FloatArray,
    Neighbours,
    RowArray,
    keep_nearest,
    keep_within,
    product_slack,
    search_in_blocks,
)
from product_matching.search.rescoring import dense_distances, rescore

#: Rows fetched beyond k, so that the slack around the k-th distance rarely reaches past what was fetched.
_SPARE_ROWS = 16


class MilvusIndex:
    """Photo vectors that lie in Milvus.

    Milvus chooses candidates by its float32 products, with a slack above their largest possible error; the distances
    come from float64 products of the pair, as those of `product_matching.search.flat.FlatIndex`.

    Parameters
    ----------
    side
        Where the vectors are, and the row of each.
    dimension
        Of the vectors.
    vectors
        Shape (N, D), the same vectors here, such as a memory map; None has those of the candidates fetched from Milvus.
    exact
        Whether Milvus compares all vectors (``FLAT``).
    block_size
        Queries sent at once.
    """

    def __init__(
        self,
        side: Side,
        dimension: int,
        vectors: npt.NDArray[np.float32] | None = None,
        *,
        exact: bool = True,
        block_size: int = 64,
    ) -> None:
        check_count("block_size", block_size)
        self.exact = exact
        self._side, self._dimension, self._vectors, self._block_size = side, dimension, vectors, block_size
        self._ids = list(side.rows)
        self._slack = product_slack(dimension)

    @property
    def size(self) -> int:
        """Number of rows of the catalogue."""
        return len(self._ids)

    def where(self, condition: str) -> MilvusIndex:
        """The same index, of which only listings that meet a condition are found (see `conditions`)."""
        side = replace(self._side, condition=condition)
        return MilvusIndex(side, self._dimension, self._vectors, exact=self.exact, block_size=self._block_size)

    def within(self, queries: npt.ArrayLike, threshold: float) -> Neighbours:
        """Find everything at `threshold` or nearer, for each query; shape (Q, D), rows of norm 1 or 0."""
        check_threshold(threshold)
        rows = self._queries(queries)
        return search_in_blocks(len(rows), self._block_size, lambda block: self._block_within(rows[block], threshold))

    def nearest(self, queries: npt.ArrayLike, k: int) -> Neighbours:
        """Find the `k` nearest rows of each query; ties are won by the lower row.

        An index that is not exact may find fewer.
        """
        check_count("k", k)
        rows, k = self._queries(queries), min(k, self.size)
        return search_in_blocks(len(rows), self._block_size, lambda block: self._block_nearest(rows[block], k))

    def distances(self, query: npt.ArrayLike, rows: npt.ArrayLike) -> FloatArray:
        """Distance from one query, of shape (1, D), to each of the given rows, in their order."""
        one = self._queries(query)
        check_one(len(one))
        return dense_distances(self._vectors_of, one[0], checked_rows(rows, self.size))

    def _queries(self, queries: npt.ArrayLike) -> VectorArray:
        return unit_rows("queries", queries, self._dimension)

    def _vectors_of(self, rows: RowArray) -> VectorArray:
        if self._vectors is not None:
            return self._vectors[rows]
        fetched = self._side.collection.vectors(self._side.field, [self._ids[row] for row in rows])
        return np.array(fetched, dtype=np.float32).reshape(-1, self._dimension)

    def _rescored(self, queries: VectorArray, candidates: list[RowArray]) -> Neighbours:
        return rescore(lambda query, rows: dense_distances(self._vectors_of, queries[query], rows), candidates)

    def _block_within(self, queries: VectorArray, threshold: float) -> Neighbours:
        if self.size == 0:
            return self._rescored(queries, [np.zeros(0, dtype=np.int64)] * len(queries))
        candidates = self._side.all_from(list(queries), 1.0 - threshold - self._slack if threshold < 2.0 else -np.inf)
        return keep_within(self._rescored(queries, candidates), threshold)

    def _block_nearest(self, queries: VectorArray, k: int) -> Neighbours:
        fetched = k + _SPARE_ROWS
        if k == 0 or fetched > self._side.max_results:
            return keep_nearest(self._block_within(queries, np.inf), k)
        hits = self._side.largest(list(queries), fetched)
        found = keep_nearest(self._rescored(queries, [self._side.rows_of(each) for each in hits]), k)
        parts = []
        for query, each in enumerate(hits):
            rows, distances = found.of(query)
            # A row that was not fetched may be as near as the k-th that was.
            unsure = len(each.ids) == fetched and len(rows) == k
            if unsure and distances[-1] >= min(1.0 - each.scores[-1], 2.0) - self._slack:
                within = self._block_within(queries[query : query + 1], distances[-1])
                rows, distances = within.rows[:k], within.distances[:k]
            parts.append((rows, distances))
        return _joined(parts)


def _joined(parts: list[tuple[RowArray, FloatArray]]) -> Neighbours:
    offsets = np.concatenate([[0], np.cumsum([len(rows) for rows, _ in parts])]).astype(np.int64)
    return Neighbours(
        offsets, np.concatenate([rows for rows, _ in parts]), np.concatenate([distances for _, distances in parts])
    )
