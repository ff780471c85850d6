"""Decisions of people on pairs of listings: they hold whatever the rules say, for single pairs and in groups."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from product_matching.matching.catalogue_pairs import MatchLists
from product_matching.search.neighbours import RowArray

#: Two rows of a catalogue, the lower one first.
Pair = tuple[int, int]


@dataclass(frozen=True)
class Contradiction:
    """Two listings that are different by a decision, while a chain of decisions says that they are the same.

    Attributes
    ----------
    different
        The pair that is kept apart.
    same
        The pair of the chain that does not hold in groups, so that the others can: the oldest decision.
    """

    different: Pair
    same: Pair


@dataclass(frozen=True, eq=False, kw_only=True)
class PairDecisions:
    """What people decided on pairs of a catalogue's rows, each pair once.

    Attributes
    ----------
    same, different
        Pairs that match and pairs that do not; the newest decision first.
    added
        With which addition each listing came, from 1 on, 0 for those that were there from the beginning; shape (N,).
        None for a catalogue without additions. One new listing joins no groups that people did not see.
    """

    same: Sequence[Pair] = ()
    different: Sequence[Pair] = ()
    added: RowArray | None = None

    def __len__(self) -> int:
        return len(self.same) + len(self.different)

    @cached_property
    def version(self) -> str:
        """Names the decisions, for keys of what is computed with them; "" for none."""
        content = repr((tuple(self.same), tuple(self.different)))
        return hashlib.sha256(content.encode()).hexdigest()[:16] if len(self) else ""

    def same_as(self, row: int) -> list[int]:
        """Rows that are the same product as a listing, rising."""
        return _others(self.same, row)

    def different_from(self, row: int) -> list[int]:
        """Rows that are another product than a listing, rising."""
        return _others(self.different, row)

    def applied_to(self, row: int | None, matches: RowArray) -> RowArray:
        """Matches of a listing under the decisions: those decided first, in order of row, then the others as they were.

        Parameters
        ----------
        row
            The listing; None for a query from outside the catalogue, on which nothing is decided.
        matches
            Rows that matched without decisions.
        """
        if row is None:
            return matches
        first = np.array(self.same_as(row), dtype=np.int64)
        return np.concatenate([first, matches[~np.isin(matches, [*first, *self.different_from(row)])]])

    def applied_to_all(self, matches: MatchLists) -> MatchLists:
        """Matches of every listing under the decisions, as `applied_to` gives them for one."""
        n = len(matches)
        queries = np.repeat(np.arange(n), np.diff(matches.offsets))
        same, different = _both_directions(self.same), _both_directions(self.different)
        decided = np.concatenate([same, different])
        kept = ~np.isin(queries * n + matches.rows, decided[:, 0] * n + decided[:, 1])
        all_queries = np.concatenate([same[:, 0], queries[kept]])
        order = np.argsort(all_queries, kind="stable")
        rows = np.concatenate([same[:, 1], matches.rows[kept]])
        return MatchLists.sorted(all_queries[order], rows[order], n)

    def settled(self, first: RowArray, second: RowArray, n: int) -> npt.NDArray[np.bool_]:
        """Which pairs of a catalogue's `n` rows are decided, or follow from decisions; shape (P,).

        Listings joined by a chain of decisions are one product, and what is different from one of them is different
        from all.
        """
        edges = np.array(self.must_link, dtype=np.int64).reshape(-1, 2)
        graph = csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
        unit = connected_components(graph, directed=False)[1].astype(np.int64)
        apart = unit[np.array(self.different, dtype=np.int64).reshape(-1, 2)]
        own, others = unit[first], unit[second]
        known = np.concatenate([apart[:, 0] * n + apart[:, 1], apart[:, 1] * n + apart[:, 0]])
        decided = np.array([*self.same, *self.different], dtype=np.int64).reshape(-1, 2)
        low, high = np.minimum(first, second), np.maximum(first, second)
        settled: npt.NDArray[np.bool_] = (
            (own == others)
            | np.isin(own * n + others, known)
            | np.isin(low * n + high, decided[:, 0] * n + decided[:, 1])
        )
        return settled

    @property
    def must_link(self) -> Sequence[Pair]:
        """Pairs of `same` that groups join: all but those of `contradictions`."""
        return self._links[0]

    @property
    def contradictions(self) -> Sequence[Contradiction]:
        """Where groups cannot obey every decision; single pairs do in any case."""
        return self._links[1]

    @cached_property
    def _links(self) -> tuple[list[Pair], list[Contradiction]]:
        """Join the pairs of `same` one by one, the newest first, where no pair that is different would be joined."""
        unit: dict[int, int] = {}
        members: dict[int, list[int]] = {}
        apart: dict[int, dict[int, Pair]] = {}
        for first, second in self.different:
            apart.setdefault(first, {})[second] = apart.setdefault(second, {})[first] = (first, second)
        joined, contradictions = [], []
        for first, second in self.same:
            left, right = unit.setdefault(first, first), unit.setdefault(second, second)
            if left == right:
                joined.append((first, second))
            elif right in apart.get(left, {}):
                contradictions.append(Contradiction(apart[left][right], (first, second)))
            else:
                joined.append((first, second))
                for row in members.setdefault(right, [right]):
                    unit[row] = left
                members.setdefault(left, [left]).extend(members.pop(right))
                for other, pair in apart.pop(right, {}).items():
                    apart[other].pop(right)
                    apart[other].setdefault(left, pair)
                    apart.setdefault(left, {}).setdefault(other, pair)
        return joined, contradictions


#: Nothing was decided.
NO_DECISIONS = PairDecisions()


def _others(pairs: Sequence[Pair], row: int) -> list[int]:
    return sorted(second if first == row else first for first, second in pairs if row in (first, second))


def _both_directions(pairs: Sequence[Pair]) -> RowArray:
    """Each pair both ways, in order; shape (2 P, 2)."""
    one_way = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    both = np.concatenate([one_way, one_way[:, ::-1]])
    return both[np.lexsort((both[:, 1], both[:, 0]))]
