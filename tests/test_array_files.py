"""Arrays are refused by their headers, and mapped files that become shorter by their size."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from product_matching.array_files import KeptSize, check_archive, map_array, read_array
from product_matching.errors import InputError

ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "rows.npy", ROWS)
    return tmp_path / "rows.npy"


def test_an_array_is_mapped_or_read_as_it_was_saved(path: Path) -> None:
    for open_array in (map_array, read_array):
        np.testing.assert_array_equal(open_array(path, shape=(4, 3), dtype=np.float32), ROWS)
        for shape, dtype in (((3, 4), np.float32), ((4, 3), np.float64), ((4, 3, 1), np.float32)):
            with pytest.raises(ValueError, match=r"rows\.npy has shape \(4, 3\) of float32"):
                open_array(path, shape=shape, dtype=dtype)


def test_what_is_computed_from_a_mapped_file_is_a_plain_array(path: Path) -> None:
    mapped = map_array(path, shape=(4, 3), dtype=np.float32)
    for made, expected in (
        (mapped[[2, 0]], ROWS[[2, 0]]),
        (mapped @ ROWS[1], ROWS @ ROWS[1]),
        (2 * mapped, 2 * ROWS),
        (np.linalg.norm(mapped, axis=1), np.linalg.norm(ROWS, axis=1)),
        (mapped.sum(axis=0), ROWS.sum(axis=0)),
        (mapped[1:3].astype(np.float64), ROWS[1:3]),
    ):
        assert type(made) is np.ndarray or not isinstance(made, np.memmap) or made._mmap is None
        np.testing.assert_array_equal(made, expected)
    assert mapped[1, 2] == 5
    assert isinstance(mapped[1:3], np.memmap)


def test_a_mapped_file_that_was_shortened_is_one_sentence_and_one_that_was_replaced_is_read(path: Path) -> None:
    replaced, shortened = (map_array(path, shape=(4, 3), dtype=np.float32) for _ in range(2))
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    np.testing.assert_array_equal(replaced[:], ROWS)
    shortened = map_array(path, shape=(4, 3), dtype=np.float32)
    with path.open("r+b") as stream:
        stream.truncate(130)
    for touch in (lambda: shortened[3], lambda: shortened[1:][0], lambda: shortened @ ROWS[0], lambda: shortened.T[0]):
        with pytest.raises(InputError, match=r"rows\.npy was shortened while it was open"):
            touch()


def test_a_file_that_another_library_maps_is_looked_at(path: Path) -> None:
    kept = KeptSize(path)
    kept.check()
    with path.open("ab") as stream:
        stream.write(b"more")
    kept.check()
    with path.open("r+b") as stream:
        stream.truncate(5)
    with pytest.raises(InputError, match="shortened"):
        kept.check()


def test_an_archive_of_sound_arrays_passes_and_one_whose_header_says_more_does_not(tmp_path: Path, path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", rows=ROWS, text=np.array("key"), none=np.zeros((0, 3)))
    check_archive(tmp_path / "a.npz")
    with ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("rows.npy", path.read_bytes().replace(b"(4, 3)", b"(9, 9)"))
    with pytest.raises(ValueError, match=r"'rows\.npy' has 176 bytes for shape \(9, 9\)"):
        check_archive(tmp_path / "b.npz")
    np.savez_compressed(tmp_path / "c.npz", rows=np.zeros(40_000_000, dtype=np.int8))
    with pytest.raises(ValueError, match=r"c\.npz would unpack to 40,000,128 bytes"):
        check_archive(tmp_path / "c.npz")
