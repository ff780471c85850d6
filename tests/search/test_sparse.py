from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.sparse import coo_matrix, csr_array, csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_distances

from product_matching.search import SparseIndex

WORDS = ["masker", "kain", "isi", "50", "250g", "250ml", "sabun", "hitam", "putih", "anak", "wardah", "serum"]


def title_matrix(n: int) -> csr_matrix:
    rng = np.random.default_rng(0)
    return TfidfVectorizer().fit_transform([" ".join(rng.choice(WORDS, rng.integers(1, 7))) for _ in range(n)])


def test_titles_as_in_brute_force() -> None:
    titles = title_matrix(400)
    expected = cosine_distances(titles)
    result = SparseIndex(titles).nearest(titles, 30)
    np.testing.assert_allclose(result.distances.reshape(-1, 30), np.sort(expected, axis=1)[:, :30], atol=2e-6)
    np.testing.assert_allclose(result.distances, expected[result.queries(), result.rows], atol=2e-6)


def test_rows_without_a_common_word_fill_up_in_order() -> None:
    index = SparseIndex(csr_matrix(np.eye(6)[[3, 0, 3, 1, 2, 3]]))
    rows, distances = index.nearest(csr_matrix(np.eye(6)[[3]]), 5).of(0)
    assert rows.tolist() == [0, 2, 5, 1, 3]
    assert distances.tolist() == [0.0, 0.0, 0.0, 1.0, 1.0]


def test_an_overlap_too_small_to_count_ties_with_no_overlap() -> None:
    tiny = np.array([1e-8, 1.0])
    index = SparseIndex(csr_matrix([[0.0, 1.0], tiny, [1.0, 0.0], [0.0, 1.0]]))
    rows, distances = index.nearest(csr_matrix([[1.0, 0.0]]), 3).of(0)
    assert rows.tolist() == [2, 0, 1]
    assert distances.tolist() == [0.0, 1.0, 1.0]


def test_unsorted_repeated_and_other_sparse_formats_give_the_same() -> None:
    plain = csr_matrix([[0.6, 0.0, 0.8], [0.0, 1.0, 0.0]])
    scrambled = coo_matrix(([0.8, 0.3, 0.3, 1.0], ([0, 0, 0, 1], [2, 0, 0, 1])), shape=(2, 3))
    for matrix in (scrambled, csr_array(plain), plain.tocsc()):
        result = SparseIndex(matrix).nearest(matrix, 2)
        assert result.rows.tolist() == [0, 1, 1, 0]
        assert result.distances.tolist() == [0.0, 1.0, 0.0, 1.0]


def test_the_callers_matrix_is_left_as_it_was() -> None:
    matrix = csr_matrix(([0.8, 0.6], [2, 0], [0, 2]), shape=(1, 3))
    SparseIndex(matrix).nearest(matrix, 1)
    assert matrix.indices.tolist() == [2, 0]


def test_titles_without_any_word() -> None:
    index = SparseIndex(csr_matrix((3, 0)))
    assert index.nearest(csr_matrix((1, 0)), 2).rows.tolist() == [0, 1]
    assert index.within(csr_matrix((1, 0)), 0.9).rows.tolist() == []
    assert index.within(csr_matrix((1, 0)), 1.0).rows.tolist() == [0, 1, 2]


def test_a_dense_array_and_negative_weights_are_refused() -> None:
    with pytest.raises(ValueError, match=r"matrix must be a scipy.sparse matrix, not ndarray"):
        SparseIndex(np.eye(3))
    with pytest.raises(ValueError, match=r"matrix must hold no negative weight, not -0.6"):
        SparseIndex(csr_matrix([[-0.6, 0.8]]))
    with pytest.raises(ValueError, match=r"queries must be a scipy.sparse matrix, not ndarray"):
        SparseIndex(csr_matrix(np.eye(3))).within(np.eye(3), 0.5)


def peak_memory(index: SparseIndex, queries: csr_matrix) -> int:
    tracemalloc.start()
    try:
        index.nearest(queries, 3)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_is_that_of_one_block() -> None:
    titles = title_matrix(2000)
    small, large = SparseIndex(titles, block_size=50), SparseIndex(titles, block_size=2000)
    assert peak_memory(small, titles) * 8 < peak_memory(large, titles)


def test_a_query_of_known_and_unknown_words_keeps_its_distance() -> None:
    index = SparseIndex(csr_matrix(np.array([[1.0, 0.0], [0.6, 0.8]])))
    query = csr_matrix(np.array([[0.5, 0.0]]))
    rows, distances = index.within(query, 0.7).of(0)
    assert (rows.tolist(), distances.tolist()) == ([0, 1], [0.5, 0.7])
    assert index.nearest(query, 1).of(0)[0].tolist() == [0]
    assert index.distances(query, [1]).tolist() == [0.7]


def test_a_query_longer_than_one_is_refused() -> None:
    index = SparseIndex(csr_matrix(np.eye(2)))
    with pytest.raises(ValueError, match=r"queries must have rows of norm at most 1, but row 0 has norm 1\.5"):
        index.nearest(csr_matrix(np.array([[1.5, 0.0]])), 1)
