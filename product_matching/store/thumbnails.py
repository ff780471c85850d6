"""Small JPEG pictures of the photos, packed into one file with their offsets beside it."""

from __future__ import annotations

import mmap
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from product_matching.store.manifest import THUMBNAIL_OFFSETS_FILE, THUMBNAILS_FILE


class ThumbnailWriter:
    """Pack pictures in order of row; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offsets = [0]

    def __enter__(self) -> Self:
        self._stream = (self._folder / THUMBNAILS_FILE).open("wb")
        return self

    def append(self, picture: bytes) -> None:
        """Add the next row's picture; empty bytes for a row without one."""
        self._stream.write(picture)
        self._offsets.append(self._offsets[-1] + len(picture))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        np.save(self._folder / THUMBNAIL_OFFSETS_FILE, np.array(self._offsets, dtype="<i8"), allow_pickle=False)


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
