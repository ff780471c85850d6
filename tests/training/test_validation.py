"""Retrieval figures against pytorch-metric-learning and against the project's own metric."""

import numpy as np
import pytest
import torch
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator

from product_matching.errors import InputError
from product_matching.metrics.listing_f1 import group_sizes, listing_f1
from product_matching.metrics.retrieval import MEASURES
from product_matching.search.flat import FlatIndex
from product_matching.training.validation import score_retrieval


def clusters(sizes: list[int], seed: int = 0, noise: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    vectors = rng.normal(size=(len(sizes), 16))[labels] + noise * rng.normal(size=(len(labels), 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


@pytest.mark.parametrize("sizes", [[2] * 20, [2, 3, 5, 9, 30, 70], [4] * 12])
def test_recall_and_map_are_those_of_the_reference(sizes: list[int]) -> None:
    vectors, labels = clusters(sizes)
    calculator = AccuracyCalculator(
        include=("precision_at_1", "mean_average_precision_at_r"), k="max_bin_count", device=torch.device("cpu")
    )
    expected = calculator.get_accuracy(torch.from_numpy(vectors), torch.from_numpy(labels))
    scores = score_retrieval(vectors, labels)
    assert scores.mean("recall_at_1") == pytest.approx(expected["precision_at_1"])
    assert scores.mean("map_at_r") == pytest.approx(expected["mean_average_precision_at_r"])
    assert 0.05 < scores.mean("map_at_r") < 0.95


def test_the_threshold_is_the_best_one_for_those_that_have_a_match() -> None:
    vectors, labels = clusters([3] * 12 + [1] * 9)
    scores = score_retrieval(vectors, labels)
    queries = np.flatnonzero(group_sizes(labels) > 1)
    index = FlatIndex(vectors)

    def f1_at(threshold: float) -> float:
        return float(listing_f1(index.within(vectors[queries], threshold), labels, queries).mean())

    assert scores.mean("f1") == pytest.approx(f1_at(scores.threshold))
    assert scores.mean("f1") >= max(f1_at(threshold) for threshold in np.linspace(0, 1, 101)) - 1e-12
    assert (scores.n, scores.n_queries) == (45, 36)


def test_those_alone_are_distractors() -> None:
    vectors, labels = clusters([3] * 8)
    crowded, crowd_labels = np.concatenate([vectors, vectors[:6]]), np.concatenate([labels, 100 + np.arange(6)])
    with_crowd, alone = score_retrieval(crowded, crowd_labels), score_retrieval(vectors, labels)
    assert with_crowd.mean("recall_at_1") < alone.mean("recall_at_1")


def test_groups_of_one_cannot_be_scored() -> None:
    vectors, labels = clusters([1] * 5)
    with pytest.raises(InputError, match="None of 5 listings"):
        score_retrieval(vectors, labels)


def test_a_given_threshold_is_kept_and_the_intervals_hold_the_means() -> None:
    vectors, labels = clusters([3] * 30)
    scores = score_retrieval(vectors, labels, threshold=0.3)
    assert scores.threshold == 0.3
    for measure in MEASURES:
        low, high = scores.interval(measure)
        assert low < scores.mean(measure) < high
