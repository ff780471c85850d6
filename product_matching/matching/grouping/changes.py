"""The difference between two partitions of one catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from product_matching.errors import InputError
from product_matching.search.neighbours import RowArray


@dataclass(frozen=True, kw_only=True)
class GroupChanges:
    """Numbers of groups of at least two listings.

    Attributes
    ----------
    gained
        Groups whose listings were all singletons before.
    lost
        Groups before whose listings are all singletons now.
    changed
        The other groups that were not there before in this composition.
    kept
        Groups with the same listings as before.
    """

    gained: int
    lost: int
    changed: int
    kept: int

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.gained or self.lost or self.changed)


def compare_groups(before: RowArray, now: RowArray) -> GroupChanges:
    """Compare two partitions.

    Parameters
    ----------
    before, now
        Group number of each listing, the smallest row in its group (see `partition`); shape (N,).

    Raises
    ------
    InputError
        They are of catalogues of different size.
    """
    if before.shape != now.shape:
        raise InputError(f"The partitions have {len(before)} and {len(now)} listings, but must be of one catalogue.")
    alone_before, alone_now = (np.bincount(one, minlength=len(one))[one] == 1 for one in (before, now))
    old, new = _members(before), _members(now)
    kept = old & new
    gained = sum(bool(alone_before[list(rows)].all()) for rows in new - kept)
    lost = sum(bool(alone_now[list(rows)].all()) for rows in old - kept)
    return GroupChanges(gained=gained, lost=lost, changed=len(new - kept) - gained, kept=len(kept))


def _members(groups: RowArray) -> set[tuple[int, ...]]:
    """Rows of each group of at least two listings."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    parts = np.split(order, starts[1:]) if len(order) else []
    return {tuple(part.tolist()) for part in parts if len(part) > 1}
