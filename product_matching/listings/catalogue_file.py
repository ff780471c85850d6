"""A catalogue file on disk: CSV or Parquet into columns and row numbers, with what is wrong with the file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import pyarrow as pa
import pyarrow.parquet as pq

from product_matching.damage import DAMAGES
from product_matching.listings.list_problems import Problems, RowProblem, at_places
from product_matching.listings.spreadsheet_text import unguard
from product_matching.parquet_files import check_parquet

_BROKEN = "quoting that cannot be read"
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
    lines
        The line of the file in which each row begins, by row number; rows that are not well-formed as well. Rows of a
        Parquet file are their own lines.
    odd
        Of rows with another number of fields than the header: the fields, by row number and column.
    n_empty
        Rows without anything in any field, which are passed over and have no number.
    """

    columns: pa.Table
    row_numbers: Sequence[int]
    lines: Mapping[int, int]
    odd: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    n_empty: int = 0


def read_table(path: Path, problems: Problems) -> CatalogueTable | None:
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


def table_suffix(name: str, problems: Problems) -> str | None:
    """The suffix of a file name in lower case; append to `problems` and return None if it is not accepted."""
    suffix = PurePath(name).suffix
    if suffix.lower() in (".csv", ".parquet"):
        return suffix.lower()
    problems.append(f"its name ends in {suffix!r:.40}; accepted are .csv and .parquet")
    return None


def _read_csv(path: Path, problems: Problems) -> CatalogueTable | None:
    data = path.read_bytes()
    if not data.strip():
        problems.append("the file is empty")
        return None
    if data.startswith(_BINARY_STARTS) or b"\0" in data.partition(b"\n")[0]:
        problems.append("it is not UTF-8 text; save the file as CSV in UTF-8")
        return None
    records = _csv_records(_decode(data, problems))
    first = next(records)
    if first.error:
        problems.append(f"its header cannot be read: {first.error}")
        return None
    header = [unguard(name) for name in first.fields]
    return _csv_table(header, records, problems) if _names_are_unique(header, problems) else None


def _decode(data: bytes, problems: Problems) -> str:
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


@dataclass(frozen=True)
class _Record:
    """A record of a CSV file that is not a blank line: its fields, or what is wrong with it, and its lines."""

    fields: list[str]
    first_line: int
    last_line: int
    error: str = ""


def _csv_records(text: str) -> Iterator[_Record]:
    """Yield each record that is not a blank line; after one that cannot be read, the next line follows."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    while True:
        fields, error = [], ""
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            error = f"line {reader.line_num}: {wrong}"
        if fields or error:
            yield _Record(fields, before + 1, reader.line_num, error)
        before = reader.line_num


def _csv_table(header: list[str], records: Iterator[_Record], problems: Problems) -> CatalogueTable | None:
    rows: dict[int, list[str]] = {}
    odd: dict[int, Mapping[str, str]] = {}
    lines: dict[int, int] = {}
    uneven: list[RowProblem] = []
    broken: list[RowProblem] = []
    swallowing: list[tuple[int, str]] = []
    n_empty = 0
    for record in records:
        if not (record.error or any(map(str.strip, record.fields))):
            n_empty += 1
            continue
        number = len(lines) + 1
        lines[number] = record.first_line
        cells = [unguard(cell) if cell.startswith("'") else cell for cell in record.fields]
        if record.error and record.last_line > record.first_line:  # further rows may be lost with it
            swallowing.append((number, f"{record.error}, in a text that begins in line {record.first_line}"))
        elif record.error:
            broken.append(RowProblem(row=number, kind=_BROKEN, value=record.error))
        elif len(cells) != len(header):
            uneven.append(RowProblem(row=number, kind=_fields_in(header), value=str(len(cells))))
            odd[number] = dict(zip(header, cells, strict=False))
        else:
            rows[number] = cells
    problems.append_rows(uneven)
    problems.append_rows(broken)
    if swallowing:
        problems.append(at_places(_BROKEN, swallowing))
    if not lines:
        problems.append("it has a header but no rows")
    columns = [pa.array(values, pa.string()) for values in zip(*rows.values(), strict=True)]
    if not columns:
        return None
    return CatalogueTable(pa.table(columns, names=header), list(rows), lines, odd, n_empty)


def _fields_in(header: list[str]) -> str:
    return f"not {len(header)} fields as in the header"


def _read_parquet(path: Path, problems: Problems) -> CatalogueTable | None:
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if not _names_are_unique(names, problems):
                return None
            check_parquet(path)
            table = file.read().replace_schema_metadata(None)
        table.validate(full=True)
    except DAMAGES as error:
        problems.append(f"it is not a Parquet file that can be read: {_first_line(error)}")
        return None
    if not len(table):
        problems.append("it has columns but no rows")
        return None
    unfit = [field.name for field in table.schema if pa.types.is_nested(field.type) or _is_binary(field.type)]
    for name in unfit:
        what = f"{table.schema.field(name).type!s:.60}"
        problems.append(f"column {name!r} holds {what}; accepted are text, numbers, dates, and true or false")
    table = table.drop_columns(unfit)
    numbers = range(1, len(table) + 1)
    return CatalogueTable(table, numbers, dict(zip(numbers, numbers, strict=True)))


def _is_binary(kind: pa.DataType) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in tests)


def _names_are_unique(names: Sequence[str], problems: Problems) -> bool:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        problems.append(f"more than one column is named {', '.join(map(repr, twice))}")
    return not twice


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
