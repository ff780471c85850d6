"""Search over title vectors in Milvus: it proposes titles that share words, float64 decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack

from product_matching.search.arguments import check_at_most_unit, check_count, check_one, check_threshold, checked_rows
from product_matching.search.milvus.collection import Hits
from product_matching.search.milvus.layout import NO_WORD
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
    to_distance,
)
from product_matching.search.rescoring import rescore
from product_matching.search.sparse import fill_with_others, sorted_rows, squared_norms

_SPARE_ROWS = 16
#: The nearest distance below 1: beyond it, titles share no word, and Milvus does not find them.
_SHARES_A_WORD = float(np.nextafter(1.0, 0.0))


class MilvusTitleIndex:
    """Title vectors that lie in Milvus, compared by its inverted index of words; exact.

    Milvus finds titles that share a word with the query, by float32 products. Every other title is at distance 1.
    The distances come from float64 products, as those of `product_matching.search.sparse.SparseIndex`.

    Parameters
    ----------
    side
        Where the vectors are, and the row of each.
    words
        Number of words V.
    matrix
        Sparse, shape (N, V), the same vectors here; None has those of the candidates fetched from Milvus.
    block_size
        Queries sent at once.
    """

    exact = True

    def __init__(self, side: Side, words: int, matrix: Any = None, *, block_size: int = 64) -> None:
        check_count("block_size", block_size)
        self._side, self._words, self._matrix, self._block_size = side, words, matrix, block_size

    @property
    def size(self) -> int:
        """Number of rows of the catalogue."""
        return len(self._side.rows)

    def where(self, condition: str) -> MilvusTitleIndex:
        """The same index, of which only listings that meet a condition and share a word with the query are found."""
        return _Filtered(replace(self._side, condition=condition), self._words, self._matrix)

    def within(self, queries: Any, threshold: float) -> Neighbours:
        """Find everything at `threshold` or nearer, for each query; from 1, every row is a match."""
        check_threshold(threshold)
        rows = self._queries(queries)
        return search_in_blocks(
            rows.shape[0], self._block_size, lambda block: self._block_within(rows[block], threshold)
        )

    def nearest(self, queries: Any, k: int) -> Neighbours:
        """Find the `k` nearest rows of each query (all rows if `k` exceeds `size`); ties are won by the lower row."""
        check_count("k", k)
        rows, k = self._queries(queries), min(k, self.size)
        return search_in_blocks(rows.shape[0], self._block_size, lambda block: self._block_nearest(rows[block], k))

    def distances(self, query: Any, rows: npt.ArrayLike) -> FloatArray:
        """Distance from one query, of shape (1, V), to each of the given rows, in their order."""
        one = self._queries(query)
        check_one(one.shape[0])
        return self._distances(one, checked_rows(rows, self.size))

    def _queries(self, queries: Any) -> csr_matrix:
        rows = sorted_rows("queries", queries, self._words)
        check_at_most_unit("queries", squared_norms(rows))
        return rows

    def _distances(self, query: csr_matrix, rows: RowArray) -> FloatArray:
        if not len(rows):
            return np.zeros(0)
        # By words, so that the products of a pair are summed in the order in which `SparseIndex` sums them.
        words = sorted_rows("titles", self._vectors_of(rows), self._words).T.tocsr()
        return to_distance((query @ words).toarray()[0])

    def _vectors_of(self, rows: RowArray) -> Any:
        if self._matrix is not None:
            return self._matrix[rows]
        fetched = self._side.collection.vectors(self._side.field, self._side.ids(rows))
        return vstack([_to_row(each, self._words) for each in fetched], format="csr")

    def _block_within(self, queries: csr_matrix, threshold: float) -> Neighbours:
        if threshold >= 1.0:
            return self._fill(self._block_sharing(queries, _SHARES_A_WORD), self.size)
        return self._block_sharing(queries, threshold)

    def _block_sharing(self, queries: csr_matrix, threshold: float) -> Neighbours:
        """All titles at a threshold below 1 or nearer."""
        asked = [row for row in range(queries.shape[0]) if queries[row].nnz]
        candidates = [np.zeros(0, dtype=np.int64) for _ in range(queries.shape[0])]
        if self.size and asked:
            least = 1.0 - threshold - self._slack(queries) if threshold < _SHARES_A_WORD else -np.inf
            proposed = self._side.all_from([_to_words(queries[row]) for row in asked], least)
            for row, rows in zip(asked, proposed, strict=True):
                candidates[row] = rows
        return keep_within(rescore(lambda row, rows: self._distances(queries[row], rows), candidates), threshold)

    def _block_nearest(self, queries: csr_matrix, k: int) -> Neighbours:
        fetched = k + _SPARE_ROWS
        if k == 0 or fetched > self._side.max_results:
            return self._fill(keep_nearest(self._block_sharing(queries, _SHARES_A_WORD), k), k)
        asked = [row for row in range(queries.shape[0]) if queries[row].nnz]
        hits = self._side.largest([_to_words(queries[row]) for row in asked], fetched) if asked else []
        of_row = dict(zip(asked, hits, strict=True))
        nobody = np.zeros(0, dtype=np.int64)
        proposed = [self._side.rows_of(of_row[row]) if row in of_row else nobody for row in range(queries.shape[0])]
        scored = rescore(lambda row, rows: self._distances(queries[row], rows), proposed)
        found = keep_nearest(keep_within(scored, _SHARES_A_WORD), k)
        parts = [self._settled(queries[row], found.of(row), k, of_row.get(row)) for row in range(queries.shape[0])]
        return self._fill(join_found(parts), k)

    def _settled(self, query: csr_matrix, found: Found, k: int, hits: Hits | None) -> Found:
        """Ask again where a title that was not fetched may be as near as the k-th that was."""
        rows, distances = found
        if hits is None or len(hits.ids) < k + _SPARE_ROWS or len(rows) < k:
            return found
        if distances[-1] < 1.0 - hits.scores[-1] - self._slack(query):
            return found
        return keep_nearest(self._block_sharing(query, float(distances[-1])), k).of(0)

    def _fill(self, found: Neighbours, k: int) -> Neighbours:
        return fill_with_others(found, k, self.size)

    def _slack(self, queries: csr_matrix) -> float:
        """Largest error of a float32 sum over the words of a query, whose weights are rounded to float32 as well."""
        return product_slack(int(np.diff(queries.indptr).max(initial=0)) + 2)


class _Filtered(MilvusTitleIndex):
    """An index with a condition: which of the titles that share no word meet it is not known, so they are left out."""

    def _fill(self, found: Neighbours, k: int) -> Neighbours:
        return found


def _to_words(row: csr_matrix) -> dict[int, float]:
    """A query as Milvus takes it."""
    return dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))


def _to_row(words: dict[int, float], width: int) -> csr_matrix:
    """A title as Milvus returns it."""
    known = {word: weight for word, weight in words.items() if word != NO_WORD}
    columns = np.array(list(known), dtype=np.int64)
    weights = np.array(list(known.values()), dtype=np.float32)
    return csr_matrix((weights, (np.zeros(len(known), dtype=np.int64), columns)), shape=(1, width))
