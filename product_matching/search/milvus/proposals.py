"""Candidates as Milvus proposes them: the largest products, and all products from a bound on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from product_matching.search.milvus.collection import Collection, Hits
from product_matching.search.milvus.layout import MAX_RESULTS, STAMP_BITS, STAMP_FIELD
from product_matching.search.neighbours import RowArray

#: Results that are asked for first; most thresholds let fewer in.
_FIRST_RESULTS = 128
_GROWTH = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """One field of vectors in a collection, as it is searched.

    Attributes
    ----------
    collection, field
        Where the vectors are.
    rows
        Row of each listing by its id; what Milvus has beside them is left out.
    params
        Of the index, such as how many lists a query looks into; None for none.
    condition
        That listings must meet, as a filter expression of Milvus; "" for none.
    max_results
        Most results that one query can have.
    """

    collection: Collection
    field: str
    rows: Mapping[str, int]
    params: dict[str, int] | None = None
    condition: str = ""
    max_results: int = MAX_RESULTS

    def ids(self, rows: RowArray) -> list[str]:
        """Ids of the given rows."""
        all_ids = list(self.rows)
        return [all_ids[row] for row in rows]

    def largest(self, queries: list[Any], limit: int) -> list[Hits]:
        """The `limit` largest products of each query; no more than `max_results`."""
        return self._ask(queries, limit)

    def all_from(self, queries: list[Any], least: float) -> list[RowArray]:
        """Rows of every product of at least `least`, for each query.

        Milvus is asked for ever more results, until they fall below the bound. Where there are more of them than
        one query can have, the listings are parted into ranges of their stamps, and each is asked alone.
        """
        found: dict[int, RowArray] = {}
        open_, limit = list(range(len(queries))), min(_FIRST_RESULTS, self.max_results)
        while open_:
            hits = dict(zip(open_, self._ask([queries[query] for query in open_], limit), strict=True))
            found |= {query: self.rows_of(each, least) for query, each in hits.items()}
            open_ = [query for query, each in hits.items() if _goes_on(each, limit, least)]
            if limit == self.max_results:
                found |= {query: self._parted(queries[query], least, (0, 2**STAMP_BITS)) for query in open_}
                break
            limit = min(_GROWTH * limit, self.max_results)
        return [found[query] for query in range(len(queries))]

    def rows_of(self, hits: Hits, least: float = -np.inf) -> RowArray:
        """Rows of what was found, from a bound on; listings that are not known are left out."""
        known = (self.rows.get(each) for each, score in zip(hits.ids, hits.scores, strict=True) if score >= least)
        return np.array([row for row in known if row is not None], dtype=np.int64)

    def _parted(self, query: Any, least: float, stamps: tuple[int, int]) -> RowArray:
        low, high = stamps
        within = f"{STAMP_FIELD} >= {low} and {STAMP_FIELD} < {high}"
        hits = self._ask([query], self.max_results, within)[0]
        if not _goes_on(hits, self.max_results, least) or high - low == 1:
            return self.rows_of(hits, least)
        middle = (low + high) // 2
        parts = [self._parted(query, least, part) for part in ((low, middle), (middle, high))]
        return np.concatenate(parts)

    def _ask(self, queries: list[Any], limit: int, within: str = "") -> list[Hits]:
        condition = " and ".join(f"({part})" for part in (self.condition, within) if part)
        at_once = max(1, MAX_RESULTS // limit)
        search = self._search(limit, condition)
        return [hits for start in range(0, len(queries), at_once) for hits in search(queries[start : start + at_once])]

    def _search(self, limit: int, condition: str) -> Callable[[list[Any]], list[Hits]]:
        return lambda queries: self.collection.search(
            self.field, queries, limit, condition=condition, params=self.params
        )


def _goes_on(hits: Hits, limit: int, least: float) -> bool:
    """Whether there may be more results above the bound than were asked for."""
    return len(hits.ids) >= limit and bool(hits.scores[-1] >= least)
