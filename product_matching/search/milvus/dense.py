"""Search over dense unit vectors in Milvus: it proposes, float64 decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from product_matching.search.arguments import check_count, check_one, check_threshold, checked_rows, unit_rows
from product_matching.search.flat import VectorArray
from product_matching.search.mapped import MappedRows
from product_matching.search.milvus.collection import Hits
from product_matching.search.milvus.proposals import Side
from product_matching.search.neighbours import (
    FloatArray,
    Found,
    Neighbours,
    RowArray,
    join_found,
    keep_nearest,
    keep_within,
    product_slack,
    search_in_blocks,
)
from product_matching.search.rescoring import rescore

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
        self._at_hand = None if vectors is None else MappedRows(vectors)
        self._slack = product_slack(dimension)

    @property
    def size(self) -> int:
        """Number of rows of the catalogue."""
        return len(self._side.rows)

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
        return self._distances(one[0], checked_rows(rows, self.size))

    def _queries(self, queries: npt.ArrayLike) -> VectorArray:
        return unit_rows("queries", queries, self._dimension)

    def _distances(self, query: VectorArray, rows: RowArray) -> FloatArray:
        if self._at_hand is not None:
            return self._at_hand.distances(query, rows)
        fetched = self._side.collection.vectors(self._side.field, self._side.ids(rows))
        vectors = np.array(fetched, dtype=np.float32).reshape(-1, self._dimension)
        return MappedRows(vectors).distances(query, np.arange(len(rows)))

    def _rescored(self, queries: VectorArray, candidates: list[RowArray]) -> Neighbours:
        return rescore(lambda query, rows: self._distances(queries[query], rows), candidates)

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
        return join_found(
            [self._settled(queries[row : row + 1], found.of(row), k, each) for row, each in enumerate(hits)]
        )

    def _settled(self, query: VectorArray, found: Found, k: int, hits: Hits) -> Found:
        """Ask again where a row that was not fetched may be as near as the k-th that was."""
        rows, distances = found
        if len(hits.ids) < k + _SPARE_ROWS or len(rows) < k:
            return found
        if distances[-1] < min(1.0 - hits.scores[-1], 2.0) - self._slack:
            return found
        return keep_nearest(self._block_within(query, float(distances[-1])), k).of(0)
