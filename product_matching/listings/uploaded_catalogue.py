"""A catalogue that was uploaded: a table and a zip of its photos, checked at the door, all problems together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import pandas as pd
import pyarrow.parquet as pq

from product_matching.damage import DAMAGES
from product_matching.listings.catalogue import CatalogueError
from product_matching.listings.catalogue_file import table_suffix
from product_matching.listings.faulty_rows import faulty_rows
from product_matching.listings.list_problems import Problems, RowProblem
from product_matching.listings.listing_checks import check_listings_file, missing_photos, rows_of
from product_matching.listings.photo_archive import ArchiveLimits, PhotoArchive, open_archive
from product_matching.listings.photo_names import PhotoNames
from product_matching.listings.sifted_catalogue import SiftedCatalogue, look_into_photos, sift
from product_matching.parquet_files import longest_row
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
        A zip. A listing's `image` is a path in it; see `PhotoNames` for a folder too many or too few. None for a
        catalogue without photos.
    """

    table: bytes
    name: str
    photos: BinaryIO | None = None


def read_uploaded_catalogue(
    files: UploadedFiles,
    folder: Path,
    *,
    what: str = "catalogue",
    label_column: str = "label_group",
    limits: UploadLimits | None = None,
    look: bool = False,
    progress: Progress = NO_PROGRESS,
) -> SiftedCatalogue:
    """Check a table and a zip of photos, unpack the photos that its listings name, and set unusable rows apart.

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
    look
        See `product_matching.listings.sifted_catalogue.sift_catalogue`.
    progress
        Shows the unpacking.

    Raises
    ------
    CatalogueError
        With everything that makes either file unusable, and the rows that cannot be used beside it. Nothing is
        unpacked then.
    Cancelled
        The progress was cancelled.
    """
    limits = limits or UploadLimits()
    problems = Problems()
    archive = None if files.photos is None else open_archive(files.photos, limits.archive, problems)
    path = _write_table(files, folder, limits, problems)
    named = _NamedPhotos(archive)
    checked = None
    if path is not None:
        check = None if files.photos is None else named.check
        checked = check_listings_file(path, problems, label_column=label_column, photos_check=check)
    if checked is not None and len(checked.table.lines) > limits.rows:
        problems.append(f"it has {len(checked.table.lines):,} listings; at most {limits.rows:,} are taken")
    if checked is None or problems.of_file:
        raise CatalogueError(Path(files.name), problems.of_file, what, faulty_rows(checked, problems))
    if archive is None:
        return sift(checked, None, problems)
    images = folder / _PHOTOS
    images.mkdir()
    named.unpack(checked.listings["image"], images, problems, progress)
    if look:
        look_into_photos(checked.listings, images, problems, progress)
    return sift(checked, images, problems, named.say())


class _NamedPhotos:
    """The photos that a table names, in a zip; None for a zip with problems of its own."""

    def __init__(self, archive: PhotoArchive | None) -> None:
        self._archive = archive
        self._n_unused = 0
        self.names = PhotoNames(())

    def check(self, named: pd.Series, problems: Problems) -> None:
        """Look for them, and add to `problems` which are not there; their index is the row number."""
        if self._archive is None:
            return
        self.names = PhotoNames(self._archive.files, dict.fromkeys(named))
        found = [self.names.find(photo) for photo in named]
        missing = named[[place is None for place in found]]
        problems.append_rows(missing_photos("no such photo in the zip", missing, self.names))
        self._n_unused = len(set(self._archive.files) - set(found))

    def unpack(self, named: pd.Series, images: Path, problems: Problems, progress: Progress) -> None:
        """Unpack them, each at the path that the table names it by; what fails is added to `problems`."""
        if self._archive is None:
            return
        places = {photo: place for photo in dict.fromkeys(named) if photo and (place := self.names.find(photo))}
        failed = self._archive.unpack(
            {str(PurePosixPath(photo)): place for photo, place in places.items()}, images, progress
        )
        problems.append_rows(
            RowProblem(row=row, kind="photo that cannot be unpacked", value=why, of_photo=True)
            for row, photo in rows_of(named)
            if photo and (why := failed.get(str(PurePosixPath(photo))))
        )

    def say(self) -> list[str]:
        """Say where they were found, and how many files are not named."""
        said, shift = [], self.names.shift
        if shift.on:
            said.append(f"The photos were found in the folder “{shift.on.rstrip('/')}” of the zip.")
        if shift.off:
            said.append(f"The folder “{shift.off.rstrip('/')}” before the names in the list was passed over.")
        if self._n_unused:
            what = "file of the zip is" if self._n_unused == 1 else "files of the zip are"
            said.append(f"{self._n_unused:,} {what} not in the list.")
        return said


def _write_table(files: UploadedFiles, folder: Path, limits: UploadLimits, problems: Problems) -> Path | None:
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


def _check_parquet(path: Path, limits: UploadLimits, problems: Problems) -> bool:
    """Whether a Parquet file is within the limits unpacked; one that cannot be read is told when it is read."""
    try:
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            if rows > limits.rows:
                problems.append(f"it has {rows:,} listings; at most {limits.rows:,} are taken")
                return False
            unpacked = 0
            fitting = limits.table_bytes // max(1, longest_row(path))
            for batch in file.iter_batches(batch_size=max(1, min(_BATCH_ROWS, fitting))):
                unpacked += batch.nbytes
                if unpacked > limits.table_bytes:
                    problems.append(f"it has more than {limits.table_bytes:,} bytes unpacked, the most that is read")
                    return False
    except DAMAGES:
        return True
    return True
