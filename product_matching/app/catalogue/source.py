"""Where a new catalogue comes from: read and checked at the door, and read again when it is built."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, CatalogueError, read_catalogue
from product_matching.listings.catalogue_file import read_table
from product_matching.listings.catalogue_folder import image_folder_of
from product_matching.listings.photos import photo_problem
from product_matching.listings.uploaded_catalogue import UploadedFiles, read_uploaded_catalogue
from product_matching.progress import NO_PROGRESS, Progress

#: Rows of the preview, and photos that are named among those that cannot be read.
N_PREVIEW, N_NAMED = 5, 5
#: Gives the catalogue for as long as it is built.
Opened = Callable[[Progress], AbstractContextManager[Catalogue]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """A catalogue that can be built, or everything that is wrong with it.

    Attributes
    ----------
    name
        The name that is proposed for it.
    problems
        What is wrong, a sentence or a phrase each; empty for a catalogue that can be built.
    preview
        Its first rows.
    n_listings, n_photos, n_titles
        How many there are.
    ids
        Of its listings.
    notes
        What the visitor should know although it can be built.
    open
        Gives the catalogue for as long as it is built; None where it cannot be.
    """

    name: str
    problems: tuple[str, ...] = ()
    preview: pd.DataFrame | None = None
    n_listings: int = 0
    n_photos: int = 0
    n_titles: int = 0
    ids: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    open: Opened | None = None


def folder_source(folder: Path, table: str) -> Source:
    """Check a catalogue file in a folder, with the photos beside it or in a folder right below."""
    path = folder / table
    read = partial(_read_folder, folder, table)
    try:
        return describe_source(read(), path.stem, lambda progress: nullcontext(read()))
    except CatalogueError as error:
        return Source(name=path.stem, problems=tuple(error.problems))
    except InputError as error:
        return Source(name=path.stem, problems=(str(error),))


def upload_source(name: str, table: bytes, photos: bytes | None) -> Source:
    """Check uploaded files: a list by its name and content, and a zip of photos; None for a catalogue of titles."""
    stem = Path(name).stem
    opened = partial(_opened_upload, name, table, photos)
    try:
        with opened(NO_PROGRESS) as catalogue:
            return describe_source(catalogue, stem, opened)
    except CatalogueError as error:
        return Source(name=stem, problems=tuple(error.problems))


@contextmanager
def _opened_upload(name: str, table: bytes, photos: bytes | None, progress: Progress) -> Iterator[Catalogue]:
    """The catalogue with its photos in a temporary folder, which is gone afterwards."""
    files = UploadedFiles(table=table, name=name, photos=None if photos is None else io.BytesIO(photos))
    with tempfile.TemporaryDirectory(prefix="product-matching-") as folder:
        yield read_uploaded_catalogue(files, Path(folder), progress=progress).catalogue


def _read_folder(folder: Path, table: str) -> Catalogue:
    path = folder / table
    problems: list[str] = []
    read = read_table(path, problems)
    images = None
    if read is not None and "image" in read.columns.column_names:
        names = read.columns["image"].cast("string").to_pylist()
        images = image_folder_of(folder, [name or "" for name in names])
    has_titles = read is not None and "title" in read.columns.column_names
    return read_catalogue(path, images=images if images is not None or has_titles else folder)


def describe_source(catalogue: Catalogue, name: str, opened: Opened) -> Source:
    """Describe a catalogue that passed every check."""
    listings = catalogue.listings
    n_photos = int((listings["image"] != "").sum()) if catalogue.has_photos else 0
    n_titles = int((listings["title"] != "").sum()) if "title" in listings else 0
    notes = []
    if not n_photos and "image" in listings:
        notes.append("No photos are at hand: the catalogue will be one of titles.")
    if "label_group" not in listings:
        notes.append("There is no column label_group, so the thresholds are tuned without known products.")
    unreadable = _unreadable(catalogue)
    if unreadable:
        what = (
            "photo cannot be read and is left out" if len(unreadable) == 1 else "photos cannot be read and are left out"
        )
        named = " ".join(unreadable[:N_NAMED]) + (" …" if len(unreadable) > N_NAMED else "")
        notes.append(f"{len(unreadable):,} {what}: {named}")
    return Source(
        name=name,
        preview=listings.head(N_PREVIEW),
        n_listings=len(catalogue),
        n_photos=n_photos,
        n_titles=n_titles,
        ids=tuple(listings["posting_id"]),
        notes=tuple(notes),
        open=opened,
    )


def _unreadable(catalogue: Catalogue) -> list[str]:
    """Why photos cannot be read, as far as their beginnings tell."""
    paths = (catalogue.photo_path(row) for row in range(len(catalogue))) if catalogue.has_photos else ()
    return [problem for path in paths if path is not None and (problem := photo_problem(path))]
