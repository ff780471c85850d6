"""Precision of a reviewed sample: bounds against scipy's exact interval, and what a draw holds."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import binomtest

from product_matching.errors import InputError
from product_matching.metrics.sampled_precision import SampledPrecision, draw_stratified


@pytest.mark.parametrize(("reviewed", "wrong"), [(75, 0), (75, 3), (1, 0), (1, 1), (400, 17), (30, 30)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_bound_is_the_exact_one(reviewed: int, wrong: int, confidence: float) -> None:
    found = SampledPrecision(reviewed=reviewed, wrong=wrong, confidence=confidence)
    exact = binomtest(reviewed - wrong, reviewed, alternative="greater").proportion_ci(confidence, method="exact")
    assert found.at_least == pytest.approx(exact.low)
    assert found.estimate == pytest.approx(1 - wrong / reviewed)


def test_nothing_reviewed_shows_nothing() -> None:
    assert SampledPrecision(reviewed=0, wrong=0).at_least == 0
    assert np.isnan(SampledPrecision(reviewed=0, wrong=0).estimate)


@pytest.mark.parametrize(
    ("precision", "wrong", "needed"),
    [(0.95, 0, 59), (0.98, 0, 149), (0.99, 0, 299), (0.95, 1, 93), (0.98, 1, 236), (0.99, 1, 473)],
)
def test_the_number_of_reviews_is_the_known_one(precision: float, wrong: int, needed: int) -> None:
    assert SampledPrecision(reviewed=wrong, wrong=wrong).reviews_for(precision) == needed - wrong
    assert SampledPrecision(reviewed=needed, wrong=wrong).reviews_for(precision) == 0
    assert SampledPrecision(reviewed=needed - 1, wrong=wrong).reviews_for(precision) == 1


def test_numbers_that_cannot_be_are_refused() -> None:
    for reviewed, wrong in ((3, 4), (3, -1)):
        with pytest.raises(InputError, match="numbers from 0 to all of them"):
            SampledPrecision(reviewed=reviewed, wrong=wrong)
    with pytest.raises(InputError, match="must be between 0 and 1"):
        SampledPrecision(reviewed=3, wrong=0).reviews_for(1.0)
    with pytest.raises(InputError, match="at least 1"):
        draw_stratified(np.zeros(3, dtype=np.int64), np.arange(3), 0, seed=0)


def test_a_draw_is_in_proportion_and_takes_small_groups_once() -> None:
    strata = np.repeat([0, 1, 3], [600, 300, 100])
    groups = np.concatenate([np.arange(600), np.arange(300) // 10 + 1000, np.full(100, 5000)])
    drawn = draw_stratified(strata, groups, 40, seed=1)
    assert Counter(strata[drawn].tolist()) == {0: 24, 1: 12, 3: 4}
    assert len(set(drawn.tolist())) == 40
    assert len({*groups[drawn[strata[drawn] == 1]].tolist()}) == 12  # of 30 groups of ten pairs
    assert draw_stratified(strata, groups, 40, seed=1).tolist() == drawn.tolist()
    assert draw_stratified(strata, groups, 40, seed=2).tolist() != drawn.tolist()
    assert sorted(draw_stratified(strata, groups, 5000, seed=3).tolist()) == list(range(1000))


def test_every_pair_of_a_stratum_of_single_groups_is_as_likely_as_the_others() -> None:
    counts = np.zeros(10)
    for seed in range(600):
        counts[draw_stratified(np.zeros(10, dtype=np.int64), np.arange(10), 3, seed=seed)] += 1
    assert counts.sum() == 1800
    assert np.abs(counts - 180).max() < 4.5 * np.sqrt(600 * 0.3 * 0.7)


def test_the_bound_holds_where_one_group_holds_many_pairs_and_most_errors() -> None:
    groups = np.concatenate([np.zeros(300, dtype=np.int64), np.repeat(np.arange(1, 351), 2)])
    strata = np.zeros(1000, dtype=np.int64)
    wrong = (groups == 0) & (np.arange(1000) % 2 == 0)  # 150 of 1,000
    held, estimates = 0, []
    for seed in range(400):
        drawn = draw_stratified(strata, groups, 100, seed=seed)
        found = SampledPrecision(reviewed=100, wrong=int(wrong[drawn].sum()))
        held += found.at_least <= 0.85
        estimates.append(found.estimate)
        assert np.isin(np.bincount(groups[drawn])[1:], (0, 1)).all()
    assert held >= 0.95 * 400
    assert np.mean(estimates) == pytest.approx(0.85, abs=0.01)
