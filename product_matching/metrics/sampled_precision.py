"""Precision from a random sample that people reviewed, with an exact bound.

The bound is that of Clopper and Pearson (1934, Biometrika 26): one-sided, at any sample size at least at its level for
pairs that are drawn independently. A draw of `draw_stratified` varies less where errors differ by stratum or group.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from product_matching.errors import InputError
from product_matching.search.neighbours import RowArray

CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class SampledPrecision:
    """Reviewed pairs of a random sample.

    Attributes
    ----------
    reviewed
        How many were reviewed.
    wrong
        How many of them are not the same product, or could not be told.
    confidence
        Level of the bound.
    """

    reviewed: int
    wrong: int
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        if not 0 <= self.wrong <= self.reviewed or not 0 < self.confidence < 1:
            raise InputError(
                f"{self.wrong} of {self.reviewed} reviewed pairs are wrong at confidence {self.confidence}: numbers "
                "from 0 to all of them and a confidence between 0 and 1 are accepted."
            )

    @property
    def at_least(self) -> float:
        """The precision is at least this with the confidence; 0 where nothing was reviewed."""
        if self.wrong == self.reviewed:
            return 0.0
        return float(beta.ppf(1 - self.confidence, self.reviewed - self.wrong, self.wrong + 1))

    @property
    def estimate(self) -> float:
        """Share of the reviewed pairs that are right; NaN where nothing was reviewed."""
        return (self.reviewed - self.wrong) / self.reviewed if self.reviewed else math.nan

    def reviews_for(self, precision: float) -> int:
        """How many further reviews, all of them right, show at least this precision; 0 if it is shown already.

        Raises
        ------
        InputError
            The precision is not below 1.
        """
        if not 0 < precision < 1:
            raise InputError(f"The precision is {precision}, but must be between 0 and 1: no sample shows more.")
        low, high = 0, 1
        while not self._shows(precision, high):
            low, high = high, 2 * high
        if self._shows(precision, 0):
            return 0
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._shows(precision, middle) else (middle, high)
        return high

    def _shows(self, precision: float, further: int) -> bool:
        more = SampledPrecision(reviewed=self.reviewed + further, wrong=self.wrong, confidence=self.confidence)
        return more.at_least >= precision


def draw_stratified(strata: RowArray, groups: RowArray, n: int, *, seed: int) -> RowArray:
    """Draw pairs at random, each as likely as any other, in proportion to the size of each stratum and group.

    Systematic sampling (Madow and Madow 1944, Annals of Mathematical Statistics 15): the pairs stand stratum by
    stratum, in each the groups in random order and the pairs of a group together, and every (P / n)-th is taken from a
    random start on. So a group with fewer pairs than that gives one of a stratum at most, and a larger one its share.

    Parameters
    ----------
    strata
        Stratum of each pair, such as its score band and the size of its group; shape (P,).
    groups
        Group of each pair; shape (P,).
    n
        How many to draw; all of them if there are no more.
    seed
        The same seed draws the same pairs.

    Returns
    -------
    numpy.ndarray
        Places of the pairs in random order; shape (min(n, P),), int64.

    Raises
    ------
    InputError
        `n` is below 1.
    """
    if n < 1:
        raise InputError(f"The sample has {n} pairs, but must have at least 1.")
    rng = np.random.default_rng(seed)
    size = len(strata)
    if n >= size:
        return rng.permutation(size).astype(np.int64)
    _, group = np.unique(groups, return_inverse=True)
    order = np.lexsort((rng.permutation(size), rng.permutation(len(group))[group], strata))
    # Whole numbers: a start at one of P places of an interval, so that exactly n are taken.
    passed = (np.arange(size + 1) * n + int(rng.integers(size))) // size
    return rng.permutation(order[np.diff(passed) > 0]).astype(np.int64)
