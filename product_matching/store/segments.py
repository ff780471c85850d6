"""How a bundle grows: what the manifest says of listings that were added or removed since it was built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from pathlib import PurePosixPath
from typing import Annotated, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from product_matching.validation import Count, Sha256

#: Folder of a bundle that holds a folder for each segment.
SEGMENTS_FOLDER = "segments"
#: Hidden file of a bundle whose lock the one program holds that changes it.
LOCK_FILE = ".lock"

SegmentName = Annotated[str, Field(strict=True, pattern=r"^[0-9]{4,9}-[0-9a-f]{8}$")]
RemovedName = Annotated[str, Field(strict=True, pattern=r"^removed-[0-9]{4,9}-[0-9a-f]{8}\.npy$")]
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_CONFIG)
class FileEntry:
    """Size and content of one file of a bundle.

    Attributes
    ----------
    bytes, sha256
        Of the whole file.
    spots
        `product_matching.files.spots_sha256`, which is checked whenever the bundle is opened; None in a bundle from
        before it was noted.
    """

    bytes: Count
    sha256: Sha256
    spots: Sha256 | None = None


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Segment:
    """Listings that were added together; its files never change.

    Attributes
    ----------
    name
        Of its folder within `SEGMENTS_FOLDER`.
    n_listings
        Rows of its files, those of listings that were removed since among them.
    files
        Its files by name.
    """

    name: SegmentName
    n_listings: Count
    files: dict[str, FileEntry]


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class RemovedRows:
    """The rows that no reader sees any more: a file with their numbers, counted over the base and all segments.

    Attributes
    ----------
    name
        Of the file, in the bundle's folder.
    n
        Number of rows.
    entry
        Its size and content.
    """

    name: RemovedName
    n: Count
    entry: FileEntry


class Part(NamedTuple):
    """Rows of a bundle that lie in one folder; `folder` is relative to that of the bundle, "" for the same."""

    folder: str
    n: int


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Growth:
    """What was added to a bundle and removed from it since it was built or compacted.

    Attributes
    ----------
    n_base
        Rows of the base, which is what was built, those of removed listings among them.
    segments
        What was added, in this order.
    removed
        The rows that were removed; None for none.
    base
        Folder within `SEGMENTS_FOLDER` that holds the files of the base while a bundle is compacted; None where they
        lie in the bundle's folder.
    """

    n_base: Count
    segments: tuple[Segment, ...] = field(default=())
    removed: RemovedRows | None = None
    base: SegmentName | None = None

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        names = [segment.name for segment in self.segments] + ([] if self.base is None else [self.base])
        if len(set(names)) != len(names):
            raise ValueError("two segments have the same name")
        return self

    @property
    def n_rows(self) -> int:
        """Rows of all files together."""
        return self.n_base + sum(segment.n_listings for segment in self.segments)

    @property
    def n_live(self) -> int:
        """Rows that readers see."""
        return self.n_rows - (0 if self.removed is None else self.removed.n)

    @property
    def parts(self) -> list[Part]:
        """The folders of the rows, the base first."""
        base = "" if self.base is None else segment_path(self.base)
        return [Part(base, self.n_base), *(Part(segment_path(one.name), one.n_listings) for one in self.segments)]


def segment_path(name: str) -> str:
    """Path of a segment's folder below the bundle's, with forward slashes."""
    return str(PurePosixPath(SEGMENTS_FOLDER, name))


class LiveRows:
    """The rows that readers see, over all parts of a bundle in their order.

    Parameters
    ----------
    sizes
        Rows of each part.
    removed
        Rows that are not seen, counted over all parts; ascending, shape (R,).
    """

    def __init__(self, sizes: Sequence[int], removed: npt.NDArray[np.int64] | None = None) -> None:
        self._starts = np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))])
        seen = np.ones(int(self._starts[-1]), dtype=np.bool_)
        if removed is not None:
            seen[removed] = False
        self._seen = seen
        self._rows = np.flatnonzero(seen)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def is_whole(self) -> bool:
        """Whether there is one part, all of which is seen."""
        return len(self._starts) == 2 and len(self._rows) == len(self._seen)

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Row of each one that is seen, counted over all parts; ascending, shape (N,)."""
        return self._rows

    @property
    def parts(self) -> npt.NDArray[np.int64]:
        """Part of each row that is seen; shape (N,)."""
        return np.searchsorted(self._starts, self._rows, side="right") - 1

    def of_part(self, part: int) -> npt.NDArray[np.int64]:
        """Rows of one part that are seen, counted within it; ascending."""
        return np.flatnonzero(self._seen[self._starts[part] : self._starts[part + 1]])

    def place(self, row: int) -> tuple[int, int]:
        """Part of a row that is seen, and its number within the part; negative rows count from the end."""
        overall = int(self._rows[row])
        part = int(np.searchsorted(self._starts, overall, side="right")) - 1
        return part, overall - int(self._starts[part])
