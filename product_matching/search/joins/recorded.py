"""Joins whose nearest rows are given again where they were found before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.joins.protocol import SelfJoin
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray

VectorsT = TypeVar("VectorsT")


@dataclass(eq=False)
class Recording:
    """What the joins of one piece of work found, in the order in which it asked for nearest rows.

    Attributes
    ----------
    known
        What they found in an earlier run of the same work on the same vectors.
    found
        What was found, or known, so far.
    """

    known: Sequence[Neighbours] = ()
    found: list[Neighbours] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether something was found that was not known."""
        return len(self.found) > len(self.known)

    def of(self, join: SelfJoin[VectorsT]) -> SelfJoin[VectorsT]:
        """A join that takes its nearest rows from what is known, and records them."""
        return _RecordedJoin(join, self)


class _RecordedJoin(Generic[VectorsT]):
    def __init__(self, join: SelfJoin[VectorsT], recording: Recording) -> None:
        self._join, self._recording = join, recording

    def within(
        self, vectors: VectorsT, threshold: float, *, max_pairs: int | None = None, progress: Progress = NO_PROGRESS
    ) -> Neighbours:
        """See `SelfJoin.within`."""
        return self._join.within(vectors, threshold, max_pairs=max_pairs, progress=progress)

    def nearest(self, vectors: VectorsT, k: int) -> Neighbours:
        """See `SelfJoin.nearest`."""
        known, found = self._recording.known, self._recording.found
        found.append(known[len(found)] if len(found) < len(known) else self._join.nearest(vectors, k))
        return found[-1]

    def distances(self, vectors: VectorsT, first: RowArray, second: RowArray) -> FloatArray:
        """See `SelfJoin.distances`."""
        return self._join.distances(vectors, first, second)
