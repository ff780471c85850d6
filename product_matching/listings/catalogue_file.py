"""A catalogue file on disk: CSV or Parquet into columns and row numbers, with what is wrong with the file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import pyarrow as pa
import pyarrow.parquet as pq

from product_matching.listings.spreadsheet_text import unguard

_NAMED_PLACES = 5
_BINARY_STARTS = (b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"PAR1")


@dataclass(frozen=True)
class CatalogueTable:
    """The well-formed rows of a catalogue file.

    Attributes
    ----------
    columns
        N rows; every column is text if the file was CSV, and typed as stored if it was Parquet. Names are unique.
    row_numbers
        For each of the N rows its number in the file; 1 is the first listing.
    """

    columns: pa.Table
    row_numbers: Sequence[int]


def read_table(path: Path, problems: list[str]) -> CatalogueTable | None:
    """Read a file by its suffix; append to `problems` what is wrong with it, and return None if no row can be read."""
    suffix = table_suffix(path.name, problems)
    if suffix is None:
        return None
    reader = _read_csv if suffix == ".csv" else _read_parquet
    try:
        if path.is_file():
            return reader(path, problems)
        problems.append("there is no such file")
    except (OSError, ValueError) as error:
        problems.append(f"it cannot be read: {_first_line(error)}")
    return None


def table_suffix(name: str, problems: list[str]) -> str | None:
    """The suffix of a file name in lower case; append to `problems` and return None if it is not accepted."""
    suffix = PurePath(name).suffix
    if suffix.lower() in (".csv", ".parquet"):
        return suffix.lower()
    problems.append(f"its name ends in {suffix!r:.40}; accepted are .csv and .parquet")
    return None


def at_places(problem: str, places: Iterable[tuple[int, str]], *, unit: str = "row") -> str:
    """Write a problem with the rows (or lines) it is in and a remark on each; the first few named, the rest counted."""
    places = list(places)
    named = ", ".join(
        f"{unit} {number} ({remark})" if remark else f"{unit} {number}" for number, remark in places[:_NAMED_PLACES]
    )
    more = len(places) - _NAMED_PLACES
    return f"{problem}: {named}" + (f" and {more:,} more" if more > 0 else "")


def _read_csv(path: Path, problems: list[str]) -> CatalogueTable | None:
    data = path.read_bytes()
    if not data.strip():
        problems.append("the file is empty")
        return None
    if data.startswith(_BINARY_STARTS) or b"\0" in data.partition(b"\n")[0]:
        problems.append("it is not UTF-8 text; save the file as CSV in UTF-8")
        return None
    records = _csv_records(_decode(data, problems))
    header = next(records)
    if isinstance(header, csv.Error):
        problems.append(f"its header cannot be read: {header}")
        return None
    header = [unguard(name) for name in header]
    return _csv_table(header, records, problems) if _names_are_unique(header, problems) else None


def _decode(data: bytes, problems: list[str]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        wrong = [(number, "") for number, line in enumerate(data.split(b"\n"), start=1) if not _is_utf8(line)]
        problems.append(at_places("not UTF-8 text, save the file as UTF-8", wrong, unit="line"))
        return data.decode("utf-8-sig", errors="replace")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _csv_records(text: str) -> Iterator[list[str] | csv.Error]:
    """Yield each record that is not a blank line, or what is wrong with it; after an error the next line follows."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield csv.Error(f"line {reader.line_num}: {error}")
        else:
            if record:
                yield record


def _csv_table(
    header: list[str], records: Iterator[list[str] | csv.Error], problems: list[str]
) -> CatalogueTable | None:
    rows: dict[int, list[str]] = {}
    uneven: list[tuple[int, str]] = []
    broken: list[tuple[int, str]] = []
    for number, record in enumerate(records, start=1):
        if isinstance(record, csv.Error):
            broken.append((number, str(record)))
        elif len(record) != len(header):
            uneven.append((number, str(len(record))))
        else:
            rows[number] = [unguard(cell) if cell.startswith("'") else cell for cell in record]
    if uneven:
        problems.append(at_places(f"not {len(header)} fields as in the header", uneven))
    if broken:
        problems.append(at_places("quoting that cannot be read", broken))
    if not (rows or uneven or broken):
        problems.append("it has a header but no rows")
    columns = [pa.array(values, pa.string()) for values in zip(*rows.values(), strict=True)]
    return CatalogueTable(pa.table(columns, names=header), list(rows)) if rows else None


def _read_parquet(path: Path, problems: list[str]) -> CatalogueTable | None:
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if not _names_are_unique(names, problems):
                return None
            table = file.read().replace_schema_metadata(None)
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        problems.append(f"it is not a Parquet file that can be read: {_first_line(error)}")
        return None
    if not len(table):
        problems.append("it has columns but no rows")
        return None
    return CatalogueTable(table, range(1, len(table) + 1))


def _names_are_unique(names: Sequence[str], problems: list[str]) -> bool:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        problems.append(f"more than one column is named {', '.join(map(repr, twice))}")
    return not twice


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
