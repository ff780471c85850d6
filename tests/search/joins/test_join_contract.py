"""What every self-join keeps to: the pairs and distances of plain float64 products, whatever the kind of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from product_matching.errors import InputError
from product_matching.progress import Cancelled, NoProgress
from product_matching.search.flat import FlatIndex
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.mixed import MixedJoin
from product_matching.search.joins.protocol import SelfJoin
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import product_slack
from product_matching.search.sparse import SparseIndex

#: More rows than a block of any join, so that pairs cross blocks.
N = 1100
_TOLERANCE = 3e-6


@dataclass(frozen=True, eq=False)
class Case:
    """A join with vectors of its kind: 1,100 rows, some of them equal and one of them zero."""

    join: SelfJoin[Any]
    vectors: Any

    @property
    def exact(self) -> np.ndarray:
        dense = self.vectors if isinstance(self.vectors, np.ndarray) else self.vectors.toarray()
        return np.round(1 - dense.astype(np.float64) @ dense.astype(np.float64).T, 6)


def sparse_rows(rng: np.random.Generator, width: int) -> np.ndarray:
    rows = rng.random((N, width)) * (rng.random((N, width)) < 0.1)
    rows[:, 0] += 0.1
    return rows


def case_of(kind: str) -> Case:
    rng = np.random.default_rng(12)
    copies = np.r_[0 : N - 60, 0:60]
    if kind == "dense":
        join, rows = DenseJoin(), rng.normal(size=(N, 40)) + 0.8
    elif kind == "sparse":
        join, rows = SparseJoin(), sparse_rows(rng, 60)
    else:
        join, rows = MixedJoin(8), np.hstack([sparse_rows(rng, 60), 0.3 * rng.normal(size=(N, 8))])
    rows[N - 61] = 0
    vectors = normalize(rows[copies]).astype(np.float32)
    return Case(join, vectors if kind == "dense" else csr_matrix(vectors))


@pytest.fixture(scope="module", params=["dense", "sparse", "mixed"])
def case(request: pytest.FixtureRequest) -> Case:
    return case_of(request.param)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.3])
def test_within_finds_every_pair_at_the_threshold_or_nearer(case: Case, share: float) -> None:
    exact = case.exact
    threshold = min(float(np.sort(exact[exact > 0])[int(share * N * N)]), 0.999)
    found = case.join.within(case.vectors, threshold)
    pairs = np.zeros((N, N), dtype=bool)
    pairs[found.queries(), found.rows] = True
    assert not (pairs & (exact > threshold + product_slack(case.vectors.shape[1]) * 2)).any()
    assert not (~pairs & (exact <= threshold)).any()
    assert (pairs == pairs.T).all()
    np.testing.assert_allclose(found.distances, exact[found.queries(), found.rows], atol=_TOLERANCE)
    for row in range(0, N, 100):
        rows, distances = found.of(row)
        assert np.lexsort((rows, distances)).tolist() == list(range(len(rows)))


def test_distances_are_those_of_the_plain_products_alike_in_both_directions(case: Case) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, N, (2, 5000))
    distances = case.join.distances(case.vectors, first, second)
    np.testing.assert_array_equal(distances, np.clip(case.exact[first, second], 0, 2))
    np.testing.assert_array_equal(distances, case.join.distances(case.vectors, second, first))
    assert len(case.join.distances(case.vectors, first[:0], second[:0])) == 0


def test_nearest_are_the_k_smallest_distances(case: Case) -> None:
    found = case.join.nearest(case.vectors, 7)
    exact = np.sort(case.exact, axis=1)[:, :7]
    for row in range(0, N, 37):
        rows, distances = found.of(row)
        near = exact[row][exact[row] < 1 - _TOLERANCE]
        np.testing.assert_allclose(distances[: len(near)], near, atol=_TOLERANCE)
        assert len(np.unique(rows)) == len(rows) <= 7


def test_a_zero_row_is_near_nothing(case: Case) -> None:
    assert len(case.join.within(case.vectors, 0.99).of(N - 61)[0]) == 0


def test_more_pairs_than_allowed_are_refused_and_as_many_as_allowed_are_not(case: Case) -> None:
    found = case.join.within(case.vectors, 0.05)
    pairs = int((found.queries() < found.rows).sum())
    assert pairs >= 60
    assert len(case.join.within(case.vectors, 0.05, max_pairs=pairs).rows) == len(found.rows)
    with pytest.raises(InputError, match=rf"More than {pairs - 1:,} pairs of listings are within a distance of 0\.05"):
        case.join.within(case.vectors, 0.05, max_pairs=pairs - 1)


@pytest.mark.parametrize("threshold", [1.0, 1.5, float("nan")])
def test_from_a_distance_of_one_everything_is_apart(case: Case, threshold: float) -> None:
    with pytest.raises(ValueError, match="below 1"):
        case.join.within(case.vectors, threshold)


class Watched(NoProgress):
    """Counts the steps, and cancels after some."""

    def __init__(self, stop_after: int) -> None:
        self.total, self.done, self._stop_after = 0, 0, stop_after

    @property
    def cancelled(self) -> bool:
        return self.done >= self._stop_after

    def begin(self, description: str, total: int, *, unit: str = "") -> None:
        self.total = total

    def advance(self, n: int = 1) -> None:
        self.done += n


def test_every_block_is_a_step_and_can_be_the_last_one(case: Case) -> None:
    watched = Watched(9)
    case.join.within(case.vectors, 0.1, progress=watched)
    assert (watched.total, watched.done) == (3, 3)
    with pytest.raises(Cancelled):
        case.join.within(case.vectors, 0.1, progress=Watched(2))


def test_an_index_and_the_join_measure_the_same_distances() -> None:
    dense, sparse = case_of("dense"), case_of("sparse")
    rows = np.arange(N)
    for case, index in ((dense, FlatIndex(dense.vectors)), (sparse, SparseIndex(sparse.vectors))):
        for query in (0, 17, N - 61, N - 1):
            own = np.full(N, query)
            np.testing.assert_array_equal(
                case.join.distances(case.vectors, own, rows), index.distances(case.vectors[query : query + 1], rows)
            )
