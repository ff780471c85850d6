"""Growing clusters of listings, with the mean distance over all cross pairs of any two of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from product_matching.matching.grouping.linkage import LinkageThresholds
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray

#: Distance of any pairs of rows, shape (P,); called for pairs that were not found.
Measure = Callable[[RowArray, RowArray], FloatArray]
_DECIMALS = 9


class PairDistances:
    """Distance of any pair of rows of one part: that of the near pairs where they hold it, measured otherwise.

    Parameters
    ----------
    near
        Near listings of all listings; a pair found in both directions counts by its nearer.
    measure
        Distance of the others.
    part
        Number of each listing's part, shape (N,): pairs across parts are never asked for, and are not held.
    """

    def __init__(self, near: Neighbours, measure: Measure, part: RowArray) -> None:
        self._n, self._measure = len(near), measure
        queries = near.queries()
        inside = part[queries] == part[near.rows]
        keys, distances = self._keys(queries[inside], near.rows[inside]), near.distances[inside]
        order = np.lexsort((distances, keys))
        self._known, first = np.unique(keys[order], return_index=True)
        self._distances = distances[order][first]

    def __call__(self, first: RowArray, second: RowArray) -> FloatArray:
        """Distance of each pair; shape (P,)."""
        keys = self._keys(first, second)
        place = np.searchsorted(self._known, keys)
        place[place == len(self._known)] = 0
        known = self._known[place] == keys if len(self._known) else np.zeros(len(keys), dtype=np.bool_)
        distances = np.empty(len(keys))
        distances[known] = self._distances[place[known]]
        distances[~known] = self._measure(first[~known], second[~known])
        return distances

    def _keys(self, first: RowArray, second: RowArray) -> RowArray:
        return np.minimum(first, second) * self._n + np.maximum(first, second)


class Clusters:
    """Clusters of units, which are single listings or listings joined by decisions.

    Parameters
    ----------
    unit
        Smallest row of each listing's unit, shape (N,).
    linkage
        When two clusters merge.
    distances
        Distance of pairs of rows; one that was not noted is at least `linkage.pair`.
    """

    def __init__(self, unit: RowArray, linkage: LinkageThresholds, distances: PairDistances) -> None:
        n = len(unit)
        self.of = np.arange(n)
        self._linkage, self._distances = linkage, distances
        self._members: list[list[int]] = [[row] for row in range(n)]
        self._rows = _rows_of_units(unit)
        # For each two clusters: sum of the distances of their found or measured cross pairs, and how many those are.
        self._links: list[dict[int, tuple[float, int]]] = [{} for _ in range(n)]
        self._forbidden: list[set[int]] = [set() for _ in range(n)]

    def add_distance(self, first: int, second: int, distance: float) -> None:
        """Note the distance of two units."""
        self._links[first][second] = self._links[second][first] = (distance, 1)

    def forbid(self, first: int, second: int) -> None:
        """Keep two clusters apart."""
        self._forbidden[first].add(second)
        self._forbidden[second].add(first)

    def merge_if_near(self, left: int, right: int) -> None:
        """Merge two clusters if the mean distance of all cross pairs allows it and no decision keeps them apart."""
        if left != right and right not in self._forbidden[left] and self._is_near(left, right):
            self._merge(left, right)

    def _is_near(self, left: int, right: int) -> bool:
        cross = len(self._members[left]) * len(self._members[right])
        largest = self._linkage.of_merger((len(self._members[left]) == 1) + (len(self._members[right]) == 1))
        total, found = self._links[left].get(right, (0.0, 0))
        if _mean(total + (cross - found) * self._linkage.pair, cross) > largest:
            return False  # even if every pair that was not found were as near as it can be
        if found < cross:
            total = self._measured_total(left, right)
            self._links[left][right] = self._links[right][left] = (total, cross)
        return _mean(total, cross) <= largest

    def _measured_total(self, left: int, right: int) -> float:
        """Sum of the distances of all cross pairs; two units are as near as the nearest of their listings."""
        own, starts = self._listings(left)
        other, other_starts = self._listings(right)
        distances = self._distances(np.repeat(own, len(other)), np.tile(other, len(own))).reshape(len(own), -1)
        nearest = np.minimum.reduceat(np.minimum.reduceat(distances, starts, axis=0), other_starts, axis=1)
        return float(nearest.sum())

    def _listings(self, cluster: int) -> tuple[RowArray, npt.NDArray[np.intp]]:
        """Rows of a cluster's listings, unit by unit, and where each unit begins."""
        parts = [self._rows[member] for member in self._members[cluster]]
        sizes = np.array([len(part) for part in parts])
        return np.concatenate(parts), np.cumsum(sizes) - sizes

    def _merge(self, first: int, second: int) -> None:
        keep, gone = (first, second) if len(self._links[first]) >= len(self._links[second]) else (second, first)
        self.of[self._members[gone]] = keep
        self._members[keep] += self._members[gone]
        for other, (total, found) in self._links[gone].items():
            del self._links[other][gone]
            if other != keep:
                sum_kept, found_kept = self._links[keep].get(other, (0.0, 0))
                self._links[keep][other] = self._links[other][keep] = (sum_kept + total, found_kept + found)
        for other in self._forbidden[gone]:
            self._forbidden[other].discard(gone)
            self.forbid(keep, other)
        self._members[gone], self._links[gone], self._forbidden[gone] = [], {}, set()


def _mean(total: float, count: int) -> float:
    return round(total / count, _DECIMALS)


def _rows_of_units(unit: RowArray) -> list[RowArray]:
    """Rows of the listings of each unit, at its smallest row; empty elsewhere."""
    order = np.argsort(unit, kind="stable")
    return np.split(order, np.cumsum(np.bincount(unit, minlength=len(unit)))[:-1]) if len(unit) else []
