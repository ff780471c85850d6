"""A catalogue of listings: read from CSV or Parquet and checked at the door, all problems of a file together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from product_matching.errors import InputError
from product_matching.listings.catalogue_file import CatalogueTable, at_places, read_table
from product_matching.listings.image_folder import find_photos

#: Longest `posting_id`, in characters.
MAX_ID_LENGTH = 200

_TEXT_COLUMNS = ("posting_id", "title", "image", "image_phash", "label_group")
_PHASH = r"[0-9a-fA-F]{16}"
_UNFIT_FOR_ID = r"[\s\x00-\x1f\x7f-\x9f]"


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
    """

    listings: pd.DataFrame
    image_folder: Path | None

    def __len__(self) -> int:
        return len(self.listings)

    @property
    def has_titles(self) -> bool:
        """Whether any listing has a title."""
        return "title" in self.listings and bool((self.listings["title"] != "").any())

    @property
    def has_photos(self) -> bool:
        """Whether any listing has a photo in the image folder."""
        return self.image_folder is not None and bool((self.listings["image"] != "").any())

    def photo_path(self, row: int) -> Path | None:
        """Path of the photo of the listing at a position; None if it has none."""
        image = "" if self.image_folder is None else self.listings["image"].iloc[row]
        return self.image_folder / image if self.image_folder and image else None


class CatalogueError(InputError):
    """A catalogue file that cannot be used.

    Attributes
    ----------
    problems
        Everything that was found wrong with the file, each with its row numbers; row 1 is the first listing.
    """

    def __init__(self, path: Path, problems: list[str], what: str = "catalogue") -> None:
        self.problems = problems
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
    problems: list[str] = []
    check = None if images is None else partial(check_photos, folder=images, problems=problems)
    listings = check_listings_file(path, problems, label_column=label_column, photos_check=check)
    if listings is None or problems:
        raise CatalogueError(path, problems)
    return Catalogue(listings.reset_index(drop=True), images)


def check_listings_file(
    path: Path, problems: list[str], *, label_column: str, photos_check: Callable[[pd.Series], None] | None
) -> pd.DataFrame | None:
    """Read a catalogue file and append to `problems` what is wrong with it.

    Parameters
    ----------
    path, label_column
        See `read_catalogue`.
    problems
        One sentence for each problem, with the rows that it is in.
    photos_check
        Called with the paths of the photos by row number, to append what is wrong with them; None for a catalogue
        without photos.

    Returns
    -------
    pandas.DataFrame or None
        The listings, by row number; None if no row can be read.
    """
    table = read_table(path, problems)
    if table is None:
        return None
    _check_columns(table.columns.column_names, photos_check is not None, label_column, problems)
    listings = _to_listings(table, label_column, problems)
    if "posting_id" in listings:
        check_ids(listings["posting_id"], problems)
    _check_content(listings, photos_check, problems)
    return listings


def _check_columns(names: list[str], with_photos: bool, label_column: str, problems: list[str]) -> None:  # noqa: FBT001
    missing = []
    if "posting_id" not in names:
        missing.append("no column 'posting_id'")
    if with_photos and "image" not in names:
        missing.append("photos were given, but there is no column 'image'")
    elif not with_photos and "title" not in names:
        missing.append("no column 'title'" + (" and no photos for 'image'" if "image" in names else ""))
    if label_column != "label_group" and label_column not in names:
        missing.append(f"no column {label_column!r} for the label groups")
    if missing:
        found = ", ".join(_shown(name) for name in names[:20])
        problems.append(f"{'; '.join(missing)}; the columns that the file names are {found}")


def _to_listings(table: CatalogueTable, label_column: str, problems: list[str]) -> pd.DataFrame:
    """Make a frame whose index is the row number; text columns that cannot be text are reported and left out."""
    columns = table.columns
    if label_column in columns.column_names and label_column != "label_group":
        labels = columns[label_column]
        columns = columns.drop_columns(["label_group"]) if "label_group" in columns.column_names else columns
        columns = columns.append_column("label_group", labels)
    texts: dict[str, pd.Series] = {}
    for name in (name for name in _TEXT_COLUMNS if name in columns.column_names):
        try:
            texts[name] = to_text(columns[name])
        except pa.ArrowException:
            problems.append(f"column {name!r} holds {columns[name].type}; accepted are text and whole numbers")
            columns = columns.drop_columns([name])
    listings: pd.DataFrame = columns.to_pandas(ignore_metadata=True).assign(**texts)
    return listings.set_axis(pd.Index(table.row_numbers), axis="index")


def to_text(column: pa.ChunkedArray) -> pd.Series:
    """Write a column as text, "" for a null or blanks; whole numbers that were stored as floating point stay whole."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_floating(kind):
        column = column.cast(pa.int64())
    elif not (pa.types.is_integer(kind) or pa.types.is_null(kind) or _is_text(kind)):
        raise pa.ArrowTypeError(str(kind))
    text: pd.Series = column.cast(pa.string()).to_pandas().astype("str").fillna("")
    return text.mask(text.str.strip() == "", "")


def _is_text(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def check_ids(ids: pd.Series, problems: list[str]) -> None:
    """Append to `problems` what is wrong with a column of ids; its name is said, its index is the row number."""
    unfit = {
        f"empty {ids.name}": ids == "",
        f"{ids.name} longer than {MAX_ID_LENGTH} characters": ids.str.len() > MAX_ID_LENGTH,
        f"{ids.name} with spaces or control characters, which separate ids in an export": ids.str.contains(
            _UNFIT_FOR_ID
        ),
    }
    for problem, rows in unfit.items():
        if rows.any():
            problems.append(at_places(problem, remarks_on(ids[rows])))
    repeated = ids[ids.duplicated() & (ids != "")]
    if len(repeated):
        first_row = ids.drop_duplicates().reset_index().set_index(ids.name)["index"]
        remarks = (f"{_shown(id_)} as in row {first_row[id_]}" for id_ in repeated)
        problems.append(at_places(f"duplicate {ids.name}", zip(repeated.index, remarks, strict=True)))


def _check_content(
    listings: pd.DataFrame, photos_check: Callable[[pd.Series], None] | None, problems: list[str]
) -> None:
    sides = ("title", "image") if photos_check is not None else ("title",)
    usable = [name for name in sides if name in listings]
    if usable:
        nothing = (listings[usable] == "").all(axis="columns")
        if nothing.any():
            problems.append(at_places("neither title nor photo", remarks_on(listings[usable[0]][nothing])))
    if "image_phash" in listings:
        hashes = listings["image_phash"]
        odd = (hashes != "") & ~hashes.str.fullmatch(_PHASH)
        if odd.any():
            problems.append(at_places("image_phash is not 16 hexadecimal digits", remarks_on(hashes[odd])))
    if photos_check is not None and "image" in listings:
        photos_check(listings["image"][listings["image"] != ""])


def check_photos(photos: pd.Series, folder: Path, problems: list[str]) -> None:
    """Append to `problems` which paths of photos lead to no file below a folder; their index is the row number."""
    if not folder.is_dir():
        problems.append(f"the image folder {str(folder)!r} does not exist or is not a folder")
        return
    leaving, missing = find_photos(dict(zip(photos.index.tolist(), photos.tolist(), strict=True)), folder)
    if leaving:
        problems.append(at_places("image is not a path inside the image folder", remarks_on(photos[leaving])))
    if missing:
        problems.append(at_places(f"no such photo in {str(folder)!r}", remarks_on(photos[missing])))


def remarks_on(values: pd.Series) -> list[tuple[int, str]]:
    """Row number and value of each cell; for `at_places`."""
    pairs = zip(values.index.tolist(), values.tolist(), strict=True)
    return [(row, _shown(value) if value else "") for row, value in pairs]


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "...")
