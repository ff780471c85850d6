"""The short table of the comparison, and its place in another page."""

from __future__ import annotations

from pathlib import Path

from product_matching.comparison.markdown import as_cell, as_table
from product_matching.comparison.reported import PHASH, UNTRAINED
from product_matching.errors import InputError, said
from product_matching.files import write_text
from product_matching.store.comparison import Comparison, Row

#: Lines of a page around the table.
BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"
#: Baselines of the short table; the page of the comparison has all of them.
_BASELINES = (UNTRAINED, PHASH.name)


def summary_table(comparison: Comparison) -> str:
    """The short comparison: all methods, the shipped model's photo row and two baselines."""
    head = ["method", "reported figure", "demo F1", "groceries recall@1"]
    body = [
        [
            row.name,
            str(row.reported) if row.reported else as_cell(None),
            as_cell(row.figure("demo", "f1")),
            as_cell(row.figure("groceries", "recall_at_1")),
        ]
        for row in comparison.rows
        if _is_shown(row)
    ]
    return "\n".join(as_table(head, body)) + "\n"


def _is_shown(row: Row) -> bool:
    if row.section == "baseline":
        return row.name in _BASELINES
    return row.section != "shipped" or row.groceries is not None


def put_into(page: Path, table: str) -> None:
    """Replace the text between `BEGIN` and `END` in a page by a table.

    Raises
    ------
    InputError
        The page cannot be read or written, or lacks the two lines.
    """
    try:
        text = page.read_text(encoding="utf-8")
        before, found, rest = text.partition(BEGIN)
        _, found_end, after = rest.partition(END)
        if not found or not found_end:
            raise InputError(f"The page {page} has no place for the table: it needs the lines {BEGIN} and {END}.")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The page {page} cannot be read ({said(error, 100)}).") from error
    write_text(page, f"{before}{BEGIN}\n\n{table}\n{END}{after}", what="page")
