"""Three bands of candidate pairs: accepted, to be reviewed, rejected, with the expected work and errors of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, Neighbours, RowArray


@dataclass(frozen=True, kw_only=True)
class Bands:
    """Probabilities that divide pairs in three.

    Attributes
    ----------
    accept
        From this probability on a pair is accepted without review.
    reject
        Below this probability it is rejected without review.

    Raises
    ------
    InputError
        They are not probabilities, or the second is above the first.
    """

    accept: float
    reject: float

    def __post_init__(self) -> None:
        if not 0 <= self.reject <= self.accept <= 1:
            raise InputError(
                f"The bands accept from {self.accept} and reject below {self.reject}, but must be probabilities with "
                "0 <= reject <= accept <= 1."
            )


#: From 90 % on accepted, below 10 % rejected.
DEFAULT_BANDS = Bands(accept=0.9, reject=0.1)
#: Where distances decide, pairs whose distance is this share of the threshold or more are in doubt.
DOUBTFUL_SHARE = 0.8
#: The bands of levels (see `as_levels`): a pair that is no match is rejected.
DISTANCE_BANDS = Bands(accept=1 - DOUBTFUL_SHARE / 2, reject=0.5)


def as_levels(shares: FloatArray) -> FloatArray:
    """Distances as shares of their threshold, in the order of probabilities: 1 minus half of them, .5 at the threshold.

    Examples
    --------
    >>> as_levels(np.array([0.0, 0.8, 1.0, 5.0])).tolist()
    [1.0, 0.6, 0.5, 0.0]
    """
    return np.round(1.0 - np.minimum(shares / 2, 1.0), DISTANCE_DECIMALS)


@dataclass(frozen=True, kw_only=True)
class BandCounts:
    """Pairs in each band.

    Attributes
    ----------
    bands
        What divides them.
    accepted, review, rejected
        Numbers of pairs.
    expected_wrong
        Expected number of accepted pairs that are not the same product: the sum of 1 - p.
    expected_missed
        Expected number of rejected pairs that are the same product: the sum of p.
    """

    bands: Bands
    accepted: int
    review: int
    rejected: int
    expected_wrong: float
    expected_missed: float


@dataclass(frozen=True, eq=False, kw_only=True)
class ProbablePairs:
    """Candidate pairs of a catalogue, each once.

    Attributes
    ----------
    first, second
        Rows, the lower one first; shape (P,).
    probability
        Of the same product; shape (P,).
    """

    first: RowArray
    second: RowArray
    probability: FloatArray

    @classmethod
    def of(cls, scored: Neighbours) -> ProbablePairs:
        """The pairs of `scored`, where they stand in both directions at the distance 1 - probability."""
        queries = scored.queries()
        once = queries < scored.rows
        probability = np.round(1.0 - scored.distances[once], DISTANCE_DECIMALS)
        return cls(first=queries[once], second=scored.rows[once], probability=probability)

    def __len__(self) -> int:
        return len(self.first)

    def take(self, kept: npt.NDArray[np.bool_] | RowArray) -> ProbablePairs:
        """Those at some places, in that order."""
        return ProbablePairs(first=self.first[kept], second=self.second[kept], probability=self.probability[kept])

    def between(self, bands: Bands) -> npt.NDArray[np.bool_]:
        """Which of them are to be reviewed; shape (P,)."""
        return (self.probability >= bands.reject) & (self.probability < bands.accept)

    def of_listings(self, asked: npt.NDArray[np.bool_] | None) -> ProbablePairs:
        """Those with one of some listings, which a mask of shape (N,) tells; None for all."""
        return self if asked is None else self.take(asked[self.first] | asked[self.second])

    def wrong_by_labels(self, labels: npt.NDArray[Any], labelled: npt.NDArray[np.bool_], least: float) -> int:
        """Pairs from a probability on whose two listings have labels, and different ones; both of shape (N,)."""
        kept = self.probability >= least
        first, second = self.first[kept], self.second[kept]
        return int((labelled[first] & labelled[second] & (labels[first] != labels[second])).sum())

    def missed_by_labels(self, labels: npt.NDArray[Any], labelled: npt.NDArray[np.bool_], below: float) -> int:
        """Pairs below a probability whose two listings have the same label; both of shape (N,)."""
        kept = self.probability < below
        first, second = self.first[kept], self.second[kept]
        return int((labelled[first] & (labels[first] == labels[second])).sum())

    def doubtful_first(self) -> ProbablePairs:
        """The same in the order of doubt: nearest to an even chance first, then by rows."""
        doubt = np.round(np.abs(self.probability - 0.5), DISTANCE_DECIMALS)
        return self.take(np.lexsort((self.second, self.first, doubt)))

    @cached_property
    def rising(self) -> FloatArray:
        """Their probabilities in rising order; shape (P,)."""
        return np.sort(self.probability)

    @cached_property
    def _sums(self) -> FloatArray:
        return np.concatenate([[0.0], np.cumsum(self.rising)])

    def count(self, bands: Bands) -> BandCounts:
        """Count the pairs in each band."""
        sums, n = self._sums, len(self)
        low, high = np.searchsorted(self.rising, [bands.reject, bands.accept], side="left").tolist()
        return BandCounts(
            bands=bands,
            accepted=n - high,
            review=high - low,
            rejected=low,
            expected_wrong=float(n - high - (sums[-1] - sums[high])),
            expected_missed=float(sums[low]),
        )

    def around(self, least: float, n: int) -> tuple[RowArray, RowArray]:
        """Places of the `n` pairs from a probability on, and of the `n` below it, nearest first; equal ones by rows."""
        start = int(np.searchsorted(self.rising, least, side="left"))
        low, high = max(start - n, 0), min(start + n, len(self))
        if low == high:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing
        near = np.flatnonzero((self.probability >= self.rising[low]) & (self.probability <= self.rising[high - 1]))
        ordered = near[np.lexsort((self.second[near], self.first[near], self.probability[near]))]
        skipped = int(np.searchsorted(self.rising, self.rising[low], side="left"))
        return ordered[start - skipped : high - skipped], ordered[low - skipped : start - skipped][::-1]
