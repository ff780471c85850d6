"""The comparison in one table, and its place in another page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from product_matching.comparison.markdown import as_figure, as_table
from product_matching.comparison.reported import PHASH, UNTRAINED
from product_matching.errors import InputError
from product_matching.files import write_text

#: Lines of a page between which the table stands.
BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"
_MEASURES = (("demo", "f1"), ("groceries", "recall_at_1"))
#: Baselines of the short table; the page of the comparison has all of them.
_BASELINES = (UNTRAINED, PHASH.name)


def summary_table(comparison: dict[str, Any]) -> str:
    """The comparison in short, in the form of `Comparison.to_json`: of the shipped model its own row, two baselines."""
    head = ["method", "reported F1", "demo F1", "groceries recall@1"]
    shown = [row for row in comparison["rows"] if _is_shown(row)]
    body = [
        [
            row["name"],
            f"{row['reported']['f1']:.3f}" if row["reported"] else "-",
            *(as_figure(row[data], name) for data, name in _MEASURES),
        ]
        for row in shown
    ]
    return "\n".join(as_table(head, body)) + "\n"


def _is_shown(row: dict[str, Any]) -> bool:
    if row["section"] == "baseline":
        return row["name"] in _BASELINES
    return row["section"] != "shipped" or row["groceries"] is not None


def put_into(page: Path, table: str) -> None:
    """Replace what stands between `BEGIN` and `END` in a page by a table.

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
        raise InputError(f"The page {page} cannot be read ({error!s:.100}).") from error
    write_text(page, f"{before}{BEGIN}\n\n{table}\n{END}{after}", what="page")
