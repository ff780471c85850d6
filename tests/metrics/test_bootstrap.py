import numpy as np
import pytest

from product_matching.metrics.bootstrap import bootstrap_interval


def test_the_interval_is_that_of_the_groups_not_of_the_listings() -> None:
    """Fifty groups of forty equal listings tell no more than fifty listings: the interval is sqrt(40) times wider."""
    rng = np.random.default_rng(0)
    score_of_group = rng.random(50)
    labels = np.repeat(np.arange(50), 40)
    low, high = bootstrap_interval(score_of_group[labels], labels)
    expected = 1.96 * score_of_group.std() / np.sqrt(50)
    assert (high - low) / 2 == pytest.approx(expected, rel=0.15)
    naive_low, naive_high = bootstrap_interval(score_of_group[labels], np.arange(2000))
    assert (naive_high - naive_low) / 2 == pytest.approx(expected / np.sqrt(40), rel=0.15)


def test_it_is_the_same_every_time() -> None:
    scores = np.random.default_rng(1).random(30)
    assert bootstrap_interval(scores, np.arange(30)) == bootstrap_interval(scores, np.arange(30))


def test_one_group_has_no_spread() -> None:
    assert bootstrap_interval(np.array([0.5, 1.0]), ["a", "a"]) == (0.75, 0.75)
