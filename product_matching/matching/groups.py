"""A partition of the catalogue into groups, guarded against chains: one wrong pair must not join two products."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.matching.rules import distances_in
from product_matching.search.neighbours import Neighbours, RowArray, sort_neighbours


@dataclass(frozen=True)
class Bars:
    """Largest accepted distances of the three kinds of merger.

    Attributes
    ----------
    pair
        Two single listings: the distance between them.
    attach
        A single listing and a group: its mean distance to the group's members.
    merge
        Two groups: the mean distance over all their cross pairs. The strictest, as most is lost by a wrong one.
    """

    pair: float
    attach: float
    merge: float

    def __post_init__(self) -> None:
        if not 0 <= self.merge <= self.attach <= self.pair <= 1:
            raise InputError(
                f"The bars are merge {self.merge}, attach {self.attach}, pair {self.pair}, "
                "but must be distances with 0 <= merge <= attach <= pair <= 1."
            )


@dataclass(frozen=True)
class Group:
    """One group of the partition, of at least two listings.

    Attributes
    ----------
    rows
        Its listings, rising.
    density
        Share of its pairs that were found within the pair bar.
    weakest_link
        Distance of the loosest pair that is needed to hold it together; 1 where only a person's word does.
    """

    rows: tuple[int, ...]
    density: float
    weakest_link: float

    @property
    def size(self) -> int:
        """Number of listings."""
        return len(self.rows)


class _Clusters:
    """Growing clusters with the sum of similarities between each two of them."""

    def __init__(self, n: int) -> None:
        self.of = np.arange(n)
        self.members: list[list[int]] = [[row] for row in range(n)]
        self.support: list[dict[int, float]] = [{} for _ in range(n)]
        self.forbidden: list[set[int]] = [set() for _ in range(n)]

    def add_similarity(self, first: int, second: int, similarity: float) -> None:
        self.support[first][second] = similarity
        self.support[second][first] = similarity

    def forbid(self, first: int, second: int) -> None:
        self.forbidden[first].add(second)
        self.forbidden[second].add(first)

    def mean_distance(self, first: int, second: int) -> float:
        """Mean over all cross pairs; one that was never found counts as distance 1."""
        cross = len(self.members[first]) * len(self.members[second])
        return 1.0 - self.support[first].get(second, 0.0) / cross

    def merge(self, first: int, second: int) -> None:
        keep, gone = (first, second) if len(self.support[first]) >= len(self.support[second]) else (second, first)
        for row in self.members[gone]:
            self.of[row] = keep
        self.members[keep] += self.members[gone]
        for other, similarity in self.support[gone].items():
            del self.support[other][gone]
            if other != keep:
                total = self.support[keep].get(other, 0.0) + similarity
                self.support[keep][other] = self.support[other][keep] = total
        for other in self.forbidden[gone]:
            self.forbidden[other].discard(gone)
            self.forbid(keep, other)
        self.members[gone], self.support[gone], self.forbidden[gone] = [], {}, set()


def partition(
    near: Neighbours,
    bars: Bars,
    *,
    must_link: Iterable[tuple[int, int]] = (),
    cannot_link: Iterable[tuple[int, int]] = (),
) -> RowArray:
    """Merge listings into groups in order of distance, each kind of merger below its own bar.

    Tiered merging: a pair of singles needs the pair itself, everything else needs the support of the cross pairs, so
    that a single bridge between two products joins nothing.

    Parameters
    ----------
    near
        Near listings of every listing of the catalogue; a pair found in both directions counts once, by its nearer.
    bars
        Largest accepted distances.
    must_link, cannot_link
        Pairs of rows that a person has joined or kept apart. They hold whatever the distances say.

    Returns
    -------
    numpy.ndarray
        Number of each listing's group, shape (N,), int64: the smallest row in it.

    Raises
    ------
    InputError
        A pair is kept apart that joined pairs hold together.
    """
    first, second, distances = _undirected(near, 1.0)
    clusters = _Clusters(len(near))
    for a, b, distance in zip(first.tolist(), second.tolist(), distances.tolist(), strict=True):
        clusters.add_similarity(a, b, 1.0 - distance)
    _apply_decisions(clusters, must_link, cannot_link)
    close = distances <= bars.pair
    for a, b in zip(first[close].tolist(), second[close].tolist(), strict=True):
        left, right = int(clusters.of[a]), int(clusters.of[b])
        if left != right and right not in clusters.forbidden[left] and _is_supported(clusters, left, right, bars):
            clusters.merge(left, right)
    smallest = np.full(len(near), len(near), dtype=np.int64)
    np.minimum.at(smallest, clusters.of, np.arange(len(near)))
    return smallest[clusters.of]


def _is_supported(clusters: _Clusters, left: int, right: int, bars: Bars) -> bool:
    singles = (len(clusters.members[left]) == 1) + (len(clusters.members[right]) == 1)
    bar = (bars.merge, bars.attach, bars.pair)[singles]
    return round(clusters.mean_distance(left, right), 9) <= bar


def _apply_decisions(
    clusters: _Clusters, must_link: Iterable[tuple[int, int]], cannot_link: Iterable[tuple[int, int]]
) -> None:
    for a, b in must_link:
        if clusters.of[a] != clusters.of[b]:
            clusters.merge(int(clusters.of[a]), int(clusters.of[b]))
    for a, b in cannot_link:
        if clusters.of[a] == clusters.of[b]:
            raise InputError(f"The listings in rows {a} and {b} are kept apart, but joined pairs hold them together.")
        clusters.forbid(int(clusters.of[a]), int(clusters.of[b]))


def _undirected(near: Neighbours, bar: float) -> tuple[RowArray, RowArray, npt.NDArray[np.float64]]:
    """Pairs with the lower row first, each once, in order of distance, then of rows."""
    queries = near.queries()
    kept = (queries != near.rows) & (near.distances <= bar)
    low, high = np.minimum(queries, near.rows)[kept], np.maximum(queries, near.rows)[kept]
    distances = near.distances[kept]
    order = np.lexsort((high, low, distances))
    low, high, distances = low[order], high[order], distances[order]
    once = np.sort(np.unique(low * len(near) + high, return_index=True)[1])
    return low[once], high[once], distances[once]


def describe_groups(groups: RowArray, near: Neighbours, bar: float) -> list[Group]:
    """Tell size, density and weakest link of each group of at least two listings, the largest first.

    Parameters
    ----------
    groups
        Group number of each listing, shape (N,) (see `partition`).
    near
        The neighbours that the partition was made from.
    bar
        Distance up to which a pair counts for the density.
    """
    first, second, distances = _undirected(near, bar)
    inside = groups[first] == groups[second]
    edges = np.bincount(groups[first][inside], minlength=len(groups))
    links = _weakest_links(groups, first[inside], second[inside], distances[inside])
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    described = []
    for rows in np.split(order, starts[1:]) if len(order) else []:
        if len(rows) > 1:
            number = int(groups[rows[0]])
            density = float(edges[number] / (len(rows) * (len(rows) - 1) / 2))
            described.append(Group(tuple(rows.tolist()), density, links.get(number, 1.0)))
    return sorted(described, key=lambda group: (-group.size, group.rows))


def _weakest_links(
    groups: RowArray, first: RowArray, second: RowArray, distances: npt.NDArray[np.float64]
) -> dict[int, float]:
    """Longest edge of each group's minimum spanning tree (Kruskal 1956); groups left unconnected are left out."""
    root = list(range(len(groups)))
    missing = (np.bincount(groups, minlength=len(groups)) - 1).tolist()
    weakest: dict[int, float] = {}
    for a, b, distance in zip(first.tolist(), second.tolist(), distances.tolist(), strict=True):
        left, right = _find(root, a), _find(root, b)
        if left != right:
            root[left] = right
            number = int(groups[a])
            missing[number] -= 1
            if missing[number] == 0:
                weakest[number] = distance
    return weakest


def _find(root: list[int], row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = root[row]
    return row


def group_matches(groups: RowArray, near: Neighbours) -> Neighbours:
    """Turn a partition into neighbours of the same shape as the rules make: all listings of the own group.

    A pair that was found keeps its distance; one that only the group joins stands at distance 1.
    """
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups, minlength=len(groups))
    starts = np.cumsum(sizes) - sizes
    counts = sizes[groups]
    queries = np.repeat(np.arange(len(groups)), counts)
    place = np.arange(len(queries)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = order[starts[groups[queries]] + place]
    pairs = sort_neighbours(queries, rows, np.zeros(len(rows)), len(groups))
    distances = distances_in(near, pairs, missing=1.0)
    distances[pairs.queries() == pairs.rows] = 0.0
    return sort_neighbours(pairs.queries(), pairs.rows, distances, len(groups))
