"""Recall@1 and mAP@R against pytorch-metric-learning and against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator

from product_matching.metrics.bootstrap import bootstrap_interval
from product_matching.metrics.listing_f1 import group_sizes, listing_f1, query_part
from product_matching.metrics.retrieval import MEASURES, rank_scores, score_queries
from product_matching.search.joins.dense import dense_join
from product_matching.search.neighbours import Neighbours, keep_within, sort_neighbours


def clusters(sizes: list[int], seed: int = 0, noise: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    vectors = rng.normal(size=(len(sizes), 16))[labels] + noise * rng.normal(size=(len(labels), 16))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


def looked_up(vectors: np.ndarray, labels: np.ndarray, k: int | None = None) -> tuple[Neighbours, np.ndarray]:
    queries = np.flatnonzero(group_sizes(labels) > 1)
    return query_part(dense_join(vectors, k or len(vectors)), queries), queries


@pytest.mark.parametrize("sizes", [[2] * 20, [2, 3, 5, 9, 30, 70], [4] * 12, [3] * 10 + [1] * 7])
def test_means_are_those_of_pytorch_metric_learning(sizes: list[int]) -> None:
    vectors, labels = clusters(sizes)
    near, queries = looked_up(vectors, labels)
    first, precision = rank_scores(near, labels, queries)
    calculator = AccuracyCalculator(
        include=("precision_at_1", "mean_average_precision_at_r"), k="max_bin_count", device=torch.device("cpu")
    )
    expected = calculator.get_accuracy(
        torch.from_numpy(vectors[queries]),
        torch.from_numpy(labels[queries]),
        torch.from_numpy(np.concatenate([vectors[queries], np.delete(vectors, queries, axis=0)])),
        torch.from_numpy(np.concatenate([labels[queries], np.delete(labels, queries)])),
        ref_includes_query=True,
    )
    assert first.mean() == pytest.approx(expected["precision_at_1"])
    assert precision.mean() == pytest.approx(expected["mean_average_precision_at_r"])
    assert 0.05 < precision.mean() < 0.95


@pytest.mark.parametrize("k", [2, 5, 200])
@pytest.mark.parametrize("seed", range(3))
def test_each_query_scores_as_in_a_plain_loop_and_what_was_not_found_is_a_miss(seed: int, k: int) -> None:
    vectors, labels = clusters([2, 3, 5, 9, 30, 1, 1], seed)
    near, queries = looked_up(vectors, labels, k)
    first, precision = rank_scores(near, labels, queries)
    for query, row in enumerate(queries):
        found, _ = near.of(query)
        wanted = int((labels == labels[row]).sum()) - 1
        others = [labels[other] == labels[row] for other in found if other != row][:wanted]
        at = [sum(others[: place + 1]) / (place + 1) for place, hit in enumerate(others) if hit]
        assert first[query] == float(bool(others) and others[0])
        assert precision[query] == pytest.approx(sum(at) / wanted)


def test_a_query_without_any_neighbour_scores_nothing() -> None:
    queries, rows = np.array([0, 1, 1, 2, 3, 4]), np.array([0, 1, 2, 2, 3, 4])
    near = sort_neighbours(queries, rows, np.where(queries == rows, 0.0, 0.4), 5)
    scores = score_queries(near, [0, 0, 0, 1, 1], np.arange(5), 0.5)
    assert scores.recall_at_1.tolist() == [0, 1, 0, 0, 0]
    assert scores.map_at_r.tolist() == [0, 0.5, 0, 0, 0]
    assert scores.f1.tolist() == pytest.approx([2 / 4, 4 / 5, 2 / 4, 2 / 3, 2 / 3])


def test_scores_hold_f1_at_the_threshold_and_intervals_over_groups() -> None:
    vectors, labels = clusters([3] * 12 + [1] * 9)
    near, queries = looked_up(vectors, labels)
    scores = score_queries(near, labels, queries, 0.4)
    assert np.array_equal(scores.f1, listing_f1(keep_within(near, 0.4), labels, queries))
    assert (scores.n, scores.n_queries, scores.threshold) == (45, 36, 0.4)
    for measure in MEASURES:
        assert scores.mean(measure) == scores.of(measure).mean()
        low, high = scores.interval(measure)
        assert (low, high) == bootstrap_interval(scores.of(measure), labels[queries])
        assert low < scores.mean(measure) < high
    assert score_queries(near, labels, queries, 0.4, units=queries).interval("f1") != scores.interval("f1")
