"""Checks of the rows of a list: their ids, texts and paths of photos; every problem is noted with its row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from product_matching.listings.catalogue_file import CatalogueTable, read_table
from product_matching.listings.image_folder import find_photos
from product_matching.listings.list_problems import Problems, RowProblem, shown
from product_matching.listings.photo_names import PhotoNames, files_below

#: Longest `posting_id`, in characters.
MAX_ID_LENGTH = 200
#: What is wrong with a path of a photo that is not where it is looked for.
OUTSIDE = "image is not a path inside the image folder"

_TEXT_COLUMNS = ("posting_id", "title", "image", "image_phash", "label_group")
_PHASH = r"[0-9a-fA-F]{16}"
_UNFIT_FOR_ID = r"[\s\x00-\x1f\x7f-\x9f]"
PhotosCheck = Callable[[pd.Series, Problems], None]


@dataclass(frozen=True, eq=False, kw_only=True)
class CheckedFile:
    """A file whose rows were checked.

    Attributes
    ----------
    listings
        Its well-formed rows, by row number.
    table
        As it was read.
    """

    listings: pd.DataFrame
    table: CatalogueTable

    def cells(self, rows: Collection[int]) -> dict[int, Mapping[Hashable, object]]:
        """What rows hold by column, as far as it can be told."""
        well_formed = self.listings[self.listings.index.isin(list(rows))]
        found = dict(zip(well_formed.index.tolist(), well_formed.to_dict("records"), strict=True))
        return {row: found.get(row, self.table.odd.get(row, {})) for row in rows}


def check_listings_file(
    path: Path, problems: Problems, *, label_column: str, photos_check: PhotosCheck | None
) -> CheckedFile | None:
    """Read a catalogue file and add to `problems` what is wrong with it.

    Parameters
    ----------
    path, label_column
        See `product_matching.listings.catalogue.read_catalogue`.
    problems
        Of the file, and of its rows.
    photos_check
        Called with the paths of the photos by row number, to add what is wrong with them; None for a catalogue
        without photos.

    Returns
    -------
    CheckedFile or None
        None if no row can be read.
    """
    table = read_table(path, problems)
    if table is None:
        return None
    _check_columns(table.columns.column_names, photos_check is not None, label_column, problems)
    listings = _to_listings(table, label_column, problems)
    if "posting_id" in listings:
        check_ids(listings["posting_id"], problems)
    _check_content(listings, photos_check, problems)
    return CheckedFile(listings=listings, table=table)


def _check_columns(names: list[str], with_photos: bool, label_column: str, problems: Problems) -> None:  # noqa: FBT001
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
        found = ", ".join(shown(name) for name in names[:20])
        problems.append(f"{'; '.join(missing)}; the columns that the file names are {found}{_say_separator(names)}")


def _say_separator(names: list[str]) -> str:
    """Say that the fields of a file with one column look separated by another sign; "" for nothing to say."""
    if len(names) == 1:
        for sign, what in ((";", "semicolons"), ("\t", "tabs")):
            if sign in names[0]:
                return f": they look separated by {what}, save the file with commas"
    return ""


def _to_listings(table: CatalogueTable, label_column: str, problems: Problems) -> pd.DataFrame:
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
    listings = _to_frame(columns, problems).assign(**texts)
    return listings.set_axis(pd.Index(table.row_numbers), axis="index")


def _to_frame(columns: pa.Table, problems: Problems) -> pd.DataFrame:
    """Columns as a frame; those with values that no frame can hold, such as a date in year 4,000,000, are reported."""
    try:
        frame: pd.DataFrame = columns.to_pandas(ignore_metadata=True)
    except (ValueError, OverflowError, pa.ArrowException):
        unfit = [name for name in columns.column_names if not _fits_frame(columns[name])]
        for name in unfit:
            problems.append(f"column {name!r} of the type {columns[name].type} holds a value that is out of range")
        frame = columns.drop_columns(unfit).to_pandas(ignore_metadata=True)
    return frame


def _fits_frame(column: pa.ChunkedArray) -> bool:
    try:
        column.to_pandas()
    except (ValueError, OverflowError, pa.ArrowException):
        return False
    return True


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


def check_ids(ids: pd.Series, problems: Problems) -> None:
    """Add to `problems` what is wrong with a column of ids; its name is said, its index is the row number."""
    unfit = {
        f"empty {ids.name}": ids == "",
        f"{ids.name} longer than {MAX_ID_LENGTH} characters": ids.str.len() > MAX_ID_LENGTH,
        f"{ids.name} with spaces or control characters, which separate ids in an export": ids.str.contains(
            _UNFIT_FOR_ID
        ),
    }
    for kind, rows in unfit.items():
        problems.append_rows(problems_of(kind, ids[rows]))
    repeated = ids[ids.duplicated() & (ids != "")]
    if len(repeated):
        first_row = ids.drop_duplicates().reset_index().set_index(ids.name)["index"]
        problems.append_rows(
            RowProblem(row=row, kind=f"duplicate {ids.name}", value=shown(id_), like=int(first_row[id_]))
            for row, id_ in rows_of(repeated)
        )


def _check_content(listings: pd.DataFrame, photos_check: PhotosCheck | None, problems: Problems) -> None:
    sides = ("title", "image") if photos_check is not None else ("title",)
    usable = [name for name in sides if name in listings]
    if usable:
        nothing = (listings[usable] == "").all(axis="columns")
        problems.append_rows(problems_of("neither title nor photo", listings[usable[0]][nothing]))
    if "image_phash" in listings:
        hashes = listings["image_phash"]
        odd = (hashes != "") & ~hashes.str.fullmatch(_PHASH)
        problems.append_rows(problems_of("image_phash is not 16 hexadecimal digits", hashes[odd]))
    if photos_check is not None and "image" in listings:
        photos_check(listings["image"][listings["image"] != ""], problems)


def check_photos(photos: pd.Series, folder: Path, problems: Problems) -> None:
    """Add to `problems` which paths of photos lead to no file below a folder; their index is the row number."""
    if not folder.is_dir():
        problems.append(f"the image folder {str(folder)!r} does not exist or is not a folder")
        return
    leaving, missing = find_photos(dict(zip(photos.index.tolist(), photos.tolist(), strict=True)), folder)
    problems.append_rows(problems_of(OUTSIDE, photos[leaving], of_photo=True))
    if missing:
        there = PhotoNames(files_below(folder))
        problems.append_rows(missing_photos("no such photo", photos[missing], there, where=str(folder)))


def missing_photos(kind: str, missing: pd.Series, there: PhotoNames, *, where: str = "") -> list[RowProblem]:
    """The problem of each row whose photo is not there, with the files that are named nearly so."""
    return [
        RowProblem(row=row, kind=kind, value=f"{shown(name)}{there.say_like(name)}", of_photo=True, where=where)
        for row, name in rows_of(missing)
    ]


def problems_of(kind: str, values: pd.Series, *, of_photo: bool = False) -> list[RowProblem]:
    """A problem of the row of each cell, with its value."""
    return [
        RowProblem(row=row, kind=kind, value=shown(value) if value else "", of_photo=of_photo)
        for row, value in rows_of(values)
    ]


def rows_of(values: pd.Series) -> list[tuple[int, str]]:
    """Row number and text of each cell."""
    return list(zip(values.index.tolist(), values.tolist(), strict=True))
