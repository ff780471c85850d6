"""Description of a partition: each group with its size, density and weakest link."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.matching.grouping.partition import undirected_pairs
from product_matching.search.neighbours import Neighbours, RowArray


@dataclass(frozen=True)
class Group:
    """One group of the partition, of at least two listings.

    Attributes
    ----------
    rows
        Its listings, rising.
    density
        Share of its pairs that are within the pair threshold.
    weakest_link
        Distance of the loosest pair that is needed to hold it together; infinite where only a decision does.
    """

    rows: tuple[int, ...]
    density: float
    weakest_link: float

    @property
    def size(self) -> int:
        """Number of listings."""
        return len(self.rows)


def describe_groups(groups: RowArray, near: Neighbours, pair_threshold: float) -> list[Group]:
    """Size, density and weakest link of each group of at least two listings, the largest first.

    Parameters
    ----------
    groups
        Group number of each listing, shape (N,) (see `partition`).
    near
        The neighbours that the partition was made from.
    pair_threshold
        Distance up to which a pair counts for the density.
    """
    first, second, distances = undirected_pairs(near.queries(), near.rows, near.distances)
    inside = (groups[first] == groups[second]) & (distances <= pair_threshold)
    edges = np.bincount(groups[first][inside], minlength=len(groups))
    links = _weakest_links(groups, first[inside], second[inside], distances[inside])
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    described = []
    for rows in np.split(order, starts[1:]) if len(order) else []:
        if len(rows) > 1:
            number = int(groups[rows[0]])
            density = float(edges[number] / (len(rows) * (len(rows) - 1) / 2))
            described.append(Group(tuple(rows.tolist()), density, links.get(number, math.inf)))
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
