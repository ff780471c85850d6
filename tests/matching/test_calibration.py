"""Calibration: the line through the log odds, its fall with size, and reliability."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from product_matching.matching.calibration import (
    Calibration,
    calibration_error,
    fit_calibration,
    fit_growth,
    log_odds,
    reliability,
)


def drawn(shift: float = 0.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose true probability is sigmoid(0.5 * log odds + 1 - shift)."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0.001, 0.999, 40_000)
    truth = 1 / (1 + np.exp(-(0.5 * log_odds(scores) + 1 - shift)))
    return scores, rng.random(len(scores)) < truth


def test_fitting_recovers_the_line_and_keeps_the_order_of_scores() -> None:
    scores, same = drawn()
    line = fit_calibration(scores, same)
    assert (line.slope, line.intercept) == pytest.approx((0.5, 1.0), abs=0.05)
    order = np.argsort(scores)
    assert (np.diff(line.apply(scores)[order]) >= 0).all()


@pytest.mark.parametrize("same", [np.ones(9, dtype=bool), np.zeros(9, dtype=bool)])
def test_pairs_of_one_kind_leave_scores_as_they_are(same: np.ndarray) -> None:
    scores = np.linspace(0.1, 0.9, 9)
    np.testing.assert_array_equal(fit_calibration(scores, same).apply(scores), scores)


def test_growth_lowers_probabilities_in_a_larger_catalogue_and_raises_none_in_a_smaller_one() -> None:
    line = Calibration(0.5, 1.0, n=100)
    scores, same = drawn(shift=0.4 * np.log(10), seed=1)
    grown = fit_growth(line, scores, same, n=1000)
    assert grown.growth == pytest.approx(0.4, abs=0.05)
    assert (grown.apply(scores, 1000) < grown.apply(scores, 100)).all()
    np.testing.assert_array_equal(grown.apply(scores, 10), grown.apply(scores, 100))


def test_reliability_bins_are_those_of_scikit_learn_and_a_true_line_has_little_error() -> None:
    scores, same = drawn()
    probabilities = Calibration(0.5, 1.0).apply(scores)
    bins = reliability(probabilities, same)
    observed, expected = calibration_curve(same, probabilities, n_bins=10)
    np.testing.assert_allclose([one.observed for one in bins], observed)
    np.testing.assert_allclose([one.expected for one in bins], expected)
    assert calibration_error(bins) < 0.01
    assert calibration_error(reliability(np.full(1000, 0.9), np.arange(1000) < 100)) == pytest.approx(0.8)
