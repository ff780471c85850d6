"""Folders written whole or not at all."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from product_matching import folders
from product_matching.errors import InputError
from product_matching.folders import atomic_folder
from tests.store.killing import Killed, killed_at


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def old_folder(parent: Path) -> Path:
    (parent / "out").mkdir(parents=True)
    (parent / "out" / "old").touch()
    return parent / "out"


class Stopped(Exception):
    """What stops a writer half-way."""


def test_a_folder_is_the_old_one_until_the_new_one_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    for content in ("old", "new"):
        with atomic_folder(out) as folder:
            (folder / content).write_text(content)
            assert content == "old" or names(out) == ["old"]
    assert names(out) == ["new"]
    assert names(out.parent) == ["out"]


def test_a_build_that_fails_leaves_the_old_folder(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "out") as folder:
        (folder / "old").touch()

    def build() -> None:
        with atomic_folder(tmp_path / "out") as folder:
            (folder / "new").touch()
            raise Stopped

    with pytest.raises(Stopped):
        build()
    assert names(tmp_path / "out") == ["old"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("in_one_step", [True, False])
def test_an_exchange_that_fails_half_way_brings_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    out, rename = old_folder(tmp_path), Path.rename

    def fail(*_: Path) -> bool:
        if not in_one_step:
            return False
        raise OSError(5, "Input/output error")

    def fail_to_put_in_place(self: Path, target: Path) -> Path:
        if target == out and self.name == "out":
            raise OSError(5 if not out.exists() else 39, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(folders, "exchange_names", fail)
    monkeypatch.setattr(Path, "rename", fail_to_put_in_place)
    with (
        pytest.raises(InputError, match=r"out cannot be written \(Input/output error\): give another one"),
        atomic_folder(out) as folder,
    ):
        (folder / "new").touch()
    assert names(out) == ["old"]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_kill_at_any_file_operation_leaves_the_old_folder_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    exchange = folders.exchange_names
    some_file = os.open(tmp_path, os.O_RDONLY)

    def counted(first: Path, second: Path) -> bool:
        os.fsync(some_file)  # which is counted; the exchange is no function of os
        return exchange(first, second)

    def replace_folder(out: Path) -> None:
        with atomic_folder(out) as folder:
            (folder / "new").write_text("new")

    operation, found = 0, set()
    while True:
        out = old_folder(tmp_path / str(operation))
        with pytest.MonkeyPatch.context() as patch, killed_at(operation) as asked:
            patch.setattr(folders, "exchange_names", counted if in_one_step else lambda *_: False)
            with suppress(Killed, OSError):
                replace_folder(out)
        if len(asked) <= operation:
            break
        folders.remove_leftovers(out)
        found.add(*names(out))
        assert names(out.parent) == ["out"]
        operation += 1
    os.close(some_file)
    assert found == {"old", "new"}


def test_what_killed_builds_left_is_removed_and_what_others_fill_is_not(tmp_path: Path) -> None:
    for left in (".out.abcdefgh.partial", ".out.more.abcdefgh.partial", ".other.abcdefgh.partial"):
        (tmp_path / left).mkdir()
        (tmp_path / left / "half").touch()
    with atomic_folder(tmp_path / "out") as first:
        (first / "first").touch()
        with atomic_folder(tmp_path / "out") as second:
            (second / "second").touch()
        assert names(first) == ["first"]
    assert names(tmp_path / "out") == ["first"]
    assert names(tmp_path) == [".other.abcdefgh.partial", ".out.more.abcdefgh.partial", "out"]


@pytest.mark.parametrize("exists", [False, True])
def test_builds_at_the_same_moment_never_meet(tmp_path: Path, exists: bool) -> None:
    """Each of many finds its own folder as it left it, and one of them stays, whole."""
    out, together = tmp_path / "out", threading.Barrier(8)
    if exists:
        out.mkdir()
        (out / "old").touch()

    def build(number: int) -> None:
        with atomic_folder(out) as folder:
            (folder / f"first{number}").touch()
            together.wait(timeout=30)
            (folder / f"second{number}").touch()
            together.wait(timeout=30)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(build, range(8)))
    number = names(out)[0][-1]
    assert names(out) == [f"first{number}", f"second{number}"]
    assert names(tmp_path) == ["out"]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(InputError, match=r"out cannot be written .*: give another one"),
        atomic_folder(tmp_path / "file" / "out"),
    ):
        raise AssertionError("not reached")


def test_a_full_disk_is_one_sentence_that_names_the_folder_and_leaves_nothing(tmp_path: Path) -> None:
    def fill() -> None:
        with atomic_folder(tmp_path / "out") as folder:
            (folder / "part").write_text("some")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match=r"The folder .*/out cannot be written \(No space left on device\)"):
        fill()
    assert names(tmp_path) == []
