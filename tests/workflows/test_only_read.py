"""A bundle or a folder that may only be read: what is kept to be faster is skipped, all else is one sentence."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.workflows.build import BuildOptions, build_bundle


@contextmanager
def only_read(folder: Path) -> Iterator[None]:
    """Let no file or folder be made, written or replaced below a folder, as on a disk that is mounted read-only."""

    def guarded(name: str) -> Callable[..., Any]:
        do = getattr(os, name)

        def call(path: Any, *arguments: Any, **options: Any) -> Any:
            flags = arguments[0] if name == "open" else os.O_WRONLY
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes and Path(os.path.realpath(path)).is_relative_to(folder):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
            return do(path, *arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("mkdir", "open", "replace", "rename", "unlink"):
            patch.setattr(os, name, guarded(name))
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    listings = pd.DataFrame({"posting_id": ["id0", "id1", "id2"], "title": ["red lamp", "red lamp", "tea"]})
    build_bundle(Catalogue(listings, None), tmp_path / "bundles" / "bundle", options=BuildOptions(title_threshold=0.3))
    return tmp_path / "bundles" / "bundle"


def test_matches_of_a_bundle_that_is_only_read_are_found_and_what_cannot_be_kept_is_logged(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = {path.name for path in folder.iterdir()}
    with only_read(folder.parent):
        done = CliRunner().invoke(app, ["match", str(folder), "--out", str(tmp_path / "matches.csv")])
    assert done.exit_code == 0, done.exception
    assert "id0,id0 id1" in (tmp_path / "matches.csv").read_text(encoding="utf-8")
    assert "cannot be written (Read-only file system)" in caplog.text
    assert {path.name for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "command",
    [
        ("match", "{bundle}", "--out", "{bundle}/../matches.csv"),
        ("add", "{bundle}", "{new}"),
        ("remove", "{bundle}", "id0"),
        ("compact", "{bundle}"),
        ("map", "{bundle}"),
        ("build", "{new}", "--out", "{bundle}", "--overwrite"),
        ("build", "{new}", "--out", "{bundle}/../another"),
        ("decisions", "export", "{bundle}", "--out", "{bundle}/../decisions.csv"),
        ("decisions", "backup", "--out", "{bundle}/../backup"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_was_asked_to_be_written_is_one_sentence_with_the_path(
    folder: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "new.csv").write_text("posting_id,title\nnew,blue chair\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with only_read(folder.parent):
        done = CliRunner().invoke(app, [part.format(bundle=folder, new=tmp_path / "new.csv") for part in command])
    assert isinstance(done.exception, InputError), done.exception
    assert "Read-only file system" in str(done.exception)
    assert str(folder.parent) in str(done.exception)
    assert "\n" not in str(done.exception)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
