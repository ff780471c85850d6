"""The ids of a bundle's listings without opening all of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from product_matching.damage import DAMAGES
from product_matching.errors import InputError, said
from product_matching.parquet_files import check_parquet
from product_matching.store.bundle import PHOTO_SHA256, live_rows
from product_matching.store.manifest import LISTINGS_FILE, Manifest
from product_matching.store.segments import LiveRows

#: Ids that an error names.
_NAMED = 3


@dataclass(frozen=True, eq=False)
class ListingIds:
    """The listings of a bundle by their ids.

    Attributes
    ----------
    ids
        Of all rows of the files, those of removed listings among them; shape (R,).
    live
        The rows that readers see.
    """

    ids: npt.NDArray[np.object_]
    live: LiveRows

    def rows_of(self, wanted: Collection[str]) -> npt.NDArray[np.int64]:
        """Rows of the listings with some ids, counted over all files and ascending; unknown ids have none."""
        rows = self.live.rows
        found: npt.NDArray[np.int64] = rows[pd.Index(self.ids[rows]).isin(set(wanted))]
        return found

    def without(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Rows that readers do not see once some more are removed, counted over all files and ascending."""
        hidden = np.ones(len(self.ids), dtype=np.bool_)
        hidden[self.live.rows] = False
        hidden[rows] = True
        return np.flatnonzero(hidden)


def read_ids(folder: Path, manifest: Manifest) -> ListingIds:
    """Read the ids of a bundle.

    Raises
    ------
    InputError
        It is damaged.
    """
    return ListingIds(_read(folder, manifest, "posting_id"), _live(folder, manifest))


def count_sides(folder: Path, manifest: Manifest, rows: npt.NDArray[np.int64]) -> tuple[int, int]:
    """How many of some rows, counted over all files, have a readable photo, and a title."""
    photos = _read(folder, manifest, PHOTO_SHA256)[rows] != ""
    titles = _read(folder, manifest, "title")[rows] != ""
    return int(photos.sum()), int(titles.sum()) if manifest.title_weighting is not None else 0


def column_types(folder: Path, manifest: Manifest) -> dict[str, pa.DataType]:
    """Type of each column of the listings, as the first part has it that knows one."""
    types: dict[str, pa.DataType] = {}
    for part in manifest.parts:
        for field in pq.read_schema(folder / part.folder / LISTINGS_FILE):
            if field.name not in types or pa.types.is_null(types[field.name]):
                types[field.name] = field.type
    return types


def name_ids(ids: Sequence[str]) -> str:
    """Name some ids in a sentence, and say how many there are beyond."""
    named = ", ".join(f"{each!r:.80}" for each in ids[:_NAMED])
    return named if len(ids) <= _NAMED else f"{named} and {len(ids) - _NAMED:,} more"


def _read(folder: Path, manifest: Manifest, column: str) -> npt.NDArray[np.object_]:
    """One column of all files of the listings, "" where a part lacks it."""
    try:
        parts = []
        for part in manifest.parts:
            path = folder / part.folder / LISTINGS_FILE
            check_parquet(path)
            there = column in pq.read_schema(path).names
            values = pq.read_table(path, columns=[column])[column].to_pylist() if there else [""] * part.n
            if len(values) != part.n:
                raise ValueError(f"{path.name} has {len(values)} rows, but the manifest has {part.n}")
            parts.append(np.array(values, dtype=object))
    except DAMAGES as error:
        raise InputError(f"The bundle {folder} is damaged ({said(error)}): build it anew.") from error
    return np.concatenate(parts)


def _live(folder: Path, manifest: Manifest) -> LiveRows:
    try:
        return live_rows(folder, manifest)
    except DAMAGES as error:
        raise InputError(f"The bundle {folder} is damaged ({said(error)}): build it anew.") from error
