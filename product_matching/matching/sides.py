"""The input of matching: the vectors of both sides, pHashes and quantities; any pair can be measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from product_matching.listings.quantities import QuantityTable
from product_matching.matching.candidates import Candidates, FloatArray, Mask
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.joins.phashes import PhotoHashes
from product_matching.search.joins.protocol import SelfJoin
from product_matching.search.neighbours import RowArray

#: Measures pairs of rows by everything that there is; see `Sides.measure`.
MeasurePairs = Callable[[RowArray, RowArray], Candidates]


@dataclass(frozen=True, eq=False, kw_only=True)
class Side:
    """Photos or titles of a catalogue of N listings.

    Attributes
    ----------
    vectors
        Unit vectors, dense or sparse, shape (N, D).
    present
        Which listings have one; shape (N,).
    join
        Finds and measures pairs of such vectors.
    """

    vectors: Any
    present: Mask
    join: SelfJoin[Any]

    def keys_within(self, distance: float, *, max_pairs: int, progress: Progress) -> RowArray:
        """Pairs of listings within a distance, each once as ``lower row * N + higher row``."""
        near = self.join.within(self.vectors, distance, max_pairs=max_pairs, progress=progress)
        queries = near.queries()
        kept = (queries < near.rows) & self.present[queries] & self.present[near.rows]
        return queries[kept] * len(self.present) + near.rows[kept]

    def distances(self, first: RowArray, second: RowArray) -> FloatArray:
        """Exact distance of each pair of rows, NaN where one has no vector; shape (P,)."""
        both = np.flatnonzero(self.present[first] & self.present[second])
        distances = np.full(len(first), np.nan)
        distances[both] = self.join.distances(self.vectors, first[both], second[both])
        return distances


@dataclass(frozen=True, eq=False, kw_only=True)
class Sides:
    """The vectors, pHashes and quantities of a catalogue of `n` listings.

    Attributes
    ----------
    n
        Number of listings.
    photo, title
        Both sides; None for a catalogue without one.
    hashes
        pHashes of the photos; None where no rule needs them.
    quantities
        Quantities of the titles; None where no rule needs them.
    """

    n: int
    photo: Side | None
    title: Side | None
    hashes: PhotoHashes | None = None
    quantities: QuantityTable | None = None

    def measure(self, first: RowArray, second: RowArray) -> Candidates:
        """Measure pairs of rows by everything that there is; the result's rows are `second`."""
        photo, title = (
            np.full(len(first), np.nan) if side is None else side.distances(first, second)
            for side in (self.photo, self.title)
        )
        bits = None if self.hashes is None else self.hashes.bits(first, second)
        quantities = None if self.quantities is None else self.quantities.compare(first, second)
        return Candidates(rows=second, photo=photo, title=title, bits=bits, quantities=quantities)

    def pairs_within(
        self,
        reach: Sequence[float | None],
        same: RowArray,
        *,
        max_pairs: int,
        progress: Progress = NO_PROGRESS,
    ) -> tuple[RowArray, RowArray]:
        """Find the pairs within the reach of either side, by photo and by title.

        Parameters
        ----------
        reach
            Largest distance by photo and by title; None leaves that side out (see `Thresholds.reach`).
        same
            Further pairs, as ``lower row * n + higher row``.
        max_pairs
            How many pairs one side may find.
        progress
            Shows each side's self-join as a stage.

        Returns
        -------
        numpy.ndarray, numpy.ndarray
            Lower and higher row of each pair, once; shape (P,), in order.
        """
        keys = [same]
        for side, distance in zip((self.photo, self.title), reach, strict=True):
            if side is not None and distance is not None:
                keys.append(side.keys_within(distance, max_pairs=max_pairs, progress=progress))
        found = np.unique(np.concatenate(keys))
        return found // self.n, found % self.n
