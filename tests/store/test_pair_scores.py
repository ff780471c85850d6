"""Kept scores of pairs: read as they were written, and computed anew where they are not usable."""

import logging
from pathlib import Path

import numpy as np
import pytest

from product_matching.search.neighbours import Neighbours, sort_neighbours
from product_matching.store.kept_pairs import MAX_PAIRS, PAIR_SCORES_FILE
from product_matching.store.pair_scores import read_pair_scores, write_pair_scores

N = 40


@pytest.fixture
def near() -> Neighbours:
    rng = np.random.default_rng(3)
    first, second = np.triu_indices(N, 1)
    kept = rng.random(len(first)) < 0.2
    first, second = first[kept], second[kept]
    distances = np.round(rng.choice([0.0, 1.0, *rng.random(20)], len(first)), 6)
    own = np.arange(N)
    return sort_neighbours(
        np.concatenate([own, first, second]),
        np.concatenate([own, second, first]),
        np.concatenate([np.zeros(N), distances, distances]),
        N,
    )


def test_scores_are_read_as_they_were_written(tmp_path: Path, near: Neighbours) -> None:
    assert read_pair_scores(tmp_path, "a", N) is None
    write_pair_scores(tmp_path, "a", near)
    read = read_pair_scores(tmp_path, "a", N)
    assert read is not None
    for name in ("offsets", "rows", "distances"):
        assert np.array_equal(getattr(read, name), getattr(near, name))
    first = (tmp_path / PAIR_SCORES_FILE).read_bytes()
    write_pair_scores(tmp_path, "a", near)
    assert (tmp_path / PAIR_SCORES_FILE).read_bytes() == first


def test_scores_of_another_state_are_not_read(tmp_path: Path, near: Neighbours) -> None:
    write_pair_scores(tmp_path, "a", near)
    assert read_pair_scores(tmp_path, "b", N) is None
    assert read_pair_scores(tmp_path, "a", N + 1) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"not a zip"])
def test_a_damaged_file_is_as_none(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / PAIR_SCORES_FILE).write_bytes(content)
    with caplog.at_level(logging.INFO):
        assert read_pair_scores(tmp_path, "a", N) is None
    assert "is not used" in caplog.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("second", np.array([N])),
        ("second", np.array([0])),
        ("steps", np.array([1_000_001])),
        ("first", np.array([1, 2])),
        ("first", np.array([[1]])),
        ("steps", np.array([{}], dtype=object)),
        ("first", np.array(["x"])),
    ],
)
def test_a_forged_file_is_as_none(tmp_path: Path, name: str, value: np.ndarray) -> None:
    arrays = {"first": np.array([1]), "second": np.array([2]), "steps": np.array([500_000]), name: value}
    np.savez(tmp_path / PAIR_SCORES_FILE, key=np.array("a"), n=np.array(N), **arrays)
    assert read_pair_scores(tmp_path, "a", N) is None


def test_a_bomb_is_refused_by_its_directory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    zeros = np.zeros(MAX_PAIRS * 2, dtype=np.int64)
    np.savez_compressed(tmp_path / PAIR_SCORES_FILE, key=np.array("a"), n=np.array(N), first=zeros)
    with caplog.at_level(logging.INFO):
        assert read_pair_scores(tmp_path, "a", N) is None
    assert "is larger" in caplog.text
