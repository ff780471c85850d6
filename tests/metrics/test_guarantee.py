"""The threshold with a guarantee: exact bounds, the figures of clean reviews, and the level in a simulation."""

import numpy as np
import pytest
from scipy.stats import binomtest

from product_matching.errors import InputError
from product_matching.metrics.guarantee import guaranteed_threshold, one_of_each

STEPS = np.arange(1, 100) / 100


@pytest.mark.parametrize(
    ("precision", "wrong", "needed"),
    [(0.95, 0, 59), (0.98, 0, 149), (0.99, 0, 299), (0.95, 1, 93), (0.98, 1, 236), (0.99, 1, 473)],
)
def test_a_precision_is_shown_from_the_known_number_of_reviews_on(precision: float, wrong: int, needed: int) -> None:
    for n in (needed - 1, needed):
        right = np.arange(n) >= wrong
        found = guaranteed_threshold(np.full(n, 0.9), right, STEPS, precision=precision, confidence=0.95)
        assert (found.least is not None) == (n == needed)
        assert found.more == needed - n
    assert found.least == 0.01, "all thresholds accept the same pairs"


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_every_test_is_that_of_the_exact_binomial(confidence: float) -> None:
    rng = np.random.default_rng(5)
    scores = rng.random(300)
    right = rng.random(300) < 0.8 + 0.2 * scores
    found = guaranteed_threshold(scores, right, STEPS, precision=0.85, confidence=confidence)
    assert found.tested
    for each in found.tested:
        accepted = scores >= each.least
        assert (each.sample.reviewed, each.sample.wrong) == (accepted.sum(), (accepted & ~right).sum())
        exact = binomtest(int((accepted & right).sum()), int(accepted.sum()), 0.85, alternative="greater").pvalue
        assert each.shown == (exact <= 1 - confidence)
    assert [each.shown for each in found.tested[:-1]] == [True] * (len(found.tested) - 1), (
        "it stops at the first failure"
    )
    assert [each.least for each in found.tested] == sorted((each.least for each in found.tested), reverse=True)
    assert found.least == min((each.least for each in found.tested if each.shown), default=None)


def test_few_reviews_have_no_threshold_and_say_how_many_more() -> None:
    none = guaranteed_threshold(np.zeros(0), np.zeros(0, dtype=bool), STEPS, precision=0.98, confidence=0.95)
    assert (none.least, none.more, none.n) == (None, 149, 0)
    few = guaranteed_threshold(np.full(40, 0.7), np.ones(40, dtype=bool), STEPS, precision=0.95, confidence=0.95)
    assert (few.least, few.more, few.n) == (None, 19, 40)
    with pytest.raises(InputError, match="must be between 0 and 1"):
        guaranteed_threshold(np.zeros(0), np.zeros(0, dtype=bool), STEPS, precision=1.0, confidence=0.95)


def test_the_guarantee_holds_at_its_level() -> None:
    """Pairs are right with a chance that rises with the score: how often is a threshold named that is not precise?"""
    rng, precision, confidence, runs = np.random.default_rng(11), 0.9, 0.9, 500
    steps = np.arange(1, 20) / 20
    broken = named = 0
    for _ in range(runs):
        scores = rng.random(220)
        right = rng.random(220) < 0.75 + 0.25 * scores
        found = guaranteed_threshold(scores, right, steps, precision=precision, confidence=confidence)
        if found.least is not None:
            named += 1
            broken += 0.75 + 0.25 * (1 + found.least) / 2 < precision
    assert named > runs / 5, "the simulation says something"
    # 0.1 plus three standard errors.
    assert broken / runs <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / runs)


def test_one_pair_of_each_group_and_stratum_is_kept() -> None:
    groups, strata = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 0, 0, 0])
    kept = [one_of_each(groups, strata, seed=seed) for seed in range(20)]
    for rows in kept:
        assert sorted(zip(groups[rows].tolist(), strata[rows].tolist(), strict=True)) == [
            (0, 0),
            (0, 1),
            (1, 0),
            (2, 0),
        ]
    assert {tuple(rows.tolist()) for rows in kept} == {(a, 2, b, 5) for a in (0, 1) for b in (3, 4)}
    assert len(one_of_each(groups[:0], strata[:0], seed=0)) == 0
