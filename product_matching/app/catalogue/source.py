"""Where a new catalogue comes from: read and checked at the door, and read again when it is built."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from product_matching.errors import InputError
from product_matching.listings.catalogue import CatalogueError
from product_matching.listings.catalogue_file import read_table
from product_matching.listings.catalogue_folder import image_folder_of
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.listings.list_problems import Problems
from product_matching.listings.sifted_catalogue import SiftedCatalogue, sift_catalogue
from product_matching.listings.uploaded_catalogue import UploadedFiles, read_uploaded_catalogue
from product_matching.progress import NO_PROGRESS, Progress

#: Rows of the preview.
N_PREVIEW = 5
#: Gives the list for as long as it is used.
Opened = Callable[[Progress], AbstractContextManager[SiftedCatalogue]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """A list that a catalogue can be built from, or everything that is wrong with it.

    Attributes
    ----------
    name
        The name that is proposed for it.
    problems
        What makes all of it unusable, a sentence or a phrase each; empty for a list that can be used.
    faulty
        The rows that cannot be used as they are.
    preview
        Its first listings that can be used.
    ids
        Of the listings that can be used, those by their title alone among them.
    n_photos, n_titles
        How many of these have a photo that can be used, and a title.
    notes
        What the visitor should know although it can be used.
    open
        Gives the list for as long as it is used; None where it cannot be.
    """

    name: str
    problems: tuple[str, ...] = ()
    faulty: tuple[FaultyRow, ...] = ()
    preview: pd.DataFrame | None = None
    ids: tuple[str, ...] = ()
    n_photos: int = 0
    n_titles: int = 0
    notes: tuple[str, ...] = ()
    open: Opened | None = None

    @property
    def n_rows(self) -> int:
        """How many rows the list has."""
        return len(self.ids) + sum(not each.by_title for each in self.faulty)

    @property
    def by_title(self) -> list[FaultyRow]:
        """Rows whose photo alone cannot be used."""
        return [each for each in self.faulty if each.by_title]

    def left_out(self, *, titles_alone: bool) -> list[FaultyRow]:
        """The rows that are not used; see `SiftedCatalogue.catalogue`."""
        return [each for each in self.faulty if not (each.by_title and titles_alone)]

    def used_ids(self, *, titles_alone: bool) -> list[str]:
        """Ids of the listings that are used."""
        left_out = {each.posting_id for each in self.by_title} if not titles_alone else set()
        return [each for each in self.ids if each not in left_out]


def folder_source(folder: Path, table: str) -> Source:
    """Check a catalogue file in a folder, with the photos beside it or in a folder below."""
    return _source((folder / table).stem, partial(_opened_folder, folder, table))


def upload_source(name: str, table: bytes, photos: bytes | None) -> Source:
    """Check uploaded files: a list by its name and content, and a zip of photos; None for a catalogue of titles."""
    return _source(Path(name).stem, partial(_opened_upload, name, table, photos))


def _source(stem: str, opened: Opened) -> Source:
    try:
        with opened(NO_PROGRESS) as sifted:
            return describe_source(sifted, stem, opened)
    except CatalogueError as error:
        return Source(name=stem, problems=tuple(error.problems), faulty=tuple(error.faulty))
    except InputError as error:
        return Source(name=stem, problems=(str(error),))


@contextmanager
def _opened_upload(name: str, table: bytes, photos: bytes | None, progress: Progress) -> Iterator[SiftedCatalogue]:
    """The list with its photos in a temporary folder, which is gone afterwards."""
    files = UploadedFiles(table=table, name=name, photos=None if photos is None else io.BytesIO(photos))
    with tempfile.TemporaryDirectory(prefix="product-matching-") as folder:
        yield read_uploaded_catalogue(files, Path(folder), look=True, progress=progress)


@contextmanager
def _opened_folder(folder: Path, table: str, progress: Progress) -> Iterator[SiftedCatalogue]:
    path = folder / table
    read = read_table(path, Problems())
    names = [] if read is None else read.columns.column_names
    images, below = None, ""
    if read is not None and "image" in names:
        images, below = image_folder_of(
            folder, [name or "" for name in read.columns["image"].cast("string").to_pylist()]
        )
    if images is None and "title" not in names:
        images = folder
    sifted = sift_catalogue(path, images=images, look=True, progress=progress)
    found = f"The photos were found in the folder “{below.rstrip('/')}”."
    yield replace(sifted, notes=(found, *sifted.notes)) if below and images is not None else sifted


def describe_source(sifted: SiftedCatalogue, name: str, opened: Opened) -> Source:
    """Describe a list whose file can be used."""
    if not sifted.rows():
        return Source(name=name, problems=("No listing of it can be used.",), faulty=tuple(sifted.faulty))
    catalogue = sifted.catalogue()
    listings = catalogue.listings
    notes = list(sifted.notes)
    if not catalogue.n_photos and "image" in listings:
        notes.append("No photos are at hand: the catalogue will be one of titles.")
    if "label_group" not in listings:
        notes.append("There is no column label_group, so the thresholds are tuned without known products.")
    return Source(
        name=name,
        faulty=tuple(sifted.faulty),
        preview=listings.head(N_PREVIEW),
        ids=tuple(listings["posting_id"]),
        n_photos=catalogue.n_photos,
        n_titles=int((listings["title"] != "").sum()) if "title" in listings else 0,
        notes=tuple(notes),
        open=opened,
    )
