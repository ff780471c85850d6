import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.metrics.listing_f1 import score_listings
from product_matching.metrics.sweep import best_threshold, sweep_thresholds
from product_matching.search.neighbours import Neighbours, keep_within, sort_neighbours

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(1, 30), st.booleans())
def test_every_threshold_scores_as_if_tried_alone(random_neighbours, seed: int, n: int, subset: bool) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, max(1, n // 3), n)
    own = rng.permutation(n)[: max(1, n // 2)] if subset else np.arange(n)
    neighbours = random_neighbours(rng, len(own), n, 4 * n)
    sweep = sweep_thresholds(neighbours, labels, own)
    for position, threshold in enumerate(sweep.thresholds):
        scores = score_listings(keep_within(neighbours, threshold), labels, own)
        assert sweep.f1[position] == pytest.approx(scores.f1.mean())
        assert sweep.precision[position] == pytest.approx(scores.precision.mean())
        assert sweep.recall[position] == pytest.approx(scores.recall.mean())


@given(seeds, st.integers(1, 30))
def test_the_best_threshold_is_the_smallest_of_the_best(random_neighbours, seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, max(1, n // 3), n)
    neighbours = random_neighbours(rng, n, n, 4 * n)
    choice = best_threshold(neighbours, labels)
    tried = {t: score_listings(keep_within(neighbours, t), labels).f1.mean() for t in np.arange(9) / 8}
    assert choice.f1 == pytest.approx(max(tried.values()))
    assert choice.threshold == min(t for t, f1 in tried.items() if f1 == pytest.approx(choice.f1, abs=1e-12))
    assert choice.n == n


def test_a_pair_exactly_at_the_chosen_threshold_is_a_match() -> None:
    neighbours = Neighbours(np.array([0, 1, 2, 2]), np.array([1, 0]), np.array([0.25, 0.25]))
    choice = best_threshold(neighbours, ["a", "a", "b"])
    assert (choice.threshold, choice.f1) == (0.25, 1.0)
    assert len(keep_within(neighbours, choice.threshold).rows) == 2


def test_nothing_found_leaves_everyone_alone() -> None:
    empty = Neighbours(np.zeros(3, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    choice = best_threshold(empty, [1, 1])
    assert (choice.threshold, choice.f1) == (0.0, pytest.approx(2 / 3))


def test_the_precise_threshold_has_the_best_recall_that_precision_allows() -> None:
    neighbours = sort_neighbours(np.array([0, 1, 0, 0]), np.array([1, 0, 2, 3]), np.array([0.1, 0.1, 0.2, 0.3]), 4)
    sweep = sweep_thresholds(neighbours, [0, 0, 1, 2])
    precise = sweep.at_precision(0.98)
    assert precise is not None
    assert precise.threshold == 0.1
    assert sweep.at_precision(1.01) is None


def test_a_sweep_without_a_cap_counts_every_prediction() -> None:
    """Sixty right ones come first, then thirty wrong ones: beyond 50 only a sweep without a cap sees them."""
    n = 91
    near = sort_neighbours(np.zeros(90, np.int64), np.arange(1, 91), np.arange(1, 91) / 100, 1)
    labels = [0] * 61 + list(range(1, 31))
    free = sweep_thresholds(near, labels, [0], cap=None)
    assert (free.best().threshold, free.best().f1, free.best().n) == (0.6, 1.0, n)
    assert (free.precision[-1], free.recall[-1]) == (pytest.approx(61 / 91), pytest.approx(1.0))
    capped = sweep_thresholds(near, labels, [0])
    assert capped.best().threshold == 0.49
    assert capped.recall[-1] == pytest.approx(50 / 61)
    assert score_listings(near, labels, [0], cap=None).predicted.tolist() == [91]
    assert score_listings(near, labels, [0]).predicted.tolist() == [50]
