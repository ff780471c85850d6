"""The inverted file alone: copies, lists in a file, rows that stand in no list, and damage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import pytest

from product_matching.errors import InputError
from product_matching.search import FlatIndex, IndexSpec, IvfIndex, Neighbours, open_index
from product_matching.search.inverted_lists import InvertedLists
from product_matching.search.list_writing import index_directions, write_lists
from product_matching.search.mapped import MappedRows
from product_matching.search.neighbours import keep_within
from product_matching.search.recall import measure_recall, probes_for, sample_rows, true_neighbours

N, D, COPIES = 6_000, 20, 2_000
Vectors = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Pairs of near vectors, a hundred zero rows among them."""
    rng = np.random.default_rng(8)
    rows = np.repeat(rng.normal(size=(N // 2, D)), 2, axis=0) + 0.1 * rng.normal(size=(N, D))
    rows[100:200] = 0.0
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0).astype(np.float32)


@pytest.fixture(scope="module", params=[None, 15], ids=["all numbers", "components"])
def lists(vectors: Vectors, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> InvertedLists:
    directions = None if request.param is None else np.linalg.eigh(vectors.T @ vectors)[1][:, -request.param :]
    return write_lists(vectors, tmp_path_factory.mktemp("lists") / "codes.bin", 64, directions=directions)


def assert_same(found: Neighbours, expected: Neighbours) -> None:
    np.testing.assert_array_equal(found.offsets, expected.offsets)
    np.testing.assert_array_equal(found.rows, expected.rows)
    np.testing.assert_array_equal(found.distances, expected.distances)


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.5, 0.9, 1.0, 1.3])
def test_a_search_of_all_lists_finds_what_the_flat_index_finds(
    vectors: Vectors, lists: InvertedLists, threshold: float
) -> None:
    """The codes err, by no more than is allowed for: nothing within the threshold is lost, and nothing else found."""
    index, queries = IvfIndex(vectors, lists=lists, probes=64), vectors[90:130]
    assert_same(index.within(queries, threshold), FlatIndex(vectors).within(queries, threshold))


def test_two_thousand_copies_lose_no_unrelated_pair_and_are_all_found(vectors: Vectors) -> None:
    crowded = np.concatenate([vectors, np.tile(vectors[:1], (COPIES, 1))])
    queries = vectors[1_000:1_400]
    alone, among = (IvfIndex(rows, lists=None, probes=8).within(queries, 0.2) for rows in (vectors, crowded))
    true = FlatIndex(vectors).within(queries, 0.2)
    assert len(true.rows) >= 700
    assert min(len(alone.rows), len(among.rows)) >= 0.97 * len(true.rows)
    copies = np.concatenate([[0], np.arange(N, N + COPIES)])
    index = IvfIndex(crowded, probes=8)
    np.testing.assert_array_equal(index.within(vectors[:1], 0.0).rows, copies)
    np.testing.assert_array_equal(index.nearest(vectors[:1], 30).rows, copies[:30])


def test_lists_from_a_file_search_as_those_in_memory(
    vectors: Vectors, lists: InvertedLists, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.save(tmp_path / "lists.npz")
    np.save(tmp_path / "vectors.npy", vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    read = InvertedLists.load(tmp_path / "lists.npz", lists.codes)
    spec, queries = IndexSpec("ivf", exact=False), vectors[300:340]
    expected = open_index(spec, vectors, lists).nearest(queries, 20)
    assert_same(open_index(spec, mapped, read).nearest(queries, 20), expected)
    monkeypatch.delattr(faiss, "OnDiskInvertedLists")  # as on Windows
    assert_same(open_index(spec, mapped, read).nearest(queries, 20), expected)


def test_rows_are_read_from_the_file_of_a_map_and_else_through_the_map(vectors: Vectors, tmp_path: Path) -> None:
    """A file that another took the place of, and a part of a map, give the rows that were mapped as well."""
    np.save(tmp_path / "vectors.npy", vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    rows, expected = np.arange(50, 300), FlatIndex(vectors).distances(vectors[:1], np.arange(50, 300))
    for each, shift in ((mapped, 0), (mapped[20:], 20), (mapped[:, :], 0)):
        np.testing.assert_array_equal(MappedRows(each).distances(vectors[0], rows - shift), expected)
    np.save(tmp_path / "other.npy", vectors[::-1])
    (tmp_path / "other.npy").replace(tmp_path / "vectors.npy")
    np.testing.assert_array_equal(MappedRows(mapped).distances(vectors[0], rows), expected)
    everything = MappedRows(mapped).distances(vectors[0], np.arange(N))
    np.testing.assert_array_equal(everything[rows], expected)


def test_rows_that_stand_in_no_list_are_found_as_well(vectors: Vectors, lists: InvertedLists) -> None:
    """Such as listings that were added since the lists were written."""
    grown = np.concatenate([vectors, vectors[1_000:1_010]])
    index = IvfIndex(grown, lists=lists, probes=64)
    assert_same(index.within(grown[1_000:1_005], 0.2), FlatIndex(grown).within(grown[1_000:1_005], 0.2))
    nearest = (each.nearest(grown[1_000:1_005], 9) for each in (index, FlatIndex(grown)))
    assert_same(*(keep_within(found, 0.2) for found in nearest))


def test_rows_that_are_gone_are_not_found(vectors: Vectors, lists: InvertedLists) -> None:
    """Such as listings that were removed; the others keep their order, and copies of what is gone stay."""
    kept = np.delete(np.arange(N), [0, 1_000, 1_003])
    numbers = np.full(N, -1)
    numbers[kept] = np.arange(len(kept))
    index = IvfIndex(vectors[kept], lists=lists.renumbered(numbers), probes=64)
    assert_same(index.within(vectors[995:1_010], 0.2), FlatIndex(vectors[kept]).within(vectors[995:1_010], 0.2))


def test_all_rows_are_near_enough_where_more_are_wanted_than_the_lists_hold(vectors: Vectors) -> None:
    few = vectors[90:120]
    found = IvfIndex(few, probes=1).nearest(few[:3], 30)
    assert np.diff(found.offsets).tolist() == [30] * 3
    assert_same(found, FlatIndex(few).nearest(few[:3], 30))


def test_lists_that_do_not_fit_are_refused(vectors: Vectors, lists: InvertedLists, tmp_path: Path) -> None:
    lists.save(tmp_path / "lists.npz")
    (tmp_path / "codes.bin").write_bytes(lists.codes.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"codes.bin has \d+ bytes, which its lists do not fill"):
        InvertedLists.load(tmp_path / "lists.npz", tmp_path / "codes.bin")
    with pytest.raises(ValueError, match="the lists hold row 5999, but there are 4000"):
        IvfIndex(vectors[:4_000], lists=lists)
    forged = np.fromfile(lists.codes, dtype=np.uint8)
    forged[lists.sizes[0] * lists.centroids.shape[1] :][:8] = 255, 255, 0, 0, 0, 0, 0, 0
    forged.tofile(tmp_path / "codes.bin")
    damaged = IvfIndex(vectors, lists=InvertedLists.load(tmp_path / "lists.npz", tmp_path / "codes.bin"), probes=64)
    with pytest.raises(ValueError, match=r"codes.bin names vector 65535, but there are 5900"):
        damaged.nearest(vectors[:1], N)


def test_recall_is_what_counting_by_hand_gives(vectors: Vectors, lists: InvertedLists) -> None:
    rows = sample_rows(vectors, 200)
    assert len(set(rows.tolist())) == 200
    assert not np.isin(rows, np.arange(100, 200)).any()
    true = true_neighbours(vectors, rows, 0.3, k=5)
    index, flat = IvfIndex(vectors, lists=lists, probes=2), FlatIndex(vectors)
    shares = []
    for place, row in enumerate(rows):
        near, distances = flat.nearest(vectors[row][None], N).of(0)
        wanted = [other for other, far in zip(near, distances, strict=True) if far <= 0.3 and other != row][:5]
        assert true.of(place)[0].tolist() == wanted
        if wanted:
            inside = index.within(vectors[row][None], 0.3).rows.tolist()
            found = index.nearest(vectors[row][None], 52).rows.tolist()
            shares.append(np.mean([other in found and other in inside for other in wanted]))
    measured = measure_recall(index, vectors[rows], true, 0.3)
    assert measured.queries == len(shares) > 150
    assert measured.recall == pytest.approx(np.mean(shares))
    assert measured.recall < 1.0


def test_the_lists_to_search_are_the_least_that_reach_the_recall(vectors: Vectors, lists: InvertedLists) -> None:
    rows = sample_rows(vectors, 300)
    true = true_neighbours(vectors, rows, 0.3)
    probes = probes_for(lists, vectors, rows, true, least=0.99)
    assert 2 <= probes < 32
    recalls = [
        measure_recall(IvfIndex(vectors, lists=lists, probes=count), vectors[rows], true, 0.3).recall
        for count in (probes - 1, probes)
    ]
    assert recalls[0] < 0.99 <= recalls[1] + 1e-9


def test_so_many_lists_are_searched_that_the_recall_is_sure_for_other_queries(
    vectors: Vectors, lists: InvertedLists
) -> None:
    rows = sample_rows(vectors, 300)
    true = true_neighbours(vectors, rows, 0.3)
    probes = probes_for(lists, vectors, rows, true, least=0.97, surely=0.97)
    assert probes > probes_for(lists, vectors, rows, true, least=0.97)

    def at_least(count: int) -> float:
        index = IvfIndex(vectors, lists=lists, probes=count)
        each = [
            measure_recall(index, vectors[[row]], true.part(place, place + 1), 0.3).recall
            for place, row in enumerate(rows.tolist())
            if len(true.of(place)[0])
        ]
        return float(np.mean(each) - 3 * np.std(each, ddof=1) / np.sqrt(len(each)))

    assert at_least(probes - 1) < 0.97 <= at_least(probes)


def test_codes_hold_few_components_where_these_tell_most_vectors_apart(vectors: Vectors, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    turned = np.linalg.qr(rng.normal(size=(256, D)))[0].T  # 20 of 256 dimensions, and a little of the others
    rows = (vectors[200:] @ turned + 0.02 * rng.normal(size=(N - 200, 256))).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    directions = index_directions(rows, 0.2)
    assert directions is not None
    assert directions.shape[1] + 1 <= 64
    np.testing.assert_allclose(directions.T @ directions, np.eye(directions.shape[1]), atol=1e-5)
    lists = write_lists(rows, tmp_path / "codes.bin", 64, directions=directions)
    assert lists.codes.stat().st_size <= (N - 200) * (64 + 8)
    index, queries = IvfIndex(rows, lists=lists, probes=64), rows[:300]
    assert_same(index.within(queries, 0.2), FlatIndex(rows).within(queries, 0.2))
    nearest = (each.nearest(queries, 5) for each in (index, FlatIndex(rows)))
    assert_same(*(keep_within(found, 0.2) for found in nearest))
    with pytest.raises(ValueError, match="the lists are of vectors of 256 numbers, not 64"):
        IvfIndex(rows[:, :64] / np.linalg.norm(rows[:, :64], axis=1, keepdims=True), lists=lists)


@pytest.mark.parametrize("n", [100, N])
def test_codes_hold_all_numbers_where_nothing_is_gained(n: int) -> None:
    """Few vectors, or ones whose variance is spread over all dimensions."""
    rows = np.random.default_rng(4).normal(size=(n, 64)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert index_directions(rows, 0.9) is None


def test_codes_shortened_while_they_are_open_are_one_sentence(
    vectors: Vectors, lists: InvertedLists, tmp_path: Path
) -> None:
    (tmp_path / "codes.bin").write_bytes(lists.codes.read_bytes())
    copy = replace(lists, codes=tmp_path / "codes.bin")
    index = IvfIndex(vectors, lists=copy, probes=64)
    with copy.codes.open("r+b") as stream:
        stream.truncate(1)
    for search in (lambda: index.nearest(vectors[:3], 5), lambda: index.within(vectors[:3], 0.2)):
        with pytest.raises(InputError, match=r"codes\.bin was shortened while it was open"):
            search()
