"""A catalogue that was uploaded: a table and a zip of its photos, checked at the door, all problems together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from product_matching.listings.catalogue import Catalogue, CatalogueError, check_listings_file, remarks_on
from product_matching.listings.catalogue_file import at_places, table_suffix
from product_matching.listings.photo_archive import ArchiveLimits, PhotoArchive, open_archive
from product_matching.progress import NO_PROGRESS, Progress

_PHOTOS = "photos"
_BATCH_ROWS = 256


@dataclass(frozen=True, kw_only=True)
class UploadLimits:
    """The most that is taken of an upload.

    Attributes
    ----------
    rows
        Listings.
    table_bytes
        Bytes of the table, which a Parquet file may not exceed unpacked either.
    archive
        Of the zip of photos.
    """

    rows: int = 200_000
    table_bytes: int = 200 * 2**20
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)


@dataclass(frozen=True, eq=False, kw_only=True)
class UploadedFiles:
    """The files of a catalogue as a browser gave them.

    Attributes
    ----------
    table
        Content of a CSV or Parquet file, as `read_catalogue` takes it.
    name
        Its file name; only its suffix is used, and it is named in messages.
    photos
        A zip. A listing's `image` is a path in it, or below its only folder. None for a catalogue without photos.
    """

    table: bytes
    name: str
    photos: BinaryIO | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class UploadedCatalogue:
    """An upload that passed every check.

    Attributes
    ----------
    catalogue
        Its listings; the photos lie in the folder that the caller gave.
    unused
        Photos of the zip that no listing names; they are not unpacked.
    """

    catalogue: Catalogue
    unused: int = 0


def read_uploaded_catalogue(
    files: UploadedFiles,
    folder: Path,
    *,
    what: str = "catalogue",
    label_column: str = "label_group",
    limits: UploadLimits | None = None,
    progress: Progress = NO_PROGRESS,
) -> UploadedCatalogue:
    """Check a table and a zip of photos, and unpack the photos that its listings name.

    Parameters
    ----------
    files
        What was uploaded.
    folder
        An existing empty folder of the caller's, a temporary one as a rule, to which everything is written.
    what
        What messages call the table.
    label_column
        See `read_catalogue`.
    limits
        The most that is taken; the default limits if it is None.
    progress
        Shows the unpacking.

    Raises
    ------
    CatalogueError
        With every problem of both files. Nothing is unpacked unless both passed.
    Cancelled
        The progress was cancelled.
    """
    limits = limits or UploadLimits()
    problems: list[str] = []
    archive = None if files.photos is None else open_archive(files.photos, limits.archive, problems)
    path = _write_table(files, folder, limits, problems)
    check = None if files.photos is None else partial(_check_named, archive=archive, problems=problems)
    listings = None
    if path is not None:
        listings = check_listings_file(path, problems, label_column=label_column, photos_check=check)
    if listings is not None and len(listings) > limits.rows:
        problems.append(f"it has {len(listings):,} listings; at most {limits.rows:,} are taken")
    if listings is None or problems:
        raise CatalogueError(Path(files.name), problems, what)
    listings = listings.reset_index(drop=True)
    if archive is None:
        return UploadedCatalogue(catalogue=Catalogue(listings, None))
    images = folder / _PHOTOS
    images.mkdir()
    named = set(listings["image"]) - {""}
    archive.unpack(named, images, progress, problems)
    if problems:
        raise CatalogueError(Path(files.name), problems, what)
    unused = len(archive) - len({archive.find(photo) for photo in named})
    return UploadedCatalogue(catalogue=Catalogue(listings, images), unused=unused)


def _write_table(files: UploadedFiles, folder: Path, limits: UploadLimits, problems: list[str]) -> Path | None:
    """Write the table as a file to read; None if it is too large or of another kind."""
    if len(files.table) > limits.table_bytes:
        problems.append(f"it has {len(files.table):,} bytes; at most {limits.table_bytes:,} are read")
        return None
    suffix = table_suffix(files.name, problems)
    if suffix is None:
        return None
    path = folder / f"listings{suffix}"
    path.write_bytes(files.table)
    too_large = suffix == ".parquet" and not _check_parquet(path, limits, problems)
    return None if too_large else path


def _check_named(named: pd.Series, archive: PhotoArchive | None, problems: list[str]) -> None:
    if archive is None:  # a zip with problems of its own
        return
    missing = named[[archive.find(photo) is None for photo in named]]
    if len(missing):
        problems.append(at_places("no such photo in the zip", remarks_on(missing)))


def _check_parquet(path: Path, limits: UploadLimits, problems: list[str]) -> bool:
    """Whether a Parquet file is within the limits unpacked; one that cannot be read is told when it is read."""
    try:
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            if rows > limits.rows:
                problems.append(f"it has {rows:,} listings; at most {limits.rows:,} are taken")
                return False
            unpacked = 0
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                unpacked += batch.nbytes
                if unpacked > limits.table_bytes:
                    problems.append(f"it has more than {limits.table_bytes:,} bytes unpacked, the most that is read")
                    return False
    except (pa.ArrowException, OSError, ValueError):
        return True
    return True
