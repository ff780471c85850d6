"""A partition of the catalogue into groups, guarded against chains: one wrong pair must not join two products."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from product_matching.errors import InputError
from product_matching.matching.grouping.clusters import Clusters, Measure, PairDistances
from product_matching.matching.grouping.linkage import LinkageThresholds
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.neighbours import Neighbours, RowArray

#: Pairs between two looks at whether the work was cancelled.
_BLOCK = 2_000


class ContradictionError(InputError):
    """A pair is kept apart that joined pairs hold together.

    Attributes
    ----------
    first, second
        Rows of the pair.
    """

    def __init__(self, first: int, second: int) -> None:
        self.first, self.second = first, second
        super().__init__(f"The listings of rows {first} and {second} are kept apart, but other pairs join them.")


def partition(
    near: Neighbours,
    linkage: LinkageThresholds,
    measure: Measure,
    *,
    must_link: Iterable[tuple[int, int]] = (),
    cannot_link: Iterable[tuple[int, int]] = (),
    progress: Progress = NO_PROGRESS,
) -> RowArray:
    """Merge listings into groups in order of distance, each kind of merger below its own threshold.

    Average linkage over near pairs: two single listings need the pair itself, everything else needs the mean over all
    cross pairs, so that a single bridge between two products joins nothing.

    Parameters
    ----------
    near
        Near listings of every listing of the catalogue; a pair found in both directions counts once, by its nearer.
        It holds every pair within the pair threshold.
    linkage
        Largest accepted distances.
    measure
        Distance of pairs that `near` does not hold, which the means over cross pairs need; at least `linkage.pair`.
    must_link, cannot_link
        Pairs of rows that decisions join or keep apart. They take precedence over distances; joined listings
        count as one, as near to another as the nearest of them.
    progress
        Shows how many pairs were looked at.

    Returns
    -------
    numpy.ndarray
        Number of each listing's group, shape (N,), int64: the smallest row in it.

    Raises
    ------
    ContradictionError
        A pair is kept apart that joined pairs hold together.
    Cancelled
        The progress was cancelled.
    """
    n = len(near)
    unit = _joined(n, *np.array(list(must_link), dtype=np.int64).reshape(-1, 2).T)
    queries, rows = unit[near.queries()], unit[near.rows]
    close = near.distances <= linkage.pair
    # No merger leaves a region, so that pairs across regions, most of those that are not close, never matter.
    region = _joined(n, queries[close], rows[close])
    inside = region[queries] == region[rows]
    first, second, distances = undirected_pairs(queries[inside], rows[inside], near.distances[inside])
    clusters = Clusters(unit, linkage, PairDistances(near, measure, region[unit]))
    for a, b, distance in zip(first.tolist(), second.tolist(), distances.tolist(), strict=True):
        clusters.add_distance(a, b, distance)
    for a, b in cannot_link:
        if unit[a] == unit[b]:
            raise ContradictionError(a, b)
        clusters.forbid(int(unit[a]), int(unit[b]))
    n_close = int((distances <= linkage.pair).sum())
    for start in track(progress, range(0, n_close, _BLOCK), "grouping listings", unit="block"):
        block = slice(start, min(start + _BLOCK, n_close))
        for a, b in zip(first[block].tolist(), second[block].tolist(), strict=True):
            clusters.merge_if_near(int(clusters.of[a]), int(clusters.of[b]))
    return _smallest_rows(clusters.of[unit])


def _joined(n: int, first: RowArray, second: RowArray) -> RowArray:
    """Smallest row that each row is joined with by pairs; shape (N,)."""
    # On arrays, 100 times as fast as `scipy.cluster.hierarchy.DisjointSet` at 34,250 listings.
    graph = csr_matrix((np.ones(len(first)), (first, second)), shape=(n, n))
    return _smallest_rows(connected_components(graph, directed=False)[1])


def _smallest_rows(groups: npt.NDArray[np.integer]) -> RowArray:
    """Number each group by its smallest row; shape (N,)."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    smallest: RowArray = first[inverse].astype(np.int64)
    return smallest


def undirected_pairs(
    first: RowArray, second: RowArray, distances: npt.NDArray[np.float64]
) -> tuple[RowArray, RowArray, npt.NDArray[np.float64]]:
    """Put the lower row first and keep each pair once, by its nearest; in order of distance, then of rows."""
    kept = first != second
    first, second, distances = first[kept], second[kept], distances[kept]
    low, high = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((high, low, distances))
    low, high, distances = low[order], high[order], distances[order]
    once = np.sort(np.unique(low * (high.max(initial=0) + 1) + high, return_index=True)[1])
    return low[once], high[once], distances[once]
