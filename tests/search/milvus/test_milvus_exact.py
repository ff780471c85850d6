"""FLAT and sparse indexes in Milvus keep the contract of exact backends, and give what the local ones give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse

from product_matching.search import FlatIndex, Neighbours, SparseIndex
from tests.search.test_exact_contract import (  # noqa: F401
    Backend,
    assert_same,
    random_vectors,
    test_a_hundred_identical_vectors_come_in_order_of_row,
    test_a_pair_exactly_at_the_threshold_matches,
    test_a_zero_vector_is_at_distance_one_from_everything,
    test_distances_of_given_rows_are_those_of_the_search,
    test_many_zero_queries_find_the_lowest_rows,
    test_more_neighbours_than_rows,
    test_nearest_are_those_of_scikit_learn,
    test_no_queries,
    test_no_rows,
    test_one_row,
    test_tied_vectors_beyond_the_nearest_come_in_order_of_row,
    test_what_cannot_be_searched_is_refused,
    test_within_finds_what_brute_force_finds,
    unit,
)

KINDS = ("flat", "sparse")


@pytest.fixture(params=KINDS)
def backend(request: pytest.FixtureRequest, photos_in: Any, titles_in: Any) -> Backend:
    if request.param == "flat":
        return Backend(photos_in, lambda vectors: vectors.astype(np.float32))
    return Backend(titles_in, lambda vectors: scipy.sparse.csr_matrix(vectors.astype(np.float32)))


@pytest.fixture
def local(backend: Backend) -> Any:
    """The local index of the same vectors."""

    def build(vectors: np.ndarray) -> Any:
        converted = backend.convert(vectors)
        return SparseIndex(converted) if scipy.sparse.issparse(converted) else FlatIndex(converted)

    return build


@pytest.mark.parametrize("at_hand", [True, False])
def test_results_are_those_of_the_local_index_whether_vectors_are_at_hand_or_fetched(
    backend: Backend, local: Any, at_hand: bool
) -> None:
    vectors, queries = random_vectors(200), backend.convert(random_vectors(6, seed=1))
    vectors[::17] = 0.0
    index, expected = backend.index(vectors, at_hand=at_hand), local(vectors)
    assert_same(index.nearest(queries, 30), expected.nearest(queries, 30))
    assert_same(index.within(queries, 0.8), expected.within(queries, 0.8))
    np.testing.assert_array_equal(index.distances(queries[:1], [3, 17, 5]), expected.distances(queries[:1], [3, 17, 5]))


def test_more_results_than_milvus_returns_at_once_are_all_found(backend: Backend, local: Any) -> None:
    vectors = random_vectors(160)
    vectors[40:120] = vectors[7]
    index, expected = backend.index(vectors, max_results=20), local(vectors)
    queries = backend.convert(np.concatenate([vectors[7:8], random_vectors(2, seed=1)]))
    assert_same(index.within(queries, 0.95), expected.within(queries, 0.95))
    assert_same(index.nearest(queries, 60), expected.nearest(queries, 60))
    assert_same(index.nearest(queries, 3), expected.nearest(queries, 3))


def test_a_result_does_not_depend_on_its_batch_nor_on_the_block_size(backend: Backend) -> None:
    vectors = random_vectors(60)
    vectors[40:] = vectors[:20]
    index, queries = backend.index(vectors, block_size=4), backend.convert(vectors[:9])
    nearest, within = index.nearest(queries, 12), index.within(queries, 0.6)
    for query in (0, 3, 8):
        alone = queries[query : query + 1]
        assert_same(index.nearest(alone, 12), Neighbours(np.array([0, 12]), *nearest.of(query)))
        found = within.of(query)
        assert_same(index.within(alone, 0.6), Neighbours(np.array([0, len(found[0])]), *found))


def test_listings_that_are_only_in_milvus_are_left_out(photos_in: Any) -> None:
    vectors = unit(np.eye(6) + 0.1)
    index = photos_in(vectors)
    del index._side.rows["id2"]
    assert 2 not in index.within(vectors[2:3], 2.0).rows
