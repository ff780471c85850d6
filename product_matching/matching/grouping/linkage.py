"""Thresholds at which listings and groups are merged."""

from __future__ import annotations

from dataclasses import dataclass

from product_matching.errors import InputError


@dataclass(frozen=True)
class LinkageThresholds:
    """Largest accepted distances of the three kinds of merger.

    Attributes
    ----------
    pair
        Two single listings: the distance between them.
    attach
        A single listing and a group: its mean distance to the group's members.
    merge
        Two groups: the mean distance over all their cross pairs. The strictest, as most is lost by a wrong one.

    Raises
    ------
    InputError
        They are not distances from 0 to 1, in this order.
    """

    pair: float
    attach: float
    merge: float

    def __post_init__(self) -> None:
        if not 0 <= self.merge <= self.attach <= self.pair <= 1:
            raise InputError(
                f"The linkage thresholds are merge {self.merge}, attach {self.attach}, pair {self.pair}, "
                "but must be distances with 0 <= merge <= attach <= pair <= 1."
            )

    def of_merger(self, singles: int) -> float:
        """Largest mean distance where so many of the two that merge are single listings."""
        return (self.merge, self.attach, self.pair)[singles]
