import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_info

from product_matching.errors import InputError
from product_matching.search.joins import blocks, dense, gpu, half
from product_matching.search.joins.bounds import PairFilter, choose_filter
from product_matching.search.joins.copies import Copies
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.gpu import GpuVectors
from product_matching.search.joins.half import HalfRows
from product_matching.search.neighbours import Neighbours, product_slack

#: Enough rows that a filter is worth its preparation at 128 dimensions, and several blocks.
N, WIDTH = 2600, 128


@pytest.fixture(autouse=True)
def no_half_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every machine take the same way."""
    monkeypatch.setattr(dense, "has_half_units", lambda: False)
    monkeypatch.setattr(half, "has_half_units", lambda: False)


def clustered(*, spread: np.ndarray) -> np.ndarray:
    """Unit vectors in groups of 3; `spread` is the scale of each dimension, turned so that no axis is special."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(N // 3 + 1, WIDTH)) * spread
    rows = np.repeat(centres, 3, axis=0)[:N] + 0.3 * rng.normal(size=(N, WIDTH)) * spread
    turn = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0]
    return normalize(rows @ turn)[rng.permutation(N)].astype(np.float32)


ISOTROPIC = np.ones(WIDTH)
ANISOTROPIC = 0.93 ** np.arange(WIDTH)


def filter_of(vectors: np.ndarray, threshold: float) -> PairFilter:
    norms = np.vecdot(vectors.astype(np.float64), vectors.astype(np.float64))
    return choose_filter(vectors, norms, threshold, threads=2)


def pairs(found: Neighbours) -> set[tuple[int, int]]:
    return set(zip(found.queries().tolist(), found.rows.tolist(), strict=True))


def exact_pairs(vectors: np.ndarray, threshold: float) -> set[tuple[int, int]]:
    """Of brute force in double precision, rounded as distances are."""
    near = NearestNeighbors(metric="cosine", algorithm="brute").fit(vectors.astype(np.float64))
    distances, rows = near.radius_neighbors(vectors.astype(np.float64), threshold + 1e-6)
    kept = [row[np.round(own, 6) <= threshold] for row, own in zip(rows, distances, strict=True)]
    return {(query, row) for query, found in enumerate(kept) for row in found.tolist()}


@pytest.mark.parametrize(
    ("spread", "threshold", "width"),
    [(ANISOTROPIC, 0.1, "few"), (ANISOTROPIC, 0.3, "few"), (ISOTROPIC, 0.2, "few"), (ISOTROPIC, 0.6, "all")],
    ids=["spread unevenly", "unevenly, far", "spread evenly", "evenly, far"],
)
def test_what_a_filter_leaves_over_are_all_pairs_of_brute_force(
    spread: np.ndarray, threshold: float, width: str
) -> None:
    vectors = clustered(spread=spread)
    chosen = filter_of(vectors, threshold)
    assert chosen.exact == (width == "all")
    assert chosen.exact or chosen.rows.shape[1] < 0.7 * WIDTH
    found = DenseJoin().within(vectors, threshold)
    assert len(found.rows) > 1.5 * N
    assert pairs(found) == exact_pairs(vectors, threshold)


@pytest.mark.parametrize("spread", [ISOTROPIC, ANISOTROPIC], ids=["even", "uneven"])
def test_the_product_of_a_filter_is_never_below_the_cosine(spread: np.ndarray) -> None:
    vectors = clustered(spread=spread)
    chosen = filter_of(vectors, 0.2)
    bound = chosen.rows[:600].astype(np.float64) @ chosen.rows.T.astype(np.float64)
    cosines = vectors[:600].astype(np.float64) @ vectors.T.astype(np.float64)
    allowed = 0.8 - product_slack(WIDTH) - float(chosen.lowest)
    assert 0 < allowed < 2e-3
    assert (bound >= cosines - allowed).all()


@pytest.mark.parametrize("columns", [700, 32_768])
def test_a_gpu_chooses_pairs_of_which_the_same_are_found(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    vectors = clustered(spread=ANISOTROPIC)
    alone = DenseJoin().within(vectors, 0.3)
    monkeypatch.setattr(GpuVectors, "columns", columns)
    monkeypatch.setattr(dense, "gpu_vectors", lambda rows, distance: GpuVectors(rows, distance, torch.device("cpu")))
    monkeypatch.delattr(dense, "choose_filter")
    assert pairs(DenseJoin().within(vectors, 0.3)) == pairs(alone)


def test_a_gpu_without_memory_leaves_a_block_or_the_join_to_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, calls = clustered(spread=ANISOTROPIC), []
    alone = DenseJoin().within(vectors, 0.3)
    on_device = GpuVectors._on_device

    def every_other(self: GpuVectors, rows: slice, columns: slice) -> np.ndarray:
        calls.append(rows)
        if len(calls) % 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return on_device(self, rows, columns)

    def refuse(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(GpuVectors, "columns", 700)
        patch.setattr(GpuVectors, "_on_device", every_other)
        patch.setattr(dense, "gpu_vectors", lambda rows, distance: GpuVectors(rows, distance, torch.device("cpu")))
        assert pairs(DenseJoin().within(vectors, 0.3)) == pairs(alone)
        assert len(calls) > 1
    monkeypatch.setattr(gpu, "_DRIVERS", (Path(__file__),))
    monkeypatch.setattr(gpu, "_WORTHWHILE", 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (2**40, 2**40))
    monkeypatch.setattr(gpu, "GpuVectors", refuse)
    assert pairs(DenseJoin().within(vectors, 0.3)) == pairs(alone)


@pytest.mark.parametrize("spread", [ISOTROPIC, ANISOTROPIC], ids=["even", "uneven"])
@pytest.mark.parametrize("threshold", [0.05, 0.25, 0.995])
def test_products_of_half_precision_choose_pairs_of_which_the_same_are_found(
    monkeypatch: pytest.MonkeyPatch, spread: np.ndarray, threshold: float
) -> None:
    vectors = clustered(spread=spread)[: N if threshold < 0.9 else 700]
    alone = DenseJoin().within(vectors, threshold)
    threads = torch.get_num_threads()
    monkeypatch.setattr(dense, "has_half_units", lambda: True)
    monkeypatch.setattr(half, "has_half_units", lambda: True)
    assert pairs(DenseJoin().within(vectors, threshold)) == pairs(alone)
    assert torch.get_num_threads() == threads


def test_a_product_of_half_precision_never_passes_a_pair_over() -> None:
    vectors = clustered(spread=ISOTROPIC)
    products = vectors[:500].astype(np.float64) @ vectors[500:1500].T.astype(np.float64)
    threads = torch.get_num_threads()
    for lowest in (0.02, 0.1, 0.5):
        rows, columns = HalfRows(PairFilter(vectors, np.float32(lowest), exact=True)).places(
            slice(0, 500), slice(500, 1500)
        )
        chosen = np.zeros_like(products, dtype=bool)
        chosen[rows, columns] = True
        assert (products[chosen] >= lowest - 2 * 2.0**-7).all()
        assert chosen[products >= lowest].all()
    assert torch.get_num_threads() == threads


def test_half_precision_is_used_only_where_torch_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True, raising=False)
    assert half.has_half_units()
    monkeypatch.delitem(sys.modules, "torch")
    assert not half.has_half_units()


def test_without_a_driver_torch_is_not_asked_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_DRIVERS", ())
    monkeypatch.setattr(gpu, "_WORTHWHILE", 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: pytest.fail("torch was asked"))
    assert gpu.gpu_vectors(np.eye(3, dtype=np.float32), 0.3) is None


@pytest.mark.parametrize(("available", "free", "used"), [(True, 1000, True), (True, 60, False), (False, 1000, False)])
def test_a_gpu_is_used_where_the_vectors_fit(
    monkeypatch: pytest.MonkeyPatch, available: bool, free: int, used: bool
) -> None:
    monkeypatch.setattr(gpu, "_DRIVERS", (Path(__file__),))
    monkeypatch.setattr(gpu, "_WORTHWHILE", 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (free, 2 * free))
    monkeypatch.setattr(gpu, "GpuVectors", lambda vectors, threshold, device: device.type)
    assert (gpu.gpu_vectors(np.eye(3, dtype=np.float32), 0.3) == "cuda") == used


def test_a_block_that_is_full_of_pairs_is_multiplied_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = clustered(spread=ANISOTROPIC)
    alone = DenseJoin().within(vectors, 0.3)
    monkeypatch.setattr(blocks, "_MANY", 0.0)
    whole = DenseJoin().within(vectors, 0.3)
    assert pairs(whole) == pairs(alone)


def test_a_pair_exactly_at_the_threshold_is_found_and_the_next_one_is_not() -> None:
    vectors = clustered(spread=ANISOTROPIC)
    rng = np.random.default_rng(3)
    first, second = rng.integers(0, N, (2, 200_000))
    distances = DenseJoin().distances(vectors, first, second)
    for place in np.argsort(distances)[[200, 400]]:
        threshold = float(distances[place])
        assert (int(first[place]), int(second[place])) in pairs(DenseJoin().within(vectors, threshold))
        assert (int(first[place]), int(second[place])) not in pairs(DenseJoin().within(vectors, threshold - 1e-6))


def test_copies_are_compared_once_and_all_their_pairs_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = clustered(spread=ISOTROPIC)
    vectors[np.random.default_rng(1).permutation(N)[:300]] = vectors[7]
    vectors[[3, 2500]] = 0
    seen = []
    scanned = blocks.BlockScan.block
    monkeypatch.setattr(blocks.BlockScan, "block", lambda scan, start: seen.append(start) or scanned(scan, start))
    found = DenseJoin().within(vectors, 0.2)
    assert max(seen) < N - 300
    assert pairs(found) == exact_pairs(vectors, 0.2) - {(3, 3), (2500, 2500), (3, 2500), (2500, 3)}


def test_pairs_of_copies_are_counted_before_they_take_memory() -> None:
    vectors = np.tile(np.eye(4, dtype=np.float32)[:1], (200_000, 1))
    with pytest.raises(InputError, match="More than 1,000 pairs"):
        DenseJoin().within(vectors, 0.1, max_pairs=1000)


def test_distinct_vectors_stand_in_the_order_of_their_lowest_row() -> None:
    matrix = np.array([[0, 1], [1, 0], [0, 1], [5, 5], [1, 0], [0, 1]], dtype=np.float32)
    copies = Copies.of(matrix, np.array([True, True, True, False, True, True]))
    assert (copies.rows.tolist(), copies.offsets.tolist()) == ([0, 2, 5, 1, 4], [0, 3, 5])
    assert copies.count(np.array([0, 0]), np.array([0, 1])) == 3 + 6
    lower, higher, distances = copies.expand(np.array([1, 0]), np.array([1, 1]), np.array([0.0, 0.5]))
    assert list(zip(lower.tolist(), higher.tolist(), strict=True))[:3] == [(1, 1), (1, 4), (4, 4)]
    assert (lower <= higher).all()
    assert distances.tolist() == [0.0] * 3 + [0.5] * 6


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused(value: float) -> None:
    vectors = np.eye(70, dtype=np.float32)
    vectors[66, 3] = value
    with pytest.raises(ValueError, match="row 66"):
        DenseJoin().within(vectors, 0.3)


def test_the_threads_of_matrix_products_are_as_before_after_a_join() -> None:
    before = [library["num_threads"] for library in threadpool_info()]
    DenseJoin().within(clustered(spread=ISOTROPIC), 0.2)
    with pytest.raises(InputError):
        DenseJoin().within(clustered(spread=ISOTROPIC), 0.2, max_pairs=1)
    assert [library["num_threads"] for library in threadpool_info()] == before


def test_it_finds_what_brute_force_finds() -> None:
    vectors = normalize(np.random.default_rng(0).normal(size=(1100, 8))).astype(np.float32)
    found = DenseJoin().nearest(vectors, 6)
    distances, rows = NearestNeighbors(n_neighbors=6, metric="cosine", algorithm="brute").fit(vectors).kneighbors()
    assert found.rows.reshape(-1, 6)[:, 0].tolist() == list(range(1100))
    np.testing.assert_array_equal(found.rows.reshape(-1, 6)[:, 1:], rows[:, :5])
    np.testing.assert_allclose(found.distances.reshape(-1, 6)[:, 1:], distances[:, :5], atol=2e-6)


def test_ties_are_won_by_the_lower_row_and_k_may_exceed_n() -> None:
    same = np.tile([[0.6, 0.8]], (100, 1))
    assert DenseJoin().nearest(same, 3).of(50)[0].tolist() == [0, 1, 2]
    assert len(DenseJoin().nearest(same[:2], 9).rows) == 4
    with pytest.raises(ValueError, match="not 0"):
        DenseJoin().nearest(same, 0)
