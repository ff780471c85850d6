"""What every approximate search backend promises: it may miss rows, within a bound, but gives no wrong distance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from product_matching.search import (
    FlatIndex,
    IndexSpec,
    IvfIndex,
    Neighbours,
    VectorIndex,
    open_index,
)
from product_matching.search.spec import EXACT

N, D, K = 4_000, 24, 10
#: Share of the true neighbours that a backend must find.
RECALL = 0.9


#: By the kind that a manifest names.
BACKENDS: dict[str, Any] = {"ivf": IvfIndex}
APPROXIMATE = sorted(kind for kind, exact in EXACT.items() if not exact)


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest) -> Any:
    return BACKENDS[request.param]


@pytest.fixture(scope="module")
def vectors() -> npt.NDArray[np.float32]:
    """Unit rows around 200 centres, as photos of products are; more of them than any list or k holds."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, D))[rng.integers(0, 200, N)] + 0.35 * rng.normal(size=(N, D))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def index(backend: Any, vectors: npt.NDArray[np.float32]) -> VectorIndex[Any]:
    return backend(vectors)


@pytest.fixture(scope="module")
def exact(vectors: npt.NDArray[np.float32]) -> FlatIndex:
    return FlatIndex(vectors)


def pairs(found: Neighbours) -> dict[tuple[int, int], float]:
    return dict(zip(zip(found.queries().tolist(), found.rows.tolist(), strict=True), found.distances, strict=True))


def test_every_approximate_kind_that_a_manifest_can_name_is_held_to_this_contract() -> None:
    assert set(APPROXIMATE) == set(BACKENDS)


@pytest.mark.parametrize("kind", APPROXIMATE)
def test_the_kind_in_the_manifest_opens_its_backend(kind: Any, vectors: npt.NDArray[np.float32]) -> None:
    opened = open_index(IndexSpec(kind, exact=False), vectors)
    assert type(opened) is BACKENDS[kind]
    assert not opened.exact
    with pytest.raises(ValueError, match=f"an index of the kind {kind} has exact False, not True"):
        IndexSpec(kind)


def test_the_backend_says_that_it_is_approximate(index: VectorIndex[Any]) -> None:
    assert not index.exact
    assert index.size == N


@pytest.mark.parametrize("threshold", [0.05, 0.2, 0.4])
def test_within_finds_nine_tenths_and_nothing_beyond(
    index: VectorIndex[Any], exact: FlatIndex, vectors: npt.NDArray[np.float32], threshold: float
) -> None:
    true, found = (pairs(one.within(vectors[:200], threshold)) for one in (exact, index))
    assert len(true) >= 200
    assert found.keys() <= true.keys()
    assert len(found) >= RECALL * len(true)


def test_nearest_finds_nine_tenths(index: VectorIndex[Any], exact: FlatIndex, vectors: npt.NDArray[np.float32]) -> None:
    true, found = (pairs(one.nearest(vectors[:200], K)) for one in (exact, index))
    assert len(true.keys() & found.keys()) >= RECALL * len(true)


def test_distances_are_those_of_the_exact_backend(
    index: VectorIndex[Any], exact: FlatIndex, vectors: npt.NDArray[np.float32]
) -> None:
    """Scored again, not taken from the engine: to the last digit, in the order of distance, then row."""
    for found in (index.within(vectors[:50], 0.4), index.nearest(vectors[:50], K)):
        for query in range(50):
            rows, distances = found.of(query)
            np.testing.assert_array_equal(distances, exact.distances(vectors[query : query + 1], rows))
            assert list(zip(distances, rows, strict=True)) == sorted(zip(distances, rows, strict=True))
            assert len(set(rows.tolist())) == len(rows)


def test_a_pair_at_its_distance_is_within_it(index: VectorIndex[Any], vectors: npt.NDArray[np.float32]) -> None:
    for query in range(0, 200, 20):
        rows, distances = index.nearest(vectors[query : query + 1], K).of(0)
        for row, distance in zip(rows, distances, strict=True):
            assert row in index.within(vectors[query : query + 1], float(distance)).rows


def test_a_row_finds_itself(index: VectorIndex[Any], vectors: npt.NDArray[np.float32]) -> None:
    found = index.nearest(vectors[:200], 1)
    assert (found.distances < 1e-6).all()
    assert len(found.rows) == 200


def test_a_hundred_identical_rows_lose_no_other_pair(backend: Any, vectors: npt.NDArray[np.float32]) -> None:
    """A placeholder photo used often must not crowd unrelated pairs out."""
    placeholder = np.concatenate([vectors, np.tile(vectors[:1], (100, 1))])
    true, found = (pairs(kind(placeholder).within(vectors[1000:1200], 0.2)) for kind in (FlatIndex, backend))
    assert len(found.keys() & true.keys()) >= RECALL * len(true)


def test_an_empty_index_finds_nothing(backend: Any, vectors: npt.NDArray[np.float32]) -> None:
    empty, queries = backend(np.zeros((0, D), dtype=np.float32)), vectors[:3]
    assert empty.size == 0
    for found in (empty.nearest(queries, K), empty.within(queries, 0.4), empty.within(queries, 2.0)):
        assert found.offsets.tolist() == [0, 0, 0, 0]
    assert empty.distances(queries[:1], []).shape == (0,)


def test_a_zero_vector_is_at_distance_one_from_everything(backend: Any, vectors: npt.NDArray[np.float32]) -> None:
    rows = vectors.copy()
    rows[::100] = 0
    index, zero = backend(rows), np.zeros((1, D), dtype=np.float32)
    assert set(index.nearest(zero, K).distances.tolist()) <= {1.0}
    assert len(index.within(zero, 0.999999).rows) == 0
    assert set(index.within(zero, 1.0).distances.tolist()) <= {1.0}
    assert not np.isin(index.within(rows[1:50], 0.999999).rows, np.arange(0, N, 100)).any()
    assert index.distances(zero, [0, 1, 100]).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("size", [1, 9, 300])
def test_more_neighbours_than_rows_gives_each_row_at_most_once(
    backend: Any, vectors: npt.NDArray[np.float32], size: int
) -> None:
    index, exact = backend(vectors[:size]), FlatIndex(vectors[:size])
    found = index.nearest(vectors[:20], 10 * size)
    for query in range(20):
        rows, distances = found.of(query)
        assert len(set(rows.tolist())) == len(rows) <= size
        assert set(rows.tolist()) <= set(range(size))
        np.testing.assert_array_equal(distances, exact.distances(vectors[query : query + 1], rows))
    assert len(index.nearest(vectors[:1], 10 * size).rows) >= 1


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda index, query: index.nearest(query, 0), "k must be a whole number from 1, not 0"),
        (lambda index, query: index.within(query, float("nan")), "threshold must be a number, not nan"),
        (lambda index, query: index.nearest(query[:, :-1], K), f"must have {D} columns, not {D - 1}"),
        (lambda index, query: index.within(query[0], 0.4), "must have two dimensions, not shape"),
        (lambda index, query: index.nearest(2 * query, K), "must have rows of norm 1 or 0, but row 0 has norm 2"),
        (
            lambda index, query: index.within(query * np.nan, 0.4),
            "must have rows of norm 1 or 0, but row 0 has norm nan",
        ),
        (lambda index, query: index.distances(query, [N]), f"rows must be from 0 to {N - 1}, not {N}"),
        (lambda index, query: index.distances(query, [-1]), f"rows must be from 0 to {N - 1}, not -1"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    index: VectorIndex[Any], vectors: npt.NDArray[np.float32], ask: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ask(index, vectors[:1])


def test_vectors_that_are_not_of_unit_norm_are_refused(backend: Any, vectors: npt.NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match="must have rows of norm 1 or 0, but row 0 has norm"):
        backend(3 * vectors)
