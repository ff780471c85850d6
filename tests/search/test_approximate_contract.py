"""What every approximate search backend promises: it may miss rows, within a bound, but gives no wrong distance.

The project has no approximate backend yet; the contract is held by a small one of this file, an inverted file of FAISS.
"""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
import pytest

from product_matching.search import FlatIndex, Neighbours, VectorIndex, keep_within, sort_neighbours
from product_matching.search.spec import EXACT

N, D, K = 4_000, 24, 10
#: Share of the true neighbours that a backend must find.
RECALL = 0.9


class InvertedFile:
    """FAISS looks into some of its lists and proposes; the distances are those of `FlatIndex`."""

    exact = False

    def __init__(self, vectors: npt.ArrayLike, *, lists: int = 32, probes: int = 12) -> None:
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        self._flat = FlatIndex(rows)
        width, inner = rows.shape[1], faiss.METRIC_INNER_PRODUCT
        self._proposals = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, lists, inner)
        self._proposals.train(rows)
        self._proposals.add(rows)
        self._proposals.nprobe = probes

    @property
    def size(self) -> int:
        return self._flat.size

    def within(self, queries: npt.ArrayLike, threshold: float) -> Neighbours:
        rows = np.ascontiguousarray(queries, dtype=np.float32)
        limits, _, found = self._proposals.range_search(rows, 1.0 - threshold - 1e-5)
        return keep_within(self._rescored(rows, np.split(found, limits[1:-1].astype(np.int64))), threshold)

    def nearest(self, queries: npt.ArrayLike, k: int) -> Neighbours:
        rows = np.ascontiguousarray(queries, dtype=np.float32)
        found = self._proposals.search(rows, min(k, self.size))[1]
        return self._rescored(rows, [of_query[of_query >= 0] for of_query in found])

    def distances(self, query: npt.ArrayLike, rows: npt.ArrayLike) -> npt.NDArray[np.float64]:
        return self._flat.distances(query, rows)

    def _rescored(self, queries: npt.NDArray[np.float32], found: list[npt.NDArray[np.int64]]) -> Neighbours:
        distances = [self.distances(query[None], rows) for query, rows in zip(queries, found, strict=True)]
        of_query = np.repeat(np.arange(len(queries)), [len(rows) for rows in found])
        return sort_neighbours(of_query, np.concatenate(found), np.concatenate(distances), len(queries))


BACKENDS: dict[str, Any] = {"inverted file": InvertedFile}


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
    assert {kind for kind, exact in EXACT.items() if not exact} <= set(BACKENDS)


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
