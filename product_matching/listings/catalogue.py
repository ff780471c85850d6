"""A catalogue of listings: read from CSV or Parquet and checked at the door, all problems of a file together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from product_matching.errors import InputError
from product_matching.listings.list_problems import Problems, RowProblem, shown
from product_matching.listings.listing_checks import CheckedFile, check_listings_file, check_photos, rows_of
from product_matching.listings.photos import photo_problem
from product_matching.progress import NO_PROGRESS, Progress, track


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


@dataclass(frozen=True, kw_only=True)
class FaultyRow:
    """A row that cannot be used as it is.

    Attributes
    ----------
    row, line
        Its number, from 1 for the first listing, and the line of the file in which it begins.
    kinds, reason
        What is wrong with it: phrases that are the same for all rows that have it, and all of it in words.
    by_title
        Whether its photo alone is wrong, so that the listing can be taken with its title alone.
    cells
        What it holds by column, as far as it can be told.
    """

    row: int
    line: int
    kinds: tuple[str, ...]
    reason: str
    by_title: bool = False
    cells: Mapping[str, object] = field(default_factory=dict)

    @property
    def posting_id(self) -> str:
        """Its id; "" where it has none."""
        return str(self.cells.get("posting_id", ""))

    @property
    def title(self) -> str:
        """Its title; "" where it has none."""
        return str(self.cells.get("title", ""))


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
    checked = _check_file(path, images, label_column, problems)
    found = problems.sentences()
    if checked is None or found:
        raise CatalogueError(path, found)
    return Catalogue(checked.listings.reset_index(drop=True), images)


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
    checked = _check_file(path, images, label_column, problems)
    if checked is None or problems.of_file:
        raise CatalogueError(path, problems.of_file, what, faulty_rows(checked, problems))
    if look and images is not None:
        look_into_photos(checked.listings, images, problems, progress)
    return sift(checked, images, problems)


def _check_file(path: Path, images: Path | None, label_column: str, problems: Problems) -> CheckedFile | None:
    check = None if images is None else partial(_check_photos, folder=images)
    return check_listings_file(path, problems, label_column=label_column, photos_check=check)


def _check_photos(photos: pd.Series, problems: Problems, folder: Path) -> None:
    check_photos(photos, folder, problems)


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


def faulty_rows(checked: CheckedFile | None, problems: Problems) -> list[FaultyRow]:
    """The rows of a checked file that have problems, in their order; none of a file that could not be read."""
    by_row: dict[int, list[RowProblem]] = {}
    for problem in problems.of_rows:
        by_row.setdefault(problem.row, []).append(problem)
    if checked is None:
        return []
    cells, lines = checked.cells(by_row), checked.table.lines
    return [
        _faulty(by_row[row], {str(name): cell for name, cell in cells[row].items()}, lines) for row in sorted(by_row)
    ]


def _faulty(problems: list[RowProblem], cells: Mapping[str, object], lines: Mapping[int, int]) -> FaultyRow:
    """One row with all of its problems."""
    row = problems[0].row
    return FaultyRow(
        row=row,
        line=lines[row],
        kinds=tuple(dict.fromkeys(each.kind for each in problems)),
        reason="; ".join(_phrase(each, lines) for each in problems),
        by_title=all(each.of_photo for each in problems) and bool(cells.get("title")),
        cells=cells,
    )


def _phrase(problem: RowProblem, lines: Mapping[int, int]) -> str:
    place = "" if problem.like is None else f"line {lines[problem.like]}"
    remark = problem.remark(place)
    return f"{problem.kind}: {remark}" if remark else problem.kind
