"""Scores query by query, held against the training's own and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from product_matching.comparison.lookup import Lookup
from product_matching.comparison.photos import rank_vectors
from product_matching.comparison.scores import choose_threshold, paired_difference, score_lookup
from product_matching.metrics.listing_f1 import group_sizes
from product_matching.metrics.retrieval import MEASURES
from product_matching.search.neighbours import sort_neighbours
from product_matching.store.comparison import Scores
from product_matching.training.validation import score_retrieval


def _vectors(seed: int, labels: np.ndarray, noise: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    made = rng.normal(size=(int(labels.max()) + 1, 8))[labels] + noise * rng.normal(size=(len(labels), 8))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def _lookup(labels: np.ndarray, blocks: int = 1) -> Lookup:
    rows = np.arange(len(labels))
    together = np.concatenate([labels + block * (labels.max() + 1) for block in range(blocks)])
    queries = np.flatnonzero(group_sizes(together) > 1)
    return Lookup((rows,) * blocks, together, queries, np.tile(labels, blocks)[queries])


LABELS = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 5, 5])


@pytest.mark.parametrize("seed", range(4))
def test_one_catalogue_scores_as_the_training_does(seed: int) -> None:
    vectors, lookup = _vectors(seed, LABELS, 0.7), _lookup(LABELS)
    neighbours = rank_vectors(vectors)(lookup)
    made = Scores.of(score_lookup(neighbours, lookup, choose_threshold(neighbours, lookup)))
    expected = score_retrieval(vectors, LABELS)
    for name in MEASURES:
        figure = made.figure(name)
        assert figure is not None
        assert figure.value == pytest.approx(expected.mean(name), abs=1e-4)
        assert figure.interval == pytest.approx(expected.interval(name), abs=1e-4)
    assert (made.n, made.queries) == (expected.n, expected.n_queries)


def test_several_equal_catalogues_score_as_one() -> None:
    vectors = _vectors(1, LABELS, 0.7)
    once, often = _lookup(LABELS), _lookup(LABELS, 3)
    one = score_lookup(rank_vectors(vectors)(once), once, 0.3)
    three = score_lookup(rank_vectors(vectors)(often), often, 0.3)
    assert np.array_equal(np.tile(one.f1, 3), three.f1)
    assert np.array_equal(np.tile(one.map_at_r, 3), three.map_at_r)
    assert (three.n, three.n_queries) == (one.n, one.n_queries)


def test_what_was_not_found_counts_as_a_miss() -> None:
    lookup = _lookup(np.array([0, 0, 0, 1, 1]))
    queries, rows = np.array([0, 1, 1, 2, 3, 4]), np.array([0, 1, 2, 2, 3, 4])
    neighbours = sort_neighbours(queries, rows, np.where(queries == rows, 0.0, 0.4), 5)
    scores = score_lookup(neighbours, lookup, 0.5)
    assert scores.recall_at_1.tolist() == [0, 1, 0, 0, 0]
    assert scores.map_at_r.tolist() == [0, 0.5, 0, 0, 0]
    assert scores.f1.tolist() == pytest.approx([2 / 4, 4 / 5, 2 / 4, 2 / 3, 2 / 3])


def test_a_difference_is_that_of_the_means_and_zero_to_itself() -> None:
    lookup = _lookup(LABELS)
    good, bad = (score_lookup(rank_vectors(_vectors(0, LABELS, noise))(lookup), lookup, 0.3) for noise in (0.05, 3.0))
    found = paired_difference(good, bad, "f1")
    assert found.mean == pytest.approx(good.f1.mean() - bad.f1.mean())
    assert found.is_significant
    assert found.interval[0] < found.mean < found.interval[1]
    assert paired_difference(good, good, "f1").interval == (0.0, 0.0)
    assert not paired_difference(good, good, "f1").is_significant
