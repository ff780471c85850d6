"""A list whose file can be used: its listings, and apart from them the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, CatalogueError, check_file
from product_matching.listings.faulty_rows import FaultyRow, faulty_rows
from product_matching.listings.list_problems import Problems, RowProblem, shown
from product_matching.listings.listing_checks import CheckedFile, rows_of
from product_matching.listings.photos import photo_problem
from product_matching.progress import NO_PROGRESS, Progress, track


@dataclass(frozen=True, eq=False, kw_only=True)
class SiftedCatalogue:
    """A list whose file can be used, with the rows that cannot.

    Attributes
    ----------
    listings
        Its well-formed rows by row number, faulty ones among them.
    image_folder
        See `Catalogue`.
    faulty
        The rows that cannot be used as they are, in their order.
    notes
        What was done with the list without being asked, a sentence each.
    """

    listings: pd.DataFrame
    image_folder: Path | None
    faulty: Sequence[FaultyRow] = ()
    notes: tuple[str, ...] = ()

    def left_out(self, *, titles_alone: bool = True) -> list[FaultyRow]:
        """The rows that are not in the catalogue; see `catalogue`."""
        return [each for each in self.faulty if not (each.by_title and titles_alone)]

    def rows(self, *, titles_alone: bool = True) -> list[int]:
        """Row numbers of the listings of the catalogue; see `catalogue`."""
        left_out = [each.row for each in self.left_out(titles_alone=titles_alone)]
        return [int(row) for row in self.listings.index[~self.listings.index.isin(left_out)]]

    @property
    def has_photos(self) -> bool:
        """Whether any listing that can be used has a photo that may be read."""
        return bool(self.rows()) and self.catalogue().has_photos

    def catalogue(self, *, titles_alone: bool = True) -> Catalogue:
        """The listings that can be used.

        Parameters
        ----------
        titles_alone
            Whether listings whose photo cannot be used are taken with their title alone, where they have one.

        Raises
        ------
        InputError
            There are none.
        """
        rows = self.rows(titles_alone=titles_alone)
        if not rows:
            raise InputError("No listing of the list can be used.")
        refused = {each.posting_id: each.reason for each in self.faulty if each.by_title} if titles_alone else {}
        return Catalogue(self.listings.loc[rows].reset_index(drop=True), self.image_folder, refused)


def sift_catalogue(
    path: Path,
    *,
    images: Path | None = None,
    label_column: str = "label_group",
    what: str = "catalogue",
    look: bool = False,
    progress: Progress = NO_PROGRESS,
) -> SiftedCatalogue:
    """Read a catalogue file as `read_catalogue` does, and set apart the rows that cannot be used.

    Parameters
    ----------
    path, images, label_column
        See `read_catalogue`.
    what
        What messages call the file.
    look
        Whether the beginning of each photo is read, too, to see whether it is one.
    progress
        Shows the photos that are looked into.

    Raises
    ------
    CatalogueError
        With everything that makes the whole file unusable, and the rows that cannot be used beside it.
    Cancelled
        The progress was cancelled.
    """
    path, images = Path(path), None if images is None else Path(images)
    problems = Problems()
    checked = check_file(path, images, label_column, problems)
    if checked is None or problems.of_file:
        raise CatalogueError(path, problems.of_file, what, faulty_rows(checked, problems))
    if look and images is not None:
        look_into_photos(checked.listings, images, problems, progress)
    return sift(checked, images, problems)


def look_into_photos(
    listings: pd.DataFrame, images: Path, problems: Problems, progress: Progress = NO_PROGRESS
) -> None:
    """Read the beginning of the photo of each row that has no problem yet, and add what cannot be used.

    Raises
    ------
    Cancelled
        The progress was cancelled.
    """
    wrong = {each.row for each in problems.of_rows}
    named = [(row, name) for row, name in rows_of(listings["image"]) if name and row not in wrong]
    looked = ((row, _photo_problem(images / name)) for row, name in track(progress, named, "looking into photos"))
    problems.append_rows(
        [
            RowProblem(row=row, kind="photo that cannot be read", value=problem, of_photo=True)
            for row, problem in looked
            if problem
        ]
    )


def _photo_problem(path: Path) -> str:
    """Why a photo cannot be used, with its name in quotes first."""
    return photo_problem(path).replace(f"The photo {path.name}", shown(path.name), 1).rstrip(".")


def sift(checked: CheckedFile, images: Path | None, problems: Problems, notes: Iterable[str] = ()) -> SiftedCatalogue:
    """Set apart the rows of a checked file that have problems."""
    faulty = faulty_rows(checked, problems)
    n_empty = checked.table.n_empty
    empty = [f"{n_empty:,} empty {'line is' if n_empty == 1 else 'lines are'} passed over."] if n_empty else []
    return SiftedCatalogue(listings=checked.listings, image_folder=images, faulty=faulty, notes=(*notes, *empty))
