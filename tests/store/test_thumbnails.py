"""Packed pictures: read by row, whatever becomes of the file."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from product_matching.errors import InputError
from product_matching.store.thumbnails import Thumbnails, open_thumbnails, write_packed

NAMES = ("pictures.bin", "offsets.npy")
PICTURES = [bytes([row]) * (5000 * row) for row in range(8)]


@pytest.fixture
def opened(tmp_path: Path) -> Thumbnails:
    write_packed(tmp_path, NAMES, PICTURES)
    return open_thumbnails(tmp_path / NAMES[0], tmp_path / NAMES[1], len(PICTURES))


def test_threads_read_their_rows_at_once(opened: Thumbnails) -> None:
    rows = [*range(8)] * 50
    with ThreadPoolExecutor(8) as pool:
        assert [found or b"" for found in pool.map(opened.get, rows)] == [PICTURES[row] for row in rows]


def test_pictures_of_a_replaced_file_stay_readable(opened: Thumbnails, tmp_path: Path) -> None:
    (tmp_path / "new.bin").write_bytes(b"other")
    (tmp_path / "new.bin").replace(tmp_path / NAMES[0])
    assert opened.get(7) == PICTURES[7]


def test_a_file_that_was_shortened_is_one_sentence(opened: Thumbnails, tmp_path: Path) -> None:
    os.truncate(tmp_path / NAMES[0], sum(map(len, PICTURES[:4])))
    assert opened.get(3) == PICTURES[3]
    with pytest.raises(InputError, match=r"pictures\.bin was shortened while it was open"):
        opened.get(5)
