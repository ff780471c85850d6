"""Kept distances of pairs: read as they were written, and refused where they cannot be used."""

import json
from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.thresholds import Thresholds
from product_matching.store.kept_pairs import PAIR_DISTANCES_FILE
from product_matching.store.pair_distances import (
    NearPairs,
    has_pair_distances,
    read_pair_distances,
    write_pair_distances,
)

N = 30


@pytest.fixture
def near() -> NearPairs:
    rng = np.random.default_rng(5)
    first, second = np.triu_indices(N, 1)
    photo, title = (np.round(rng.choice([0.0, 2.0, 1 / 3, *rng.random(20)], len(first)), 6) for _ in range(2))
    photo[::7] = np.nan
    return NearPairs(
        n=N,
        first=first,
        second=second,
        photo=photo,
        title=title,
        thresholds=Thresholds(0.3, None, 0.25),
    )


def test_distances_are_read_as_they_were_written(tmp_path: Path, near: NearPairs) -> None:
    assert read_pair_distances(tmp_path, "a", N) is None
    write_pair_distances(tmp_path, "a", near)
    read = read_pair_distances(tmp_path, "a", N)
    assert read is not None
    for name in ("first", "second", "photo", "title"):
        np.testing.assert_array_equal(getattr(read, name), getattr(near, name))
    assert read.thresholds == near.thresholds
    assert has_pair_distances(tmp_path, "a", N)


def test_distances_of_another_state_are_not_read(tmp_path: Path, near: NearPairs) -> None:
    write_pair_distances(tmp_path, "a", near)
    for key, n in (("b", N), ("a", N + 1)):
        assert read_pair_distances(tmp_path, key, n) is None
        assert not has_pair_distances(tmp_path, key, n)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("photo", np.array([2_000_002])),
        ("title", np.array([-1])),
        ("title", np.array([1, 2])),
        ("second", np.array([N])),
        ("first", np.array([-1])),
        ("note", np.array("[0.3]")),
        ("note", np.array("[7, null, null]")),
        ("note", np.array("[0.3, null, null, 1]")),
        ("note", np.array('{"photo": ')),
        ("note", np.array([{}], dtype=object)),
        (None, None),
    ],
)
def test_a_forged_file_is_as_none(tmp_path: Path, name: str | None, value: np.ndarray | None) -> None:
    arrays = {"first": np.array([1]), "second": np.array([2]), "photo": np.array([5]), "title": np.array([6])}
    arrays |= {"key": np.array("a"), "n": np.array(N), "note": np.array(json.dumps([0.3, None, None]))}
    np.savez(tmp_path / PAIR_DISTANCES_FILE, **arrays)
    assert read_pair_distances(tmp_path, "a", N) is not None
    np.savez(tmp_path / PAIR_DISTANCES_FILE, **{key: each for key, each in (arrays | {name: value}).items() if key})
    if name is None:
        (tmp_path / PAIR_DISTANCES_FILE).write_bytes(b"PK\x03\x04 cut")
        assert not has_pair_distances(tmp_path, "a", N)
    assert read_pair_distances(tmp_path, "a", N) is None


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, near: NearPairs) -> None:
    with pytest.raises(InputError, match="distances of pairs"):
        write_pair_distances(tmp_path / "gone", "a", near)
