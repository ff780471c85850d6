"""How much an approximate index finds of what an exact search finds, and how many lists it needs for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.mapped import MappedRows, release_pages
from product_matching.search.neighbours import (
    Neighbours,
    RowArray,
    keep_nearest,
    keep_within,
    product_slack,
    sort_neighbours,
)
from product_matching.search.protocol import VectorIndex

if TYPE_CHECKING:
    from product_matching.search.inverted_lists import InvertedLists

#: Neighbours of a listing that are counted, and listings whose neighbours are.
NEIGHBOURS, SAMPLE = 50, 2_000
_SEED = 50
_BLOCK_ROWS = 8192


class Recall(NamedTuple):
    """The mean share of its true neighbours that a query finds, over the `queries` that have some."""

    recall: float
    queries: int


def sample_rows(vectors: npt.NDArray[np.float32], n: int = SAMPLE) -> RowArray:
    """Draw up to `n` rows that have a direction, always the same ones, in random order."""
    drawn = np.random.default_rng(_SEED).permutation(len(vectors))[: 4 * n]
    kept: RowArray = np.array([row for row in drawn.tolist() if vectors[row].any()][:n], dtype=np.int64)
    return kept


def true_neighbours(
    vectors: npt.NDArray[np.float32],
    rows: RowArray,
    threshold: float,
    *,
    k: int = NEIGHBOURS,
    progress: Progress = NO_PROGRESS,
) -> Neighbours:
    """The `k` nearest other rows of some rows, as far as they are within a distance: all vectors are compared.

    Parameters
    ----------
    vectors
        Shape (N, D), float32, rows of norm 1 or 0; may be a memory map, which is read block by block.
    rows
        Rows whose neighbours are wanted.
    threshold
        Largest cosine distance, included.
    """
    exact, queries = MappedRows(vectors), np.array(vectors[rows])
    lowest = np.float32(1.0 - threshold - product_slack(vectors.shape[1]))
    found = Neighbours(np.zeros(len(rows) + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    for start in track(progress, range(0, len(vectors), _BLOCK_ROWS), "recall of the index", unit="block"):
        products = queries @ vectors[start : start + _BLOCK_ROWS].T
        places, near = np.nonzero(products >= lowest)
        near += start
        places, near = places[near != rows[places]], near[near != rows[places]]
        ends = np.searchsorted(places, np.arange(len(rows) + 1))
        measured = [exact.distances(query, near[ends[place] : ends[place + 1]]) for place, query in enumerate(queries)]
        found = keep_nearest(
            sort_neighbours(
                np.concatenate([found.queries(), places]),
                np.concatenate([found.rows, near]),
                np.concatenate([found.distances, *measured]),
                len(rows),
            ),
            k,
        )
    release_pages(vectors)
    return keep_within(found, threshold)


def measure_recall(index: VectorIndex[Any], queries: npt.ArrayLike, true: Neighbours, threshold: float) -> Recall:
    """Ask an index for the neighbours that `true_neighbours` found.

    Found is what both the search for the nearest and that within the threshold give.

    Parameters
    ----------
    index
        The index.
    queries
        The vectors of the rows that they are neighbours of, shape (Q, D).
    true
        What is to be found.
    threshold
        The distance that it is within.
    """
    most = int(np.diff(true.offsets).max(initial=0)) + 1
    nearest, within = index.nearest(queries, max(NEIGHBOURS + 1, most)), index.within(queries, threshold)
    shares = []
    for query in range(len(true)):
        wanted = true.of(query)[0]
        if len(wanted):
            near, inside = nearest.of(query)[0], within.of(query)[0]
            shares.append(float((np.isin(wanted, near) & np.isin(wanted, inside)).mean()))
    return Recall(float(np.mean(shares)) if shares else 1.0, len(shares))


def probes_for(
    lists: InvertedLists,
    vectors: npt.NDArray[np.float32],
    rows: RowArray,
    true: Neighbours,
    *,
    least: float,
    surely: float = 0.0,
) -> int:
    """How many lists a query has to search to find the share `least` of its true neighbours, in the mean over queries.

    A neighbour is found by the search that reaches its list, so that one comparison with all centroids tells it for
    every number of lists. Other queries than these find less or more: the mean less three of its standard errors is to
    be at least `surely`.
    """
    list_of = np.full(len(vectors), -1, dtype=np.int64)
    list_of[lists.rows] = lists.list_of_rows()
    needed: list[npt.NDArray[np.int64]] = []
    for place, row in enumerate(rows.tolist()):
        wanted = list_of[true.of(place)[0]]
        wanted = wanted[wanted >= 0]
        if len(wanted):
            products = lists.centroids @ lists.coded(vectors[row][None])[0]
            needed.append((products[None, :] >= products[wanted][:, None]).sum(axis=1))
    if not needed:
        return 1
    ranks, query = np.concatenate(needed), np.repeat(np.arange(len(needed)), [len(each) for each in needed])
    weights = (1.0 / np.array([len(each) for each in needed]))[query]
    order = np.argsort(ranks, kind="stable")
    shares, last = np.zeros(len(needed)), 1
    for probes, one, weight in zip(ranks[order].tolist(), query[order].tolist(), weights[order].tolist(), strict=True):
        if probes > last and _is_enough(shares, least, surely):
            return last
        shares[one], last = shares[one] + weight, probes
    return last


def _is_enough(shares: npt.NDArray[np.float64], least: float, surely: float) -> bool:
    """Whether the mean of what queries find is `least`, and three standard errors less is `surely`."""
    mean = shares.mean()
    if mean < least - 1e-12:
        return False
    error = shares.std(ddof=1) / np.sqrt(len(shares)) if len(shares) > 1 else 0.0
    return bool(mean - 3 * error >= surely - 1e-12)
