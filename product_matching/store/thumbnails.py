"""Small JPEG pictures of photos, packed into one file with their offsets beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Protocol, Self
from weakref import finalize

import numpy as np
import numpy.typing as npt

from product_matching.array_files import read_array
from product_matching.errors import InputError
from product_matching.store.segments import LiveRows, Part


class PackedRows(Protocol):
    """Bytes by row, such as pictures."""

    def __len__(self) -> int:
        """Number of rows."""

    def get(self, row: int) -> bytes | None:
        """Bytes of one row; None where it has none."""

    def sizes(self) -> npt.NDArray[np.int64]:
        """Number of bytes of each row; shape (N,)."""


class ThumbnailWriter:
    """Pack pictures in order of row; a context manager.

    Parameters
    ----------
    packed, offsets
        The files to write: the pictures one after the other, and where each begins.
    """

    def __init__(self, packed: Path, offsets: Path) -> None:
        self._packed, self._offsets_file = packed, offsets
        self._offsets = [0]

    def __enter__(self) -> Self:
        self._stream = self._packed.open("wb")
        return self

    def append(self, picture: bytes) -> None:
        """Add the next row's picture; empty bytes for a row without one."""
        self._stream.write(picture)
        self._offsets.append(self._offsets[-1] + len(picture))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        np.save(self._offsets_file, np.array(self._offsets, dtype="<i8"), allow_pickle=False)


class Thumbnails:
    """The packed pictures of a bundle, opened once: they stay readable when the bundle is replaced meanwhile.

    Each picture is read when it is asked for. A mapped file would end the process where it was shortened in place.

    Parameters
    ----------
    path
        The packed file.
    offsets
        Shape (N + 1,), int64: row r's JPEG is bytes ``offsets[r]`` to ``offsets[r + 1]``.
    """

    def __init__(self, path: Path, offsets: npt.NDArray[np.int64]) -> None:
        self._offsets, self._path = offsets, path
        self._stream, self._lock = path.open("rb"), Lock()
        finalize(self, self._stream.close)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def get(self, row: int) -> bytes | None:
        """JPEG bytes of one row's picture, None where it has none.

        Raises
        ------
        InputError
            The file has become shorter since it was opened, or cannot be read any more.
        """
        start, stop = int(self._offsets[row]), int(self._offsets[row + 1])
        if start == stop:
            return None
        try:
            picture = self._read(start, stop - start)
        except OSError as error:
            raise InputError(f"{self._named()} cannot be read ({error.strerror}).") from error
        if len(picture) != stop - start:
            raise InputError(f"{self._named()} was shortened while it was open: build the bundle anew.")
        return picture

    def _named(self) -> str:
        """The file with the folder that it lies in, without where that is: a visitor of the app may read it."""
        return f"{self._path.parent.name}/{self._path.name}"

    def _read(self, start: int, size: int) -> bytes:
        with self._lock:
            self._stream.seek(start)
            return self._stream.read(size)

    def sizes(self) -> npt.NDArray[np.int64]:
        """Bytes of each row's picture; shape (N,)."""
        return np.diff(self._offsets)


def write_packed(folder: Path, names: tuple[str, str], rows: Iterable[bytes]) -> None:
    """Pack the bytes of some rows into the two files of these names; empty bytes for a row without any."""
    with ThumbnailWriter(folder / names[0], folder / names[1]) as writer:
        for row in rows:
            writer.append(row)


class JoinedThumbnails:
    """The packed pictures of several parts of a bundle, as one.

    Parameters
    ----------
    parts
        Those of each part.
    live
        Their rows that are seen.
    """

    def __init__(self, parts: Sequence[PackedRows], live: LiveRows) -> None:
        self._parts, self._live = tuple(parts), live

    def __len__(self) -> int:
        return len(self._live)

    def get(self, row: int) -> bytes | None:
        """JPEG bytes of one row's picture, None where it has none."""
        part, within = self._live.place(row)
        return self._parts[part].get(within)

    def sizes(self) -> npt.NDArray[np.int64]:
        """Bytes of each row's picture; shape (N,)."""
        return np.concatenate([part.sizes() for part in self._parts])[self._live.rows]


def open_thumbnails(packed: Path, offsets_file: Path, count: int) -> Thumbnails:
    """Open packed pictures and check that the offsets fit them.

    Raises
    ------
    ValueError
        The offsets are not those of `count` pictures in this file.
    """
    offsets = read_array(offsets_file, shape=(count + 1,), dtype=np.int64)
    if offsets[0] != 0 or offsets[-1] != packed.stat().st_size or (np.diff(offsets) < 0).any():
        raise ValueError(f"{offsets_file.name} does not fit {packed.name}")
    return Thumbnails(packed, offsets)


def open_parts(folder: Path, parts: Sequence[Part], live: LiveRows, *, names: tuple[str, str]) -> PackedRows:
    """Open the packed rows of all parts of a bundle, whose files are called `names`; see `open_thumbnails`."""
    packed, offsets = names
    opened = [open_thumbnails(folder / part.folder / packed, folder / part.folder / offsets, part.n) for part in parts]
    return opened[0] if live.is_whole else JoinedThumbnails(opened, live)
