"""The settings that decide on a pair: thresholds of both distances, and rules beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from product_matching.errors import InputError
from product_matching.search.neighbours import DISTANCE_DECIMALS

#: The largest distance below 1, where two photos or titles begin to have nothing in common.
LARGEST_DISTANCE = 1.0 - 10.0**-DISTANCE_DECIMALS
#: Bits of 64 in which the pHashes of one photo may differ, where the rule is on and no other number is given.
PHOTO_BITS = 4
#: `PairRules.min2` where the rule is on and no other share is given: a third beyond the threshold.
MIN2_SHARE = 0.333


@dataclass(frozen=True)
class Thresholds:
    """Largest accepted cosine distances; None leaves that side out of the decision.

    `fused` is compared with the mean of both distances, where a pair has both.

    They are rounded as distances are, so that ``1 - 0.55`` accepts a pair at exactly 0.45.

    Raises
    ------
    InputError
        A threshold is not a number from 0 to below 1. At 1 photos or titles have nothing in common.
    """

    photo: float | None = None
    title: float | None = None
    fused: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("photo", self.photo), ("title", self.title), ("fused", self.fused)):
            if value is not None and not (math.isfinite(value) and 0 <= value < 1):
                raise InputError(f"The {name} threshold is {value}, but must be a distance from 0 to below 1.")
            if value is not None:
                object.__setattr__(self, name, round(value, DISTANCE_DECIMALS))

    def reach(self) -> tuple[float | None, float | None]:
        """Distances by photo and by title up to which pairs must be searched, so that no match is missed.

        The mean of two distances is at most the fused threshold only if one of them is.
        """
        if self.fused is None:
            return self.photo, self.title
        return max(self.photo or 0.0, self.fused), max(self.title or 0.0, self.fused)

    def widened(self, share: float) -> Thresholds:
        """Each threshold times ``1 + share``, below 1; a threshold of 0 stays."""
        photo, title, fused = (_widened(value, share) for value in (self.photo, self.title, self.fused))
        return Thresholds(photo, title, fused)


def _widened(threshold: float | None, share: float) -> float | None:
    return threshold if not threshold else min(threshold * (1.0 + share), LARGEST_DISTANCE)


@dataclass(frozen=True, kw_only=True)
class PairRules:
    """Rules on single pairs beside the thresholds, each off by default.

    Attributes
    ----------
    photo_bits
        Accept a listing whose photo's pHash differs from the query's in at most this many bits; None for off.
    quantity_veto
        Reject a listing whose title states another quantity than the query's, whatever else accepts it.
    min2
        Where a query has no match, accept its nearest listing up to ``1 + min2`` times the threshold: a share of the
        threshold, as in `Candidates.relative`; 0.5 is 1.5 times the threshold, infinity any distance below 1. None for
        off. For benchmarks only: it assumes that no listing is a singleton.
    """

    photo_bits: int | None = None
    quantity_veto: bool = False
    min2: float | None = None

    def __post_init__(self) -> None:
        if self.photo_bits is not None and not 0 <= self.photo_bits <= 64:
            raise InputError(f"The number of pHash bits is {self.photo_bits}, but must be from 0 to 64.")
        if self.min2 is not None and not self.min2 >= 0:
            raise InputError(f"min2 is {self.min2}, but must be a share of the threshold from 0 to infinity.")


NO_RULES = PairRules()
