"""What every exact search backend promises, held against scikit-learn's brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.metrics.pairwise import cosine_distances
from sklearn.neighbors import NearestNeighbors

from product_matching.search import (
    FlatIndex,
    IndexSpec,
    Neighbours,
    SparseIndex,
    keep_nearest,
    keep_within,
    open_index,
    to_distance,
)
from product_matching.search.spec import EXACT

ROUNDING = 2e-6


@dataclass(frozen=True)
class Backend:
    build: Callable[..., Any]
    convert: Callable[[np.ndarray], Any]

    def index(self, vectors: np.ndarray, **options: int) -> Any:
        return self.build(self.convert(vectors), **options)


BACKENDS = {
    "flat": Backend(FlatIndex, lambda vectors: vectors.astype(np.float32)),
    "sparse": Backend(SparseIndex, lambda vectors: scipy.sparse.csr_matrix(vectors.astype(np.float32))),
}


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest) -> Backend:
    return BACKENDS[request.param]


def unit(vectors: Any) -> np.ndarray:
    rows = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0).astype(np.float32)


def random_vectors(n: int, dimensions: int = 40, seed: int = 0) -> np.ndarray:
    """Unit rows, a quarter of the entries filled, so that some pairs share none."""
    rng = np.random.default_rng(seed)
    return unit(rng.random((n, dimensions)) * (rng.random((n, dimensions)) < 0.25))


def assert_same(result: Neighbours, expected: Neighbours) -> None:
    np.testing.assert_array_equal(result.offsets, expected.offsets)
    np.testing.assert_array_equal(result.rows, expected.rows)
    np.testing.assert_array_equal(result.distances, expected.distances)


def assert_ordered(result: Neighbours) -> None:
    for query in range(len(result)):
        rows, distances = result.of(query)
        assert list(zip(distances, rows, strict=True)) == sorted(zip(distances, rows, strict=True))
        assert len(set(rows)) == len(rows)


def test_every_exact_kind_that_a_manifest_can_name_is_held_to_this_contract() -> None:
    assert {kind for kind, exact in EXACT.items() if exact} == set(BACKENDS)


@pytest.mark.parametrize("kind", sorted(BACKENDS))
def test_the_kind_in_the_manifest_opens_its_backend(kind: Any) -> None:
    vectors = random_vectors(30)
    backend = BACKENDS[kind]
    index = open_index(IndexSpec(kind), backend.convert(vectors))
    assert type(index) is backend.build
    assert index.exact
    assert IndexSpec(kind).exact
    queries = backend.convert(vectors[:3])
    assert_same(index.nearest(queries, 5), backend.index(vectors).nearest(queries, 5))


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.7, 0.95, 1.0, 1.5, 2.0, np.inf])
def test_within_finds_what_brute_force_finds(backend: Backend, threshold: float) -> None:
    vectors, queries = random_vectors(300), random_vectors(25, seed=1)
    expected = cosine_distances(queries.astype(np.float64), vectors.astype(np.float64))
    result = backend.index(vectors).within(backend.convert(queries), threshold)
    found = np.zeros(expected.shape, dtype=bool)
    found[result.queries(), result.rows] = True
    clear = np.abs(expected - threshold) > ROUNDING
    np.testing.assert_array_equal(found[clear], (expected <= threshold)[clear])
    np.testing.assert_allclose(result.distances, expected[result.queries(), result.rows], atol=ROUNDING)
    assert_ordered(result)


@pytest.mark.parametrize("k", [1, 7, 51, 299, 300])
def test_nearest_are_those_of_scikit_learn(backend: Backend, k: int) -> None:
    vectors, queries = random_vectors(300), random_vectors(25, seed=1)
    oracle = NearestNeighbors(metric="cosine", algorithm="brute").fit(vectors.astype(np.float64))
    expected, _ = oracle.kneighbors(queries.astype(np.float64), k)
    all_distances = cosine_distances(queries.astype(np.float64), vectors.astype(np.float64))
    result = backend.index(vectors).nearest(backend.convert(queries), k)
    np.testing.assert_array_equal(np.diff(result.offsets), k)
    np.testing.assert_allclose(result.distances.reshape(-1, k), expected, atol=ROUNDING)
    np.testing.assert_allclose(result.distances, all_distances[result.queries(), result.rows], atol=ROUNDING)
    assert_ordered(result)


def test_distances_of_given_rows_are_those_of_the_search(backend: Backend) -> None:
    vectors = random_vectors(60)
    index, query = backend.index(vectors), backend.convert(vectors[7:8])
    rows, distances = index.nearest(query, 60).of(0)
    np.testing.assert_array_equal(index.distances(query, rows), distances)
    assert index.distances(query, [7, 3, 7]).tolist() == index.distances(query, [7, 3])[[0, 1, 0]].tolist()
    assert index.distances(query, []).shape == (0,)


def test_a_hundred_identical_vectors_come_in_order_of_row(backend: Backend) -> None:
    vectors = random_vectors(250, seed=2)
    vectors[50:250:2] = vectors[50]
    index, query = backend.index(vectors), backend.convert(vectors[50:51])
    copies = np.arange(50, 250, 2)
    for k in (1, 10, 99, 100):
        rows, distances = index.nearest(query, k).of(0)
        np.testing.assert_array_equal(rows, copies[:k])
        assert not distances.any()
    assert index.nearest(query, 101).distances[-1] > 0
    np.testing.assert_array_equal(index.within(query, 0.0).rows, copies)


def test_tied_vectors_beyond_the_nearest_come_in_order_of_row(backend: Backend) -> None:
    near, far = [0.8, 0.6, 0.0], [0.6, 0.8, 0.0]
    index = backend.index(unit([far] * 70 + [near] + [[0.0, 0.0, 1.0]] * 70))
    query = backend.convert(unit([[1.0, 0.0, 0.0]]))
    rows, distances = index.nearest(query, 30).of(0)
    np.testing.assert_array_equal(rows, [70, *range(29)])
    assert distances.tolist() == [0.2] + [0.4] * 29
    rows, distances = index.nearest(query, 100).of(0)
    np.testing.assert_array_equal(rows, [70, *range(70), *range(71, 100)])
    assert distances.tolist() == [0.2] + [0.4] * 70 + [1.0] * 29


def test_a_zero_vector_is_at_distance_one_from_everything(backend: Backend) -> None:
    vectors = unit([[1, 0], [0, 0], [0, 1], [0, 0]])
    index = backend.index(vectors)
    zero = index.nearest(backend.convert(vectors[1:2]), 4)
    assert zero.rows.tolist() == [0, 1, 2, 3]
    assert zero.distances.tolist() == [1.0] * 4
    assert index.within(backend.convert(vectors), 0.999999).rows.tolist() == [0, 2]
    assert index.within(backend.convert(vectors[1:2]), 1.0).rows.tolist() == [0, 1, 2, 3]
    assert index.nearest(backend.convert(vectors[2:3]), 3).rows.tolist() == [2, 0, 1]
    assert index.distances(backend.convert(vectors[1:2]), [3, 1]).tolist() == [1.0, 1.0]


def test_many_zero_queries_find_the_lowest_rows(backend: Backend) -> None:
    result = backend.index(random_vectors(120)).nearest(backend.convert(np.zeros((30, 40))), 5)
    np.testing.assert_array_equal(result.rows.reshape(-1, 5), np.tile(np.arange(5), (30, 1)))


def test_one_row(backend: Backend) -> None:
    index = backend.index(unit([[3, 4]]))
    assert index.size == 1
    result = index.nearest(backend.convert(unit([[1, 0], [3, 4]])), 1)
    assert result.rows.tolist() == [0, 0]
    assert result.distances.tolist() == [0.4, 0.0]


def test_more_neighbours_than_rows(backend: Backend) -> None:
    vectors = random_vectors(9)
    index, queries = backend.index(vectors), backend.convert(vectors[:4])
    assert_same(index.nearest(queries, 1000), index.nearest(queries, 9))


@pytest.mark.parametrize("n", [0, 1, 30])
def test_no_queries(backend: Backend, n: int) -> None:
    index, none = backend.index(random_vectors(n)), backend.convert(np.zeros((0, 40)))
    for result in (index.nearest(none, 3), index.within(none, 0.5), index.within(none, 2.0)):
        assert len(result) == 0
        assert result.rows.dtype == np.int64


def test_no_rows(backend: Backend) -> None:
    index, queries = backend.index(np.zeros((0, 40))), backend.convert(random_vectors(3))
    assert index.size == 0
    for result in (index.nearest(queries, 3), index.within(queries, 0.5), index.within(queries, 2.0)):
        assert result.offsets.tolist() == [0, 0, 0, 0]
    assert index.distances(queries[:1], []).shape == (0,)


def test_a_pair_exactly_at_the_threshold_matches(backend: Backend) -> None:
    index = backend.index(unit([[0.6, 0.8], [0.8, 0.6], [1.0, 0.0], [0.0, 1.0]]))
    query = backend.convert(unit([[1.0, 0.0]]))
    assert index.within(query, 0.4).rows.tolist() == [2, 1, 0]
    assert index.within(query, 0.399999).rows.tolist() == [2, 1]
    assert index.within(query, 0.2).distances.tolist() == [0.0, 0.2]
    assert index.within(query, 0.0).rows.tolist() == [2]
    assert index.within(query, 1.0).rows.tolist() == [2, 1, 0, 3]
    assert index.within(query, -1e-9).rows.tolist() == []


def test_every_returned_distance_as_threshold_returns_its_row(backend: Backend) -> None:
    vectors = random_vectors(80)
    index, query = backend.index(vectors), backend.convert(vectors[3:4])
    rows, distances = index.nearest(query, 80).of(0)
    for row, distance in zip(rows, distances, strict=True):
        assert row in index.within(query, distance).rows


@pytest.mark.parametrize("n", [40, 700])
def test_a_result_does_not_depend_on_its_batch(backend: Backend, n: int) -> None:
    vectors = random_vectors(n, 300)
    index, together = backend.index(vectors), backend.convert(vectors)
    nearest, within = index.nearest(together, 20), index.within(together, 0.75)
    for query in range(0, n, 13):
        alone = backend.convert(vectors[query : query + 1])
        assert_same(index.nearest(alone, 20), Neighbours(np.array([0, 20]), *nearest.of(query)))
        found = within.of(query)
        assert_same(index.within(alone, 0.75), Neighbours(np.array([0, len(found[0])]), *found))


def test_a_pair_has_one_distance_from_both_sides(backend: Backend) -> None:
    vectors = random_vectors(150, 300)
    everything = backend.index(vectors).within(backend.convert(vectors), 2.0)
    distances = np.zeros((150, 150))
    distances[everything.queries(), everything.rows] = everything.distances
    np.testing.assert_array_equal(distances, distances.T)
    assert not np.diag(distances).any()


@pytest.mark.parametrize("threshold", [0.0, 0.6, 1.0, 2.0])
def test_results_do_not_depend_on_the_block_size(backend: Backend, threshold: float) -> None:
    vectors = random_vectors(150)
    vectors[100:] = vectors[:50]
    queries = backend.convert(vectors)
    whole = backend.index(vectors, block_size=1000)
    for block_size in (1, 7):
        index = backend.index(vectors, block_size=block_size)
        assert_same(index.within(queries, threshold), whole.within(queries, threshold))
        assert_same(index.nearest(queries, 12), whole.nearest(queries, 12))


def catalogues() -> st.SearchStrategy[np.ndarray]:
    """Few distinct vectors, repeated: many ties, zero vectors, and more rows than one fetch."""
    shapes = st.tuples(st.integers(1, 8), st.just(3))
    distinct = shapes.flatmap(lambda shape: npst.arrays(np.int8, shape, elements=st.integers(0, 3)))
    return st.tuples(distinct, st.integers(1, 12)).map(lambda drawn: np.tile(unit(drawn[0]), (drawn[1], 1)))


PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PROPERTY
@given(vectors=catalogues(), k=st.integers(1, 40))
def test_nearest_k_is_the_start_of_nearest_k_plus_5(backend: Backend, vectors: np.ndarray, k: int) -> None:
    index, queries = backend.index(vectors), backend.convert(vectors[:8])
    assert_same(index.nearest(queries, k), keep_nearest(index.nearest(queries, k + 5), k))


@PROPERTY
@given(vectors=catalogues(), threshold=st.floats(-0.1, 2.1) | st.sampled_from([0.0, 0.292893, 0.5, 1.0, 2.0]))
def test_within_is_all_the_nearest_up_to_the_threshold(backend: Backend, vectors: np.ndarray, threshold: float) -> None:
    index, queries = backend.index(vectors), backend.convert(vectors[:8])
    assert_same(index.within(queries, threshold), keep_within(index.nearest(queries, index.size), threshold))


@PROPERTY
@given(vectors=catalogues(), k=st.integers(1, 40))
def test_nearest_are_the_first_by_distance_then_row(backend: Backend, vectors: np.ndarray, k: int) -> None:
    distances = to_distance(vectors[:8].astype(np.float64) @ vectors.astype(np.float64).T)
    result = backend.index(vectors).nearest(backend.convert(vectors[:8]), k)
    for query, of_query in enumerate(distances):
        expected = np.lexsort((np.arange(len(vectors)), of_query))[:k]
        np.testing.assert_array_equal(result.of(query)[0], expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda b, i: b.index(unit([[1, 0]]) * 3), "(vectors|matrix) must have rows .* row 0 has norm 3"),
        (lambda b, i: b.index(np.array([[1.0, 0.0], [np.nan, 0.0]])), "row 1 has norm nan"),
        (lambda b, i: b.index(np.array([[np.inf, 0.0]])), "row 0 has norm inf"),
        (lambda b, i: b.index(unit([[1, 0]]), block_size=0), "block_size .* not 0"),
        (lambda b, i: i.within(b.convert(unit([[1, 0, 0]])), 0.3), "queries must have 2 columns, not 3"),
        (lambda b, i: i.nearest(b.convert(np.array([[np.nan, 0.0]])), 3), "queries .* row 0 has norm nan"),
        (lambda b, i: i.nearest(b.convert(unit([[1, 0]])), 0), "k must be a whole number from 1, not 0"),
        (lambda b, i: i.nearest(b.convert(unit([[1, 0]])), 1.5), "k must be a whole number from 1, not 1.5"),
        (lambda b, i: i.within(b.convert(unit([[1, 0]])), np.nan), "threshold must be a number, not nan"),
        (lambda b, i: i.distances(b.convert(unit([[1, 0], [0, 1]])), [0]), "single row, not 2"),
        (lambda b, i: i.distances(b.convert(unit([[1, 0]])), [0, 2]), "rows must be from 0 to 1, not 2"),
        (lambda b, i: i.distances(b.convert(unit([[1, 0]])), [-1]), "rows must be from 0 to 1, not -1"),
        (lambda b, i: i.distances(b.convert(unit([[1, 0]])), [0.5]), "rows must be a list of whole numbers"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    backend: Backend, call: Callable[[Backend, Any], object], message: str
) -> None:
    index = backend.index(unit([[1, 0], [0, 1]]))
    with pytest.raises(ValueError, match=message):
        call(backend, index)
