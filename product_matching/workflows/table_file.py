"""A table as CSV, JSON or Parquet."""

from __future__ import annotations

import io
from enum import StrEnum
from pathlib import Path

import pandas as pd

from product_matching.files import atomic_file
from product_matching.listings.spreadsheet_text import guard


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

    In CSV texts are guarded (see `spreadsheet_text`): a catalogue, a list and decisions are read without the guard.
    """
    if kind is TableFormat.parquet:
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        return buffer.getvalue()
    if kind is TableFormat.json:
        text = table.to_json(orient="records", force_ascii=False, indent=1, date_format="iso")
        return (text + "\n").encode()
    safe = table.map(lambda value: guard(value) if isinstance(value, str) else value)
    text = str(safe.to_csv(index=False, header=[guard(str(name)) for name in table], lineterminator="\r\n"))
    return text.encode("utf-8-sig")


def write_table(path: Path, table: pd.DataFrame, kind: TableFormat) -> None:
    """Write a table to a file, all of it or nothing.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    with atomic_file(path) as partial:
        partial.write_bytes(table_bytes(table, kind))
