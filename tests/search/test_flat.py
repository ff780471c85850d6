from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_distances

from product_matching.search import FlatIndex, to_distance


def unit_vectors(n: int, dimensions: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((n, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_distances_beyond_one_as_in_brute_force() -> None:
    vectors = unit_vectors(200, 16)
    expected = cosine_distances(vectors.astype(np.float64))
    result = FlatIndex(vectors).within(vectors, 1.3)
    found = np.zeros(expected.shape, dtype=bool)
    found[result.queries(), result.rows] = True
    np.testing.assert_array_equal(found, expected <= 1.3)
    np.testing.assert_allclose(result.distances, expected[result.queries(), result.rows], atol=2e-6)


def test_opposite_vectors_are_at_distance_two() -> None:
    vectors = unit_vectors(40, 300) * np.float32(1.00005)
    index = FlatIndex(np.concatenate([-vectors, vectors]))
    rows, distances = index.nearest(vectors[5:6], 80).of(0)
    assert (rows[0], rows[-1]) == (45, 5)
    assert (distances[0], distances[-1]) == (0.0, 2.0)
    assert 5 in index.within(vectors[5:6], 2.0).rows


@pytest.mark.parametrize("k", [1, 5, 40])
def test_order_is_exact_where_float32_cannot_tell_the_rows_apart(k: int) -> None:
    noise = np.random.default_rng(1).standard_normal((1500, 512)) * 3e-5
    vectors = unit_vectors(1, 512).astype(np.float64) + noise
    rows = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    distances = to_distance(rows[:20].astype(np.float64) @ rows.astype(np.float64).T)
    expected = np.lexsort((np.broadcast_to(np.arange(1500), distances.shape), distances), axis=1)[:, :k]
    found = FlatIndex(rows).nearest(rows[:20], k)
    np.testing.assert_array_equal(found.rows.reshape(20, k), expected)
    np.testing.assert_array_equal(found.distances.reshape(20, k), np.take_along_axis(distances, expected, axis=1))


def test_a_memory_map_is_not_needed_once_the_index_stands(tmp_path: Path) -> None:
    vectors = unit_vectors(50, 8)
    np.save(tmp_path / "vectors.npy", vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r+")
    index = FlatIndex(mapped)
    mapped[:] = 0
    assert index.within(vectors, 0.0).rows.tolist() == list(range(50))


def test_vectors_of_one_dimension_are_refused() -> None:
    with pytest.raises(ValueError, match=r"vectors must have two dimensions, not shape \(8,\)"):
        FlatIndex(unit_vectors(1, 8)[0])
    with pytest.raises(ValueError, match=r"queries must have two dimensions, not shape \(8,\)"):
        FlatIndex(unit_vectors(3, 8)).nearest(unit_vectors(1, 8)[0], 2)


def test_a_single_query_leaves_the_threads_of_faiss_as_they_were() -> None:
    vectors, threads = unit_vectors(50, 8), faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(3)
    try:
        FlatIndex(vectors).nearest(vectors[:1], 3)
        assert faiss.omp_get_max_threads() == 3
    finally:
        faiss.omp_set_num_threads(threads)
