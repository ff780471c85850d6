"""A catalogue of listings: read from CSV or Parquet and checked at the door, all problems of a file together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from product_matching.errors import InputError
from product_matching.listings.faulty_rows import FaultyRow
from product_matching.listings.list_problems import Problems
from product_matching.listings.listing_checks import CheckedFile, check_listings_file, check_photos


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Listings that passed every check.

    Attributes
    ----------
    listings
        One row a listing, RangeIndex. `posting_id` is text and unique. `title`, `image` (a path below
        `image_folder`), `image_phash` and `label_group` are text where the file has them, "" for none.
        All further columns are kept as read.
    image_folder
        Where the photos lie; None for a catalogue without photos, whose `image` column is information only.
    photo_problems
        Listings that are taken with their title alone because their photo cannot be used: why, by `posting_id`.
    """

    listings: pd.DataFrame
    image_folder: Path | None
    photo_problems: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.listings)

    @property
    def has_titles(self) -> bool:
        """Whether any listing has a title."""
        return "title" in self.listings and bool((self.listings["title"] != "").any())

    @property
    def has_photos(self) -> bool:
        """Whether any listing has a photo in the image folder that may be read."""
        return self.n_photos > 0

    @property
    def n_photos(self) -> int:
        """How many listings have such a photo."""
        if self.image_folder is None:
            return 0
        refused = self.listings["posting_id"].isin(list(self.photo_problems))
        return int(((self.listings["image"] != "") & ~refused).sum())

    def photo_path(self, row: int) -> Path | None:
        """Path of the photo of the listing at a position; None if it has none that may be read."""
        image = "" if self.image_folder is None else self.listings["image"].iloc[row]
        if not (self.image_folder and image) or self._is_refused(row):
            return None
        return self.image_folder / image

    def _is_refused(self, row: int) -> bool:
        return bool(self.photo_problems) and self.listings["posting_id"].iloc[row] in self.photo_problems


class CatalogueError(InputError):
    """A catalogue file that cannot be used.

    Attributes
    ----------
    problems
        What was found wrong with the file, each with its row numbers; row 1 is the first listing.
    faulty
        Rows that could not be used either, where they are told apart from it.
    """

    def __init__(
        self, path: Path, problems: list[str], what: str = "catalogue", faulty: Sequence[FaultyRow] = ()
    ) -> None:
        self.problems = problems
        self.faulty = faulty
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        heading = f"The {what} {str(path)!r} cannot be used because of {count}:"
        super().__init__("\n".join([heading, *(f"- {problem}" for problem in problems)]))


def read_catalogue(path: Path, *, images: Path | None = None, label_column: str = "label_group") -> Catalogue:
    """Read a catalogue file and check all of it.

    Parameters
    ----------
    path
        A CSV file (UTF-8, separated by commas, the first line names the columns) or a Parquet file, by its suffix.
        It needs a column `posting_id`, and `title` or `image` or both.
    images
        The folder that `image` is relative to; every photo must be in it. Without it the catalogue has no photos.
    label_column
        The column with the label group of each listing; copied to `label_group` if it has another name.

    Raises
    ------
    CatalogueError
        With every problem of the file and the rows that it is in.
    """
    path, images = Path(path), None if images is None else Path(images)
    problems = Problems()
    checked = check_file(path, images, label_column, problems)
    found = problems.sentences()
    if checked is None or found:
        raise CatalogueError(path, found)
    return Catalogue(checked.listings.reset_index(drop=True), images)


def check_file(path: Path, images: Path | None, label_column: str, problems: Problems) -> CheckedFile | None:
    """Read and check a catalogue file, and where `images` says so its photos; see `check_listings_file`."""
    check = None if images is None else partial(_check_photos, folder=images)
    return check_listings_file(path, problems, label_column=label_column, photos_check=check)


def _check_photos(photos: pd.Series, problems: Problems, folder: Path) -> None:
    check_photos(photos, folder, problems)
