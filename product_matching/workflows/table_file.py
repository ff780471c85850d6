"""A table as CSV, JSON or Parquet."""

from __future__ import annotations

import io
from enum import StrEnum
from pathlib import Path

import pandas as pd

from product_matching.files import atomic_file

#: A spreadsheet reads a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TableFormat(StrEnum):
    """A format of a table."""

    csv = "csv"
    json = "json"
    parquet = "parquet"

    @property
    def mime(self) -> str:
        """Media type of a file of it."""
        return {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet"}[self.value]


def table_bytes(table: pd.DataFrame, kind: TableFormat) -> bytes:
    """Write a table: the columns in their order, one object a row in JSON.

    In CSV a text that a spreadsheet would read as a formula gets an apostrophe before it (OWASP, CSV injection).
    """
    if kind is TableFormat.parquet:
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        return buffer.getvalue()
    if kind is TableFormat.json:
        text = table.to_json(orient="records", force_ascii=False, indent=1, date_format="iso")
        return (text + "\n").encode()
    safe = table.map(_as_text)
    text = str(safe.to_csv(index=False, lineterminator="\r\n"))
    return text.encode("utf-8-sig")


def _as_text(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_table(path: Path, table: pd.DataFrame, kind: TableFormat) -> None:
    """Write a table to a file, all of it or nothing.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    with atomic_file(path) as partial:
        partial.write_bytes(table_bytes(table, kind))
