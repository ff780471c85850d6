"""Nearest listings kept beside a bundle: read as they were written, and not at all where they cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.neighbours import Neighbours
from product_matching.store import kept_joins
from product_matching.store.kept_joins import read_joins, write_joins
from product_matching.store.kept_pairs import KEPT_JOINS_FILE

N = 40


@pytest.fixture
def found() -> list[Neighbours]:
    vectors = np.random.default_rng(0).normal(size=(N, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    empty = Neighbours(np.zeros(N + 1, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return [DenseJoin().nearest(vectors, 5), empty, DenseJoin().nearest(-vectors[::-1], 60)]


def test_they_are_read_as_they_were_written(tmp_path: Path, found: list[Neighbours]) -> None:
    write_joins(tmp_path, "key", found)
    read = read_joins(tmp_path, "key", N)
    assert len(read) == len(found)
    for one, other in zip(read, found, strict=True):
        for name in ("offsets", "rows", "distances"):
            assert getattr(one, name).dtype == getattr(other, name).dtype
            assert np.array_equal(getattr(one, name), getattr(other, name))


def test_those_of_another_state_are_not_used(tmp_path: Path, found: list[Neighbours]) -> None:
    assert read_joins(tmp_path, "key", N) == []
    write_joins(tmp_path, "key", found)
    assert read_joins(tmp_path, "other", N) == []
    assert read_joins(tmp_path, "key", N + 1) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows0", np.full(5 * N, N, np.uint32)),
        ("steps0", np.full(5 * N, 2_000_001, np.uint32)),
        ("counts0", np.full(N, 4, np.uint32)),
        ("rows0", np.zeros((N, 5), np.uint32)),
        ("joins", np.array(3)),
        ("joins", np.array(["many"])),
        ("rows0", np.array([{"a": 1}] * 5 * N, dtype=object)),
    ],
)
def test_a_damaged_file_is_not_used(tmp_path: Path, found: list[Neighbours], name: str, value: Any) -> None:
    write_joins(tmp_path, "key", found[:1])
    with np.load(tmp_path / KEPT_JOINS_FILE) as kept:
        arrays = dict(kept)
    np.savez(tmp_path / KEPT_JOINS_FILE, **(arrays | {name: value}))
    assert read_joins(tmp_path, "key", N) == []


def test_a_file_larger_than_any_that_is_kept_is_not_opened(
    tmp_path: Path, found: list[Neighbours], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_joins(tmp_path, "key", found)
    monkeypatch.setattr(kept_joins, "MAX_ROWS", 10)
    monkeypatch.setattr(kept_joins, "_BESIDE_BYTES", 0)
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("it was opened"))
    assert read_joins(tmp_path, "key", N) == []
    (tmp_path / KEPT_JOINS_FILE).unlink()
    write_joins(tmp_path, "key", found)
    assert not (tmp_path / KEPT_JOINS_FILE).exists()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, found: list[Neighbours]) -> None:
    with pytest.raises(InputError):
        write_joins(tmp_path / "gone", "key", found)
