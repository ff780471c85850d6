"""A partition of the catalogue into groups, guarded against chains: one wrong pair must not join two products."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from product_matching.errors import InputError
from product_matching.search.neighbours import Neighbours, RowArray


class ContradictionError(InputError):
    """A pair is kept apart that joined pairs hold together.

    Attributes
    ----------
    first, second
        Rows of the pair.
    """

    def __init__(self, first: int, second: int) -> None:
        self.first, self.second = first, second
        super().__init__(
            f"The listings of rows {first} and {second} are kept apart, but joined pairs hold them together."
        )


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
        Pairs of rows that a person has joined or kept apart. They hold whatever the distances say; joined listings
        count as one, as near to another as the nearest of them.

    Returns
    -------
    numpy.ndarray
        Number of each listing's group, shape (N,), int64: the smallest row in it.

    Raises
    ------
    ContradictionError
        A pair is kept apart that joined pairs hold together.
    """
    unit = _joined_units(len(near), must_link)
    first, second, distances = undirected_pairs(unit[near.queries()], unit[near.rows], near.distances)
    clusters = _Clusters(len(near))
    for a, b, distance in zip(first.tolist(), second.tolist(), distances.tolist(), strict=True):
        clusters.add_similarity(a, b, 1.0 - distance)
    for a, b in cannot_link:
        if unit[a] == unit[b]:
            raise ContradictionError(a, b)
        clusters.forbid(int(unit[a]), int(unit[b]))
    close = distances <= bars.pair
    for a, b in zip(first[close].tolist(), second[close].tolist(), strict=True):
        left, right = int(clusters.of[a]), int(clusters.of[b])
        if left != right and right not in clusters.forbidden[left] and _is_supported(clusters, left, right, bars):
            clusters.merge(left, right)
    return _smallest_rows(clusters.of[unit])


def _joined_units(n: int, must_link: Iterable[tuple[int, int]]) -> RowArray:
    """Smallest row that each row is joined with by a person; such rows are grouped as if they were one listing."""
    first, second = np.array(list(must_link), dtype=np.int64).reshape(-1, 2).T
    graph = csr_matrix((np.ones(len(first)), (first, second)), shape=(n, n))
    return _smallest_rows(connected_components(graph, directed=False)[1])


def _smallest_rows(groups: npt.NDArray[np.integer]) -> RowArray:
    """Number each group by its smallest row; shape (N,)."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _is_supported(clusters: _Clusters, left: int, right: int, bars: Bars) -> bool:
    singles = (len(clusters.members[left]) == 1) + (len(clusters.members[right]) == 1)
    bar = (bars.merge, bars.attach, bars.pair)[singles]
    return round(clusters.mean_distance(left, right), 9) <= bar


def undirected_pairs(
    first: RowArray, second: RowArray, distances: npt.NDArray[np.float64]
) -> tuple[RowArray, RowArray, npt.NDArray[np.float64]]:
    """Put the lower row first and keep each pair once, by its nearest; in order of distance, then of rows."""
    kept = first != second
    low, high, distances = np.minimum(first, second)[kept], np.maximum(first, second)[kept], distances[kept]
    order = np.lexsort((high, low, distances))
    low, high, distances = low[order], high[order], distances[order]
    once = np.sort(np.unique(low * (high.max(initial=0) + 1) + high, return_index=True)[1])
    return low[once], high[once], distances[once]
