"""A folder with a catalogue file and its photos: which files are catalogues, and where the photos lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from product_matching.listings.image_folder import find_photos

TABLE_SUFFIXES = (".csv", ".parquet")
#: So many photos are looked for to see where they lie.
_LOOKED_FOR = 200


def tables_in(folder: Path) -> list[str]:
    """Names of the CSV and Parquet files of a folder, in order; hidden ones are left out."""
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix.lower() in TABLE_SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def image_folder_of(folder: Path, images: Sequence[str]) -> Path | None:
    """The folder that photos are relative to: `folder` or one right below it; None where none of them is there.

    Parameters
    ----------
    folder
        Where the catalogue file lies.
    images
        Paths of photos as the catalogue names them. Where several folders have some, the one with the most is taken.
    """
    wanted = dict(enumerate(image for image in images[:_LOOKED_FOR] if image))
    below = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = {place: len(wanted) - sum(map(len, find_photos(wanted, place))) for place in (folder, *below)}
    best = max(found, key=lambda place: found[place])
    return best if found[best] else None
