"""A folder with a catalogue file and its photos: which files are catalogues, and where the photos lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from product_matching.listings.photo_names import PhotoNames, files_below

TABLE_SUFFIXES = (".csv", ".parquet")


def tables_in(folder: Path) -> list[str]:
    """Names of the CSV and Parquet files of a folder, in order; hidden ones are left out."""
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix.lower() in TABLE_SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def image_folder_of(folder: Path, images: Sequence[str]) -> tuple[Path | None, str]:
    """Find the folder that photos are relative to: `folder` or one below it.

    Parameters
    ----------
    folder
        Where the catalogue file lies.
    images
        Paths of photos as the catalogue names them.

    Returns
    -------
    tuple
        The folder, None where no photo and no file of a like name is there; and where it lies below `folder`, "" for
        itself.
    """
    wanted = [image for image in images if image]
    names = PhotoNames(files_below(folder), wanted)
    below = "" if names.shift.off else names.shift.on
    there = any(names.find(image) or names.like(image) for image in wanted)
    return (folder / below if there else None), below
