"""Description of a partition: each group with its size, density and weakest link."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from product_matching.matching.grouping.partition import undirected_pairs
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray


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
    queries = near.queries()
    inside = (groups[queries] == groups[near.rows]) & (near.distances <= pair_threshold)
    first, second, distances = undirected_pairs(queries[inside], near.rows[inside], near.distances[inside])
    edges = np.bincount(groups[first], minlength=len(groups))
    weakest = _weakest_links(groups, first, second, distances)
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    described = []
    for rows in np.split(order, starts[1:]) if len(order) else []:
        if len(rows) > 1:
            number = int(groups[rows[0]])
            density = float(edges[number] / (len(rows) * (len(rows) - 1) / 2))
            described.append(Group(tuple(rows.tolist()), density, float(weakest[number])))
    return sorted(described, key=lambda group: (-group.size, group.rows))


def _weakest_links(groups: RowArray, first: RowArray, second: RowArray, distances: FloatArray) -> FloatArray:
    """Longest edge of each group's minimum spanning tree, by the group's number; infinite for one left unconnected.

    Pairs are in order of distance, within groups and each once. Their places stand for the distances, as 0 means no
    edge to scipy.
    """
    n = len(groups)
    tree = minimum_spanning_tree(csr_matrix((np.arange(1, len(first) + 1), (first, second)), shape=(n, n))).tocoo()
    number, lengths = groups[tree.row], distances[tree.data.astype(np.int64) - 1]
    weakest = np.zeros(n)
    np.maximum.at(weakest, number, lengths)
    weakest[np.bincount(number, minlength=n) < np.bincount(groups, minlength=n) - 1] = np.inf
    return weakest
