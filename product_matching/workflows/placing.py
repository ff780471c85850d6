"""Where listings that were added stand among the groups from before: in one, in a new one, or between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from product_matching.matching.decisions import Pair
from product_matching.matching.grouping.linkage import LinkageThresholds
from product_matching.matching.grouping.partition import partition
from product_matching.search.neighbours import Neighbours, RowArray, sort_neighbours
from product_matching.workflows.match import CatalogueMatches

#: A listing of a group and a bridging one, with all listings of that group.
_Held: TypeAlias = dict[Pair, list[int]]


class Placement(StrEnum):
    """Where a new listing stands."""

    joins = "joins a group"
    founds = "founds a group"
    bridges = "bridges groups"
    alone = "alone"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A listing that was added.

    Attributes
    ----------
    row
        The listing.
    placement
        Where it stands among the groups of the listings that were there before it was added.
    group
        The smallest row of its group; its own where it has none.
    beside
        The nearest earlier listing that it matches of each earlier group, nearest first; single listings count as
        groups.
    """

    row: int
    placement: Placement
    group: int
    beside: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Placing:
    """All listings that were added.

    Attributes
    ----------
    placed
        Each by its row.
    held
        Pairs that people are asked for: a bridging listing with one listing of each group.
    apart
        Pairs that groups keep apart until then: a bridging listing with every listing of each of these groups, as it
        would else join by another one and put out the one that it is held apart from.
    """

    placed: Mapping[int, Placed] = field(default_factory=dict)
    held: Sequence[Pair] = ()
    apart: Sequence[Pair] = ()


def place_added(decided: CatalogueMatches, linkage: LinkageThresholds) -> Placing:
    """Say of each listing that was added since a bundle was built where it stands, one addition after the other.

    A listing *bridges* groups that were apart before it came if it matches listings of two of them, or if they would be
    merged on its account: one new listing must not make one product of two unseen. It and they are kept apart until
    people decided on its pairs with all but one of the groups. Only listings that are connected with a new one are
    looked at, so the work is that of what was added.

    Parameters
    ----------
    decided
        The catalogue under what people decided, which says what was added (`PairDecisions.added`).
    linkage
        That of its groups.
    """
    added = decided.decisions.added
    if added is None or not added.any():
        return Placing()
    near = _Near(decided, added, linkage)
    held: _Held = {}
    beside: dict[int, list[int]] = {}
    for number in np.unique(added[near.rows]).tolist():
        if number == 0:
            continue
        earlier, new = near.rows[added[near.rows] < number], near.rows[added[near.rows] == number]
        before = near.groups(earlier, _apart(held))
        members = _members(before)
        found = {row: near.beside(row, before) for row in new.tolist()}
        bridging = {row for row, others in found.items() if len(others) > 1}
        held |= {(other, row): members[before[other]] for row in sorted(bridging) for other in found[row]}
        now = near.groups(near.rows[added[near.rows] <= number], _apart(near.open(held)))
        merged = _merging(now, before)
        merging = [row for row in new.tolist() if now[row] in merged]
        held |= {(other, row): members[before[other]] for row in merging for other in found[row]}
        held = near.open(held)
        beside |= found
    apart = _apart(held)
    numbers, waiting = near.groups(near.rows, apart), {row for _, row in held}
    return Placing(placed=_describe(numbers, beside, added, waiting), held=tuple(held), apart=tuple(apart))


def _apart(held: _Held) -> list[Pair]:
    """Every pair of a listing that is held with a listing of a group that it is held apart from."""
    return list(dict.fromkeys((other, row) for (_, row), others in held.items() for other in others))


def _members(numbers: Mapping[int, int]) -> dict[int, list[int]]:
    """Listings of each group."""
    members: dict[int, list[int]] = {}
    for row, group in numbers.items():
        members.setdefault(group, []).append(row)
    return members


def _merging(now: Mapping[int, int], before: Mapping[int, int]) -> set[int]:
    """Groups of now that hold listings of more than one group of before."""
    held: dict[int, set[int]] = {}
    for row, group in before.items():
        held.setdefault(now[row], set()).add(group)
    return {group for group, earlier in held.items() if len(earlier) > 1}


def _describe(
    numbers: Mapping[int, int], beside: Mapping[int, Sequence[int]], added: RowArray, waiting: set[int]
) -> dict[int, Placed]:
    members, placed = _members(numbers), {}
    for row in sorted(beside):
        own = members[numbers[row]]
        earlier = sum(bool(added[other] < added[row]) for other in own)
        placement = Placement.joins if earlier > 1 else Placement.founds if len(own) > 1 else Placement.alone
        if row in waiting:
            placement = Placement.bridges
        placed[row] = Placed(row=row, placement=placement, group=min(own), beside=tuple(beside[row]))
    return placed


class _Near:
    """The listings that are connected with one that was added, and their groups."""

    def __init__(self, decided: CatalogueMatches, added: RowArray, linkage: LinkageThresholds) -> None:
        self._decided, self._linkage, self._n = decided, linkage, len(decided.linkage)
        queries, others = decided.linkage.queries(), decided.linkage.rows
        close = decided.linkage.distances <= linkage.pair
        links = np.array(decided.decisions.must_link, dtype=np.int64).reshape(-1, 2)
        self._unit = self._components(links[:, 0], links[:, 1])
        labels = self._components(
            np.concatenate([queries[close], links[:, 0]]), np.concatenate([others[close], links[:, 1]])
        )
        self.rows: RowArray = np.flatnonzero(np.isin(labels, labels[added > 0])).astype(np.int64)
        kept = np.zeros(self._n, dtype=np.bool_)
        kept[self.rows] = True
        inside = kept[queries] & kept[others]
        self._first, self._second = queries[inside], others[inside]
        self._distances = decided.linkage.distances[inside]

    @cached_property
    def _different(self) -> dict[int, set[int]]:
        different: dict[int, set[int]] = {}
        for first, second in self._decided.decisions.different:
            different.setdefault(first, set()).add(second)
            different.setdefault(second, set()).add(first)
        return different

    @cached_property
    def _matches(self) -> dict[int, list[int]]:
        """Matches of each listing, the nearest first, those that were decided before all others."""
        matches: dict[int, list[int]] = {}
        for one, other in self._decided.decisions.must_link:
            matches.setdefault(one, []).append(other)
            matches.setdefault(other, []).append(one)
        close = (self._distances <= self._linkage.pair) & (self._first != self._second)
        first, second = self._first[close], self._second[close]
        order = np.lexsort((second, self._distances[close], first))
        for one, other in zip(first[order].tolist(), second[order].tolist(), strict=True):
            matches.setdefault(one, []).append(other)
        return matches

    def groups(self, rows: RowArray, held: Sequence[Pair]) -> dict[int, int]:
        """Group of each of some rows, as if there were no others, by its smallest row."""
        place = np.full(self._n, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        both = (place[self._first] >= 0) & (place[self._second] >= 0)
        near: Neighbours = sort_neighbours(
            place[self._first[both]], place[self._second[both]], self._distances[both], len(rows)
        )
        decisions = self._decided.decisions

        def inside(pairs: Sequence[Pair]) -> list[Pair]:
            at = [(int(place[first]), int(place[second])) for first, second in pairs]
            return [(first, second) for first, second in at if first >= 0 and second >= 0]

        def measure(first: RowArray, second: RowArray) -> npt.NDArray[np.float64]:
            return self._decided.measure(rows[first], rows[second])

        must, cannot = inside(decisions.must_link), inside([*decisions.different, *held])
        numbers = partition(near, self._linkage, measure, must_link=must, cannot_link=cannot)
        return dict(zip(rows.tolist(), rows[numbers].tolist(), strict=True))

    def beside(self, row: int, before: Mapping[int, int]) -> list[int]:
        """The nearest earlier match of each earlier group, but for groups that it was decided to be no part of."""
        apart = {before[other] for other in self._different.get(row, ()) if other in before}
        nearest: dict[int, int] = {}
        for other in self._matches.get(row, ()):
            if other in before and (before[other] not in apart or self._unit[other] == self._unit[row]):
                nearest.setdefault(before[other], other)
        return list(nearest.values())

    def open(self, held: _Held) -> _Held:
        """Those of which no chain of decisions joins the listing with one of the group."""
        return {
            (other, row): others
            for (other, row), others in held.items()
            if all(self._unit[each] != self._unit[row] for each in others)
        }

    def _components(self, first: RowArray, second: RowArray) -> RowArray:
        graph = csr_matrix((np.ones(len(first)), (first, second)), shape=(self._n, self._n))
        return connected_components(graph, directed=False)[1].astype(np.int64)
