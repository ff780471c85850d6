"""The one signature of every self-join, and the blocks of pairs that joins collect."""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy as np

from product_matching.errors import InputError
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray, sort_neighbours

VectorsT = TypeVar("VectorsT", contravariant=True)


class SelfJoin(Protocol[VectorsT]):
    """Exact neighbours of every row of a matrix of unit vectors among all its rows; a zero row is near nothing.

    `within` and `nearest` may compute in single precision: what they find is then exact up to `product_slack`.
    `distances` is exact: float64 products, rounded by `product_matching.search.neighbours.to_distance`.
    """

    def within(
        self, vectors: VectorsT, threshold: float, *, max_pairs: int | None = None, progress: Progress = NO_PROGRESS
    ) -> Neighbours:
        """Find every pair at an exact distance of `threshold` (below 1) or less, in both directions.

        Each row is among its own neighbours. Pairs beyond the threshold by no more than `product_slack` may be found,
        too: `distances` gives them.

        Raises
        ------
        InputError
            There are more than `max_pairs` pairs of different rows.
        Cancelled
            The progress was cancelled.
        """
        ...

    def nearest(self, vectors: VectorsT, k: int) -> Neighbours:
        """Find the `k` nearest rows of each row, itself among them; ties are won by the lower row."""
        ...

    def distances(self, vectors: VectorsT, first: RowArray, second: RowArray) -> FloatArray:
        """Exact distance of each pair of rows, the same in both directions; shape (P,)."""
        ...


class PairBlocks:
    """Pairs of a join, collected block by block, each once with the lower row first.

    Parameters
    ----------
    threshold, max_pairs
        Distance that is searched within, and how many pairs of different rows there may be; None for any number.
    """

    def __init__(self, threshold: float, max_pairs: int | None) -> None:
        self._threshold, self._max_pairs = threshold, max_pairs
        self._blocks: list[tuple[RowArray, RowArray, FloatArray]] = []
        self._size = 0

    def add(self, first: RowArray, second: RowArray, distances: FloatArray) -> None:
        """Add pairs; those whose first row is not the lower one are passed over."""
        kept = first <= second
        self.expect(int((first < second).sum()))
        self._blocks.append((first[kept].astype(np.int64), second[kept].astype(np.int64), distances[kept]))
        self._size += int((first < second).sum())

    def expect(self, more: int) -> None:
        """Make sure that there is room for more pairs of different rows, before they take memory."""
        if self._max_pairs is not None and self._size + more > self._max_pairs:
            raise InputError(
                f"More than {self._max_pairs:,} pairs of listings are within a distance of {self._threshold:g}: "
                "choose a smaller threshold."
            )

    def neighbours(self, n: int) -> Neighbours:
        """All of them, in both directions, as neighbours of `n` rows."""
        parts = [np.concatenate(column) for column in zip(*self._blocks, strict=True)] if self._blocks else []
        if not parts:
            return Neighbours(np.zeros(n + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
        first, second, distances = parts
        other = first != second
        return sort_neighbours(
            np.concatenate([first, second[other]]),
            np.concatenate([second, first[other]]),
            np.concatenate([distances, distances[other]]),
            n,
        )


def check_join(threshold: float) -> None:
    """Accept distances below 1: from 1 on, two rows have nothing in common.

    Raises
    ------
    ValueError
        The threshold is NaN, or 1 or more.
    """
    if not threshold < 1.0:
        raise ValueError(f"threshold must be a distance below 1, not {threshold}")
