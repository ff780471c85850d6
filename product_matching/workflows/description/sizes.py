"""Sizes of groups of listings: how many listings each holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Bins of sizes, the last one open.
SIZE_BINS = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 50), (51, None))


@dataclass(frozen=True, eq=False)
class GroupSizes:
    """The sizes of groups, such as the listings of each label group.

    Attributes
    ----------
    sizes
        Listings in each group, largest first; shape (G,), G at least 1.
    """

    sizes: npt.NDArray[np.int64]

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.sizes)

    @property
    def n_listings(self) -> int:
        """Listings in any group."""
        return int(self.sizes.sum())

    @property
    def largest(self) -> int:
        """Listings in the largest group."""
        return int(self.sizes[0])

    @property
    def commonest(self) -> tuple[int, int]:
        """The size that most groups have, the smaller one of two, and how many have it."""
        counts = self.counts()
        size = max(counts, key=lambda size: (counts[size], -size))
        return size, counts[size]

    def counts(self) -> dict[int, int]:
        """Number of groups of each size that there is, smallest size first."""
        sizes, counts = np.unique(self.sizes, return_counts=True)
        return dict(zip(sizes.tolist(), counts.tolist(), strict=True))

    def binned(self) -> list[int]:
        """Number of groups in each of `SIZE_BINS`."""
        ends = [np.inf if last is None else last for _, last in SIZE_BINS]
        places = np.searchsorted(ends, self.sizes, side="left")
        return [int(count) for count in np.bincount(places, minlength=len(SIZE_BINS))]

    def steps(self) -> list[tuple[int, int]]:
        """The sizes in order of rank, as ``(last rank, size)`` of each run of groups of the same size, from rank 1."""
        counts = self.counts()
        ranks = np.cumsum([counts[size] for size in sorted(counts, reverse=True)])
        return list(zip(ranks.tolist(), sorted(counts, reverse=True), strict=True))


def sizes_of(sizes: Sequence[int] | npt.NDArray[np.int64]) -> GroupSizes | None:
    """Sizes of groups in any order; None where there is no group."""
    ordered = np.sort(np.asarray(sizes, dtype=np.int64))[::-1]
    return GroupSizes(ordered) if len(ordered) else None


def label_sizes(labels: npt.NDArray[np.object_] | None) -> GroupSizes | None:
    """Listings in each label group; None for a catalogue without label groups. Listings without one are left out."""
    if labels is None:
        return None
    _, counts = np.unique(labels[labels != ""].astype(str), return_counts=True)
    return sizes_of(counts)
