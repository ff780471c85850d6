import numpy as np
import pytest

from product_matching.matching.second_stage.pairs import Pairs
from product_matching.matching.second_stage.training import size_weights


def _all_pairs(n: int) -> Pairs:
    first, second = np.nonzero(~np.eye(n, dtype=bool))
    return Pairs(first, second, n)


def test_by_default_all_pairs_weigh_the_same() -> None:
    np.testing.assert_array_equal(size_weights(_all_pairs(5), np.array([7, 7, 7, 8, 9]), 0.0), np.ones(20))


def test_the_pairs_of_a_group_weigh_as_much_as_its_listings_have_others() -> None:
    """A group of 2 and one of 6: their true pairs are 2 and 30, their weights together as 1 to 5."""
    labels, pairs = np.repeat([3, 4], [2, 6]), _all_pairs(8)
    weights = size_weights(pairs, labels, 1.0)
    same = labels[pairs.first] == labels[pairs.second]
    small, large = (weights[same & (labels[pairs.first] == label)].sum() for label in (3, 4))
    assert large / small == pytest.approx(5)
    assert weights.mean() == pytest.approx(1)
    np.testing.assert_allclose(weights, weights[pairs.reverse()])


def test_no_pair_has_no_weight() -> None:
    assert size_weights(Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), 2), np.array([0, 1]), 1.0).shape == (0,)
