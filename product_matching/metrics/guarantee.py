"""The loosest threshold whose precision is shown by few reviewed pairs: fixed-sequence testing with an exact bound.

Thresholds are tested from strict to loose, each at the full level, and the testing stops at the first one that fails:
then the chance that any threshold is called precise which is not is at most the level, however many are tested.

References
----------
A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan and L. Lei. "Learn then test: calibrating predictive algorithms
to achieve risk control." 2021. arXiv:2110.01052
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.metrics.sampled_precision import SampledPrecision
from product_matching.search.neighbours import FloatArray, RowArray


@dataclass(frozen=True, kw_only=True)
class ThresholdTest:
    """One threshold of the sequence.

    Attributes
    ----------
    least
        Pairs with at least this score are accepted.
    sample
        Reviewed pairs that it accepts, and those of them that are wrong.
    shown
        Whether the precision is shown.
    """

    least: float
    sample: SampledPrecision
    shown: bool


@dataclass(frozen=True, kw_only=True)
class Guarantee:
    """The result of the tests.

    Attributes
    ----------
    precision, confidence
        What was to be shown.
    n
        Reviewed pairs that could count.
    tested
        The thresholds in the order of the tests, as far as they went.
    more
        Further reviews of pairs at or above the strictest threshold, all of them right, with which the first test would
        pass; 0 where it does.
    """

    precision: float
    confidence: float
    n: int
    tested: tuple[ThresholdTest, ...]
    more: int

    @property
    def least(self) -> float | None:
        """The loosest threshold that is shown to be precise; None where there is none."""
        shown = [each.least for each in self.tested if each.shown]
        return shown[-1] if shown else None

    @property
    def sample(self) -> SampledPrecision | None:
        """The reviewed pairs that show it."""
        shown = [each.sample for each in self.tested if each.shown]
        return shown[-1] if shown else None


def guaranteed_threshold(
    scores: FloatArray,
    right: npt.NDArray[np.bool_],
    thresholds: FloatArray,
    *,
    precision: float,
    confidence: float,
) -> Guarantee:
    """Find the loosest threshold with a precision, at a confidence.

    The sequence begins at the strictest threshold with as many reviewed pairs as show the precision with one of them
    wrong, or with none wrong where there are not so many: that follows from the scores alone, not from the answers,
    so that the level holds.

    Parameters
    ----------
    scores
        Of the reviewed pairs, which are drawn at random from those that a threshold accepts; shape (M,).
    right
        Whether each was found to be the same product; shape (M,).
    thresholds
        Least scores that may be chosen, in any order, at least one.
    precision, confidence
        What is to be shown, both between 0 and 1.

    Raises
    ------
    InputError
        The precision or the confidence is not between 0 and 1.
    """
    if not (0 < precision < 1 and 0 < confidence < 1):
        raise InputError(
            f"The precision {precision} and the confidence {confidence} of a guarantee must be between 0 and 1."
        )
    strict_first = np.sort(np.asarray(thresholds, dtype=np.float64))[::-1]
    samples = [_sample(scores, right, least, confidence) for least in strict_first.tolist()]
    needed = [_clean_reviews(wrong, precision, confidence) for wrong in (1, 0)]
    largest = max(sample.reviewed for sample in samples)
    first = next((count for count in needed if largest >= count), None)
    tested: list[ThresholdTest] = []
    for least, sample in zip(strict_first.tolist(), samples, strict=True):
        if first is None or sample.reviewed < first:
            continue
        shown = sample.at_least >= precision
        tested.append(ThresholdTest(least=least, sample=sample, shown=shown))
        if not shown:
            break
    more = 0
    if not (tested and tested[0].shown):
        begun = tested[0].sample if tested else max(samples, key=lambda sample: sample.reviewed)
        more = begun.reviews_for(precision)
    return Guarantee(precision=precision, confidence=confidence, n=len(scores), tested=tuple(tested), more=more)


def _sample(scores: FloatArray, right: npt.NDArray[np.bool_], least: float, confidence: float) -> SampledPrecision:
    accepted = scores >= least
    return SampledPrecision(reviewed=int(accepted.sum()), wrong=int((accepted & ~right).sum()), confidence=confidence)


@lru_cache
def _clean_reviews(wrong: int, precision: float, confidence: float) -> int:
    """Reviews that show a precision with so many of them wrong."""
    return wrong + SampledPrecision(reviewed=wrong, wrong=wrong, confidence=confidence).reviews_for(precision)


def one_of_each(groups: RowArray, strata: RowArray, *, seed: int) -> RowArray:
    """Keep one pair of each group and stratum, drawn at random: the pairs of one group stand or fall together.

    Parameters
    ----------
    groups, strata
        Of each pair; shape (P,).
    seed
        The same seed keeps the same pairs.

    Returns
    -------
    numpy.ndarray
        Places of the pairs that are kept, rising.
    """
    shuffled = np.random.default_rng(seed).permutation(len(groups))
    keys = np.column_stack([groups, strata])[shuffled]
    first = np.unique(keys, axis=0, return_index=True)[1] if len(keys) else np.zeros(0, dtype=np.int64)
    return np.sort(shuffled[first]).astype(np.int64)
