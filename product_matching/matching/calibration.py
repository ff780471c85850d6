"""Calibration of a score: the probability that belongs to it, and how far probabilities are from what is observed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
#: Bins of a reliability diagram, of equal width.
RELIABILITY_BINS = 10
#: Probabilities are kept this far from 0 and 1 before their log odds are taken.
_EDGE = 1e-6


@dataclass(frozen=True)
class Calibration:
    """A line through the log odds (Platt 1999): probability = sigmoid(slope * log odds + intercept).

    Attributes
    ----------
    slope
        Above 0, so that the order of scores stays.
    intercept
        In units of log odds.
    n
        Size of the catalogue that it was fitted on; 0 where size does not matter.
    growth
        How far log odds fall in a catalogue e times as large, which has more look-alikes of a query. A smaller one
        makes nothing surer.
    """

    slope: float = 1.0
    intercept: float = 0.0
    n: int = 0
    growth: float = 0.0

    def apply(self, scores: FloatArray, n: int | None = None) -> FloatArray:
        """Turn scores, from 0 to 1, into probabilities; shape (P,).

        Parameters
        ----------
        scores
            Shape (P,).
        n
            Size of the catalogue that they are of; None for the one that the line was fitted on.
        """
        if self == Calibration():
            return scores
        return _sigmoid(self.slope * log_odds(scores) + self.intercept - self._shift(n))

    def followed_by(self, line: Calibration) -> Calibration:
        """The calibration that applies a line, fitted on the probabilities of this one, after it."""
        return Calibration(
            slope=self.slope * line.slope,
            intercept=self.intercept * line.slope + line.intercept,
            n=self.n,
            growth=self.growth * line.slope,
        )

    def _shift(self, n: int | None) -> float:
        return 0.0 if not n or not self.n else self.growth * float(np.log(max(n, self.n) / self.n))


def fit_calibration(scores: FloatArray, same: npt.NDArray[np.bool_]) -> Calibration:
    """Fit the line on scored pairs that nothing was trained on.

    Parameters
    ----------
    scores
        Shape (P,), from 0 to 1.
    same
        Whether each pair is the same product; shape (P,).

    Returns
    -------
    Calibration
        The line itself (slope 1, intercept 0) where the pairs are all of one kind, or speak against their scores.
    """
    from sklearn.linear_model import LogisticRegression

    if same.all() or not same.any():
        return Calibration()
    fitted = LogisticRegression(C=np.inf, max_iter=1000).fit(log_odds(scores)[:, None], same)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return Calibration(slope, intercept) if slope > 0 else Calibration()


def fit_growth(calibration: Calibration, scores: FloatArray, same: npt.NDArray[np.bool_], *, n: int) -> Calibration:
    """The same line with its growth: what lowers the log odds best to what is observed in a larger catalogue.

    Parameters
    ----------
    calibration
        The line, fitted on a catalogue of `calibration.n` listings.
    scores, same
        Scored pairs of the same queries in the larger catalogue, shape (P,).
    n
        Size of the larger catalogue.

    Returns
    -------
    Calibration
        Growth is never below 0: a larger catalogue makes nothing surer.
    """
    from scipy.optimize import minimize_scalar

    odds = calibration.slope * log_odds(scores) + calibration.intercept
    signs = np.where(same, -1.0, 1.0)

    def loss(growth: float) -> float:
        shifted = odds - growth * np.log(n / calibration.n)
        return float(np.mean(np.logaddexp(0.0, signs * shifted)))

    found = minimize_scalar(loss, bounds=(0.0, 2.0), method="bounded")
    return replace(calibration, growth=round(float(found.x), 4))


def percent_text(probability: float) -> str:
    """A probability in percent, rounded down, so that it reads as high enough exactly when it is."""
    percent = math.floor(round(100 * probability, 6))
    if percent < 1:
        return "under 1 %"
    return f"{percent} %" if percent < 100 else "over 99 %"


def log_odds(scores: FloatArray) -> FloatArray:
    """Log odds of scores, cut off near 0 and 1; shape (P,)."""
    cut = np.clip(scores, _EDGE, 1 - _EDGE)
    odds: FloatArray = np.log(cut / (1 - cut))
    return odds


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """Pairs whose probabilities lie in one bin.

    Attributes
    ----------
    n
        Number of pairs.
    expected
        Mean of their probabilities.
    observed
        Share of them that are the same product.
    """

    n: int
    expected: float
    observed: float


def reliability(probabilities: FloatArray, same: npt.NDArray[np.bool_]) -> list[ReliabilityBin]:
    """Compare probabilities with what is observed, in bins of equal width; empty bins are left out."""
    places = np.minimum((probabilities * RELIABILITY_BINS).astype(np.int64), RELIABILITY_BINS - 1)
    bins = [places == place for place in range(RELIABILITY_BINS)]
    return [
        ReliabilityBin(n=int(held.sum()), expected=float(probabilities[held].mean()), observed=float(same[held].mean()))
        for held in bins
        if held.any()
    ]


def calibration_error(bins: list[ReliabilityBin]) -> float:
    """Expected calibration error: the mean over pairs of how far observed and expected are apart in their bin."""
    total = sum(one.n for one in bins)
    return sum(one.n * abs(one.expected - one.observed) for one in bins) / max(1, total)


def _sigmoid(odds: FloatArray) -> FloatArray:
    probabilities: FloatArray = 1.0 / (1.0 + np.exp(-odds))
    return probabilities
