"""A catalogue that was uploaded: a CSV or Parquet file, and a zip archive of its photos."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, CatalogueError, read_catalogue
from product_matching.listings.catalogue_file import read_table
from product_matching.listings.photo_archive import unpack_photos
from product_matching.progress import NO_PROGRESS, Progress

#: What problems call the place of the photos.
_PLACE = "the zip file"


@dataclass(frozen=True, eq=False, kw_only=True)
class UploadedCatalogue:
    """The uploaded files.

    Attributes
    ----------
    name
        File name of the list; its suffix says what it is.
    table
        Content of the list.
    photos
        Content of the zip archive; None for a catalogue of titles.
    """

    name: str
    table: bytes
    photos: bytes | None = None


@contextmanager
def opened_upload(upload: UploadedCatalogue, *, progress: Progress = NO_PROGRESS) -> Iterator[Catalogue]:
    """Give the checked catalogue with its photos in a temporary folder, which is gone afterwards.

    Raises
    ------
    CatalogueError
        With every problem of the list and of the archive.
    Cancelled
        Somebody ended it.
    """
    with tempfile.TemporaryDirectory(prefix="product-matching-") as scratch:
        path = Path(scratch) / f"list{Path(upload.name).suffix.lower()}"
        path.write_bytes(upload.table)
        images = Path(scratch) / "photos"
        problems: list[str] = []
        if upload.photos is not None:
            images.mkdir()
            problems += _unpack(path, upload.photos, images, progress)
        try:
            catalogue = read_catalogue(path, images=None if upload.photos is None else images, images_name=_PLACE)
        except CatalogueError as error:
            raise CatalogueError(Path(upload.name), [*error.problems, *problems]) from error
        if problems:
            raise CatalogueError(Path(upload.name), problems)
        yield catalogue


def _unpack(path: Path, archive: bytes, images: Path, progress: Progress) -> list[str]:
    """Unpack the photos that a list names; problems of the list itself are told when it is read."""
    table = read_table(path, [])
    if table is None or "image" not in table.columns.column_names:
        return []
    wanted = table.columns["image"].cast("string").to_pylist()
    try:
        return unpack_photos(io.BytesIO(archive), {name for name in wanted if name}, images, progress=progress)
    except InputError as error:
        return [str(error)]
