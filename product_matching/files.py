"""Files written whole or not at all, their SHA-256, and JSON read with a limit."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from product_matching.errors import InputError, said

#: Blocks of a file whose content tells it from another one, and the bytes of each.
_SPOTS, _SPOT_BYTES = 8, 8192


@contextmanager
def atomic_file(path: Path, *, what: str = "file", parents: bool = False, durable: bool = False) -> Iterator[Path]:
    """Give a temporary path of the same name to write to, and put that file in place when all went well.

    At any moment `path` is the old file, the new one, or none where there was none. The temporary path lies in a hidden
    folder beside it that no other writer has, and is removed whatever happens.

    Parameters
    ----------
    path
        The file; one that is there is replaced and its permissions are kept. A link is followed.
    what
        What an error calls it.
    parents
        Whether missing folders above it are made.
    durable
        Whether the content must be on the disk, not only in its cache, before it takes the place of the old file.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    target = Path(os.path.realpath(path))
    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        check_place(path, what=what)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", suffix=".partial", dir=target.parent) as folder:
            partial = Path(folder) / target.name
            yield partial
            if durable:
                with partial.open("rb") as written:
                    os.fsync(written.fileno())
            if target.exists():
                shutil.copymode(target, partial)
            partial.replace(target)
    except OSError as error:
        raise InputError(f"The {what} {path} cannot be written ({error.strerror or error}).") from error


def check_place(path: Path, *, what: str = "file") -> None:
    """Refuse a path that no file can be written to, before the work whose result it is to hold.

    Raises
    ------
    InputError
        Its folder does not exist, or the path is none of a file.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir() or (target.exists() and not target.is_file()):
        raise InputError(f"The {what} {path} cannot be written: give a file in a folder that exists.")


def write_text(path: Path, text: str, *, what: str = "file", parents: bool = False) -> None:
    """Write a text file in UTF-8, whole or not at all; see `atomic_file` for the rest."""
    with atomic_file(path, what=what, parents=parents) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def link_file(old: Path, new: Path) -> None:
    """Give a file a second name, in another folder; copied where the file system has no links."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def spots_sha256(path: Path) -> str:
    """SHA-256 of blocks that are spread evenly over a file, its beginning and end among them; takes no time to tell.

    It tells files of different content apart, but not a file from the same one with a few bytes changed.
    """
    size, digest = path.stat().st_size, hashlib.sha256()
    with path.open("rb") as stream:
        for spot in range(_SPOTS):
            stream.seek(max(0, size - _SPOT_BYTES) * spot // (_SPOTS - 1))
            digest.update(stream.read(_SPOT_BYTES))
    return digest.hexdigest()


def read_json(path: Path, *, max_bytes: int) -> Any:
    """Read a JSON file in UTF-8 that is no larger than it can rightly be.

    Parameters
    ----------
    path
        The file.
    max_bytes
        Most bytes that it may have; no more than one beyond is read.

    Raises
    ------
    InputError
        The file cannot be read, is larger, or holds no JSON; NaN and infinities are none.
    """
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size or max_bytes  # memory is taken for as much as is asked for
            content = stream.read(min(size, max_bytes) + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) > max_bytes:
        raise InputError(f"{path} is too large: it may have at most {max_bytes:,} bytes.")
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON in UTF-8 ({said(error, 80)}).") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
