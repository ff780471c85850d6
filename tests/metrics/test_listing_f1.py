import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_matching.metrics.listing_f1 import listing_f1, score_listings
from product_matching.search.neighbours import Neighbours, keep_within


def plain_scores(neighbours: Neighbours, labels: np.ndarray, own: np.ndarray) -> list[tuple[float, float, float]]:
    scores = []
    for query, row in enumerate(own):
        predicted = [row] + [other for other in neighbours.of(query)[0] if other != row]
        predicted_set, true_set = set(predicted[:50]), set(np.flatnonzero(labels == labels[row]))
        hits = len(predicted_set & true_set)
        precision, recall = hits / len(predicted_set), hits / len(true_set)
        scores.append((2 * precision * recall / (precision + recall), precision, recall))
    return scores


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.booleans())
def test_scores_are_those_of_a_plain_loop_over_sets(random_neighbours, seed: int, n: int, subset: bool) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, max(1, n // 3), n)
    own = rng.permutation(n)[: max(1, n // 2)] if subset else np.arange(n)
    neighbours = random_neighbours(rng, len(own), n, 4 * n)
    scores = score_listings(neighbours, labels, own)
    expected = np.array(plain_scores(neighbours, labels, own))
    np.testing.assert_allclose(np.column_stack([scores.f1, scores.precision, scores.recall]), expected, rtol=1e-12)


def test_a_listing_alone_is_its_own_match() -> None:
    alone = Neighbours(np.zeros(4, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    np.testing.assert_allclose(listing_f1(alone, ["a", "a", "b"]), [2 / 3, 2 / 3, 1.0])


def test_only_the_listing_and_its_49_nearest_count() -> None:
    n = 60
    rows = np.concatenate(
        [np.arange(1, n), [0]]
    )  # the listing itself stands last, and still takes one of the 50 places
    neighbours = Neighbours(np.array([0, n]), rows, np.linspace(0, 1, n))
    scores = score_listings(neighbours, np.zeros(n), [0])
    assert scores.predicted.tolist() == [50]
    assert scores.recall[0] == pytest.approx(50 / 60)


def test_a_pair_exactly_at_the_threshold_is_predicted() -> None:
    neighbours = Neighbours(np.array([0, 1, 2]), np.array([1, 0]), np.array([0.3, 0.3]))
    assert listing_f1(keep_within(neighbours, 0.3), [7, 7]).tolist() == [1.0, 1.0]
    assert listing_f1(keep_within(neighbours, 0.299999), [7, 7]).tolist() == [2 / 3, 2 / 3]
