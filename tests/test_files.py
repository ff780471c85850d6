"""Files written whole or not at all."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.files import atomic_file, file_sha256, read_json, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Stopped(Exception):
    """What stops a writer half-way."""


def test_a_file_is_the_old_one_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with atomic_file(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
        assert partial.parent.parent == tmp_path
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("error", [Stopped(), KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_writer_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def write() -> None:
        with atomic_file(path) as partial:
            partial.write_text("half of the n")
            raise error

    with pytest.raises((Stopped, KeyboardInterrupt, InputError)):
        write()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.csv"]


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    sentence = r"^The report .*a\.json cannot be written \(No space left on device\)\.$"
    with pytest.raises(InputError, match=sentence), atomic_file(tmp_path / "a.json", what="report"):
        raise OSError(28, "No space left on device")


def test_the_temporary_name_ends_as_the_file_does(tmp_path: Path) -> None:
    """numpy adds .npy to any other ending, and Pillow goes by it."""
    with atomic_file(tmp_path / "a.npy", durable=True) as partial:
        np.save(partial, np.arange(3))
    assert np.load(tmp_path / "a.npy").tolist() == [0, 1, 2]
    assert names(tmp_path) == ["a.npy"]


def test_permissions_of_a_file_are_kept_and_a_new_one_follows_the_mask(tmp_path: Path) -> None:
    write_text(tmp_path / "new", "a")
    (tmp_path / "plain").write_text("a")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "new").chmod(0o600)
    write_text(tmp_path / "new", "b")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.txt").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "far" / "a.txt")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "a.txt").read_text() == "new"


def test_what_is_no_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "none" / "a.txt", Path(os.devnull)):
        with pytest.raises(InputError, match="cannot be written: give a file in a folder that exists"):
            write_text(path, "a")
    assert names(tmp_path) == ["pipe"]
    assert not Path(os.devnull).is_file()


def test_missing_folders_are_made_where_asked(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b" / "c.txt", "text", parents=True)
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "text"
    with pytest.raises(InputError, match=r"cannot be written \(Not a directory\)|\(File exists\)"):
        write_text(tmp_path / "a" / "b" / "c.txt" / "d" / "e.txt", "text", parents=True)


def test_sha256_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 5_000_000)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(b"x" * 5_000_000).hexdigest()


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda path: None, r"a\.json cannot be read \(No such file or directory\)"),
        (lambda path: path.mkdir(), r"cannot be read \(Is a directory\)"),
        (lambda path: path.write_text(" " * 101), "is too large: it may have at most 100 bytes"),
        (lambda path: path.write_text("{"), r"is not JSON in UTF-8 \(Expecting property name"),
        (lambda path: path.write_bytes(b'"\xff"'), "is not JSON in UTF-8 .*can't decode"),
        (lambda path: path.write_text('{"a": NaN}'), "NaN is no number of JSON"),
        (lambda path: path.write_text("-Infinity"), "-Infinity is no number of JSON"),
    ],
)
def test_json_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, write: Callable[[Path], object], sentence: str
) -> None:
    write(tmp_path / "a.json")
    with pytest.raises(InputError, match=sentence) as caught:
        read_json(tmp_path / "a.json", max_bytes=100)
    assert "\n" not in str(caught.value)


def test_json_of_the_largest_size_is_read_and_deep_nesting_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[1]" + " " * 97)
    assert read_json(path, max_bytes=100) == [1]
    path.write_text("[" * 200_000)
    with pytest.raises(InputError, match="is not JSON"):
        read_json(path, max_bytes=10**6)
