"""The result of a search, and the one definition of distance, equality and order that every index keeps to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Decimals of every cosine distance. A distance is rounded once, here, and compared, shown and exported as rounded:
#: what stands in an export is what was compared, and a pair exactly at the threshold is a match everywhere.
DISTANCE_DECIMALS = 6

FloatArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.int64]
#: Rows and distances found for one query, nearest first.
Found = tuple[RowArray, FloatArray]


def to_distance(cosine: npt.ArrayLike) -> FloatArray:
    """Turn cosine similarities into distances ``1 - cos``: clipped to [0, 2], rounded to `DISTANCE_DECIMALS`.

    Inner products of unit vectors in float32 exceed 1 by up to 1e-6, so they are clipped before anything compares them.

    Examples
    --------
    >>> to_distance([1.0000007, 0.55, 0.0]).tolist()
    [0.0, 0.45, 1.0]
    """
    distance = np.round(1.0 - np.asarray(cosine, dtype=np.float64), DISTANCE_DECIMALS)
    return np.clip(distance, 0.0, 2.0) + 0.0


def product_slack(dimensions: int) -> float:
    """Largest difference between 1 minus a single-precision product and the rounded exact distance.

    A float32 sum of D products of unit vectors errs by at most D * 2^-24 in any order (Higham, Accuracy and Stability
    of Numerical Algorithms, section 3.1), twice that is allowed; rounding to six decimals adds half of 1e-6.
    """
    return dimensions * 2.0**-23 + 1e-6


@dataclass(frozen=True)
class Neighbours:
    """The rows found for each of Q queries, in the layout of a CSR matrix.

    Query ``q`` found ``rows[offsets[q]:offsets[q + 1]]``, nearest first; equal distances stand in order of row.

    Attributes
    ----------
    offsets
        Shape (Q + 1,), int64, from 0 to the number of neighbours, never falling.
    rows
        Shape (M,), int64: rows of the index.
    distances
        Shape (M,), float64: cosine distances, rounded (see `to_distance`).
    """

    offsets: RowArray
    rows: RowArray
    distances: FloatArray

    def __post_init__(self) -> None:
        if len(self.rows) != len(self.distances):
            raise ValueError(f"{len(self.rows)} rows but {len(self.distances)} distances")
        if len(self.offsets) == 0 or self.offsets[0] != 0 or self.offsets[-1] != len(self.rows):
            raise ValueError(
                f"offsets must run from 0 to {len(self.rows)}, not {self.offsets[:1]} to {self.offsets[-1:]}"
            )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, query: int) -> Found:
        """Rows and distances found for one query, nearest first."""
        found = slice(self.offsets[query], self.offsets[query + 1])
        return self.rows[found], self.distances[found]

    def part(self, start: int, stop: int) -> Neighbours:
        """What the queries from `start` to before `stop` found."""
        found = slice(self.offsets[start], self.offsets[stop])
        return Neighbours(self.offsets[start : stop + 1] - self.offsets[start], self.rows[found], self.distances[found])

    def queries(self) -> RowArray:
        """For each neighbour, the query that it belongs to; shape (M,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.offsets))


def sort_neighbours(
    queries: npt.NDArray[np.integer], rows: npt.NDArray[np.integer], distances: FloatArray, n_queries: int
) -> Neighbours:
    """Bring loose (query, row, distance) triples into the order that `Neighbours` promises."""
    order = np.lexsort((rows, distances, queries))
    counts = np.bincount(queries, minlength=n_queries)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Neighbours(offsets, rows[order].astype(np.int64), distances[order].astype(np.float64))


def keep_nearest(neighbours: Neighbours, k: int) -> Neighbours:
    """Keep the first `k` neighbours of each query."""
    position = np.arange(len(neighbours.rows)) - np.repeat(neighbours.offsets[:-1], np.diff(neighbours.offsets))
    return _keep(neighbours, position < k)


def keep_within(neighbours: Neighbours, threshold: float) -> Neighbours:
    """Keep the neighbours at `threshold` or nearer; a neighbour exactly at the threshold stays."""
    return _keep(neighbours, neighbours.distances <= threshold)


def _keep(neighbours: Neighbours, kept: npt.NDArray[np.bool_]) -> Neighbours:
    counts = np.bincount(neighbours.queries()[kept], minlength=len(neighbours))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Neighbours(offsets, neighbours.rows[kept], neighbours.distances[kept])


def stack_neighbours(parts: list[Neighbours]) -> Neighbours:
    """Join the results of consecutive blocks of queries."""
    if not parts:
        return Neighbours(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    counts = np.concatenate([np.diff(part.offsets) for part in parts])
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Neighbours(
        offsets, np.concatenate([part.rows for part in parts]), np.concatenate([part.distances for part in parts])
    )


def join_found(found: list[Found]) -> Neighbours:
    """Put together what was found for each query."""
    return stack_neighbours([Neighbours(np.array([0, len(rows)]), rows, distances) for rows, distances in found])


def search_in_blocks(n_queries: int, block_size: int, search: Callable[[slice], Neighbours]) -> Neighbours:
    """Search `block_size` queries at a time, so that the work in memory is that of one block."""
    starts = range(0, n_queries, block_size)
    return stack_neighbours([search(slice(start, start + block_size)) for start in starts])
