"""Small JPEG pictures of photos, packed into one file with their offsets beside it."""

from __future__ import annotations

import mmap
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt


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
    """The packed pictures of a bundle, mapped once: they stay readable when the bundle is replaced meanwhile.

    Parameters
    ----------
    path
        The packed file.
    offsets
        Shape (N + 1,), int64: row r's JPEG is bytes ``offsets[r]`` to ``offsets[r + 1]``.
    """

    def __init__(self, path: Path, offsets: npt.NDArray[np.int64]) -> None:
        self._offsets = offsets
        with path.open("rb") as stream:
            self._pictures = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def get(self, row: int) -> bytes | None:
        """JPEG bytes of one row's picture, None where it has none."""
        start, stop = int(self._offsets[row]), int(self._offsets[row + 1])
        return None if start == stop else self._pictures[start:stop]

    def sizes(self) -> npt.NDArray[np.int64]:
        """Bytes of each row's picture; shape (N,)."""
        return np.diff(self._offsets)


def open_thumbnails(packed: Path, offsets_file: Path, count: int) -> Thumbnails:
    """Map packed pictures and check that the offsets fit them.

    Raises
    ------
    ValueError
        The offsets are not those of `count` pictures in this file.
    """
    offsets = np.load(offsets_file, allow_pickle=False)
    if offsets.shape != (count + 1,) or offsets.dtype != np.int64:
        raise ValueError(f"{offsets_file.name} has shape {offsets.shape} of {offsets.dtype}")
    if offsets[0] != 0 or offsets[-1] != packed.stat().st_size or (np.diff(offsets) < 0).any():
        raise ValueError(f"{offsets_file.name} does not fit {packed.name}")
    return Thumbnails(packed, offsets)
