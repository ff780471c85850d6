"""Rows of a list that cannot be used as they are, each with its line and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from product_matching.listings.list_problems import Problems, RowProblem
from product_matching.listings.listing_checks import CheckedFile


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
