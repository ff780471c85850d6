from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.metrics.partition import score_partition

numbers = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=15)


@given(numbers)
def test_scores_are_those_of_a_loop_over_pairs_and_listings(drawn: list[tuple[int, int]]) -> None:
    groups, labels = np.array(drawn).T
    pairs = list(combinations(range(len(drawn)), 2))
    joined = [pair for pair in pairs if groups[pair[0]] == groups[pair[1]]]
    true = [pair for pair in pairs if labels[pair[0]] == labels[pair[1]]]
    right = set(joined) & set(true)
    scores = score_partition(groups, labels)
    assert scores.pair_precision == pytest.approx(len(right) / len(joined) if joined else 1)
    assert scores.pair_recall == pytest.approx(len(right) / len(true) if true else 1)
    shared = [np.sum((groups == g) & (labels == t)) for g, t in drawn]
    assert scores.bcubed_precision == pytest.approx(np.mean(shared / np.array([np.sum(groups == g) for g, _ in drawn])))
    assert scores.bcubed_recall == pytest.approx(np.mean(shared / np.array([np.sum(labels == t) for _, t in drawn])))
    f1 = [2 * both / (np.sum(groups == g) + np.sum(labels == t)) for both, (g, t) in zip(shared, drawn, strict=True)]
    assert scores.listing_f1 == pytest.approx(np.mean(f1))


def test_only_the_scored_listings_count() -> None:
    scores = score_partition([0, 0, 1, 1], [0, 0, 1, 2], scored=[0, 1])
    assert (scores.pair_precision, scores.bcubed_precision) == (1.0, 1.0)
    assert score_partition([0, 0, 1, 1], [0, 0, 1, 2]).pair_precision == 0.5
