"""Rows of an earlier comparison, where the networks that they were measured with are no longer there."""

from __future__ import annotations

from dataclasses import replace

from product_matching.errors import InputError
from product_matching.store.comparison import DATA_SETS, Comparison, Row

#: Stands in the remark of a row that was not measured now.
KEPT = "kept from an earlier run"


def keep_rows(now: Comparison, earlier: Comparison) -> Comparison:
    """Fill a comparison with the rows of an earlier one that could not be measured now.

    The shipped model's rows are never taken from it. A reproduced figure that was not made again is, and so are the
    sentences on the order where a row of the ten methods is.

    Raises
    ------
    InputError
        The two have different protocols: their figures cannot stand in one table.
    """
    if now.protocols != earlier.protocols:
        raise InputError("The earlier comparison has other protocols: its rows cannot stand beside those measured now.")
    old = {row.name: row for row in earlier.rows if row.section != "shipped"}
    names = {row.name for row in now.rows}
    rows = [_fill(row, old.get(row.name)) for row in now.rows]
    rows += [_kept(row) for name, row in old.items() if name not in names]
    taken = {row.name for row in rows if _is_kept(row)}
    place = {row.name: number for number, row in enumerate(rows)}
    differences = [*(each for each in earlier.differences if each.row in taken), *now.differences]
    return replace(
        now,
        rows=tuple(rows),
        differences=tuple(sorted(differences, key=lambda each: place[each.row])),
        order=earlier.order if any(_is_kept(row) and row.section == "comparison" for row in rows) else now.order,
    )


def _fill(row: Row, earlier: Row | None) -> Row:
    if earlier is None:
        return row
    if not _is_measured(row):
        return _kept(earlier)
    return row if row.reproduced else replace(row, reproduced=earlier.reproduced)


def _kept(row: Row) -> Row:
    if _is_kept(row) or not _is_measured(row):
        return row
    return replace(row, remark=f"{row.remark}; {KEPT}" if row.remark else KEPT)


def _is_measured(row: Row) -> bool:
    return any(row.scores(data) for data in DATA_SETS)


def _is_kept(row: Row) -> bool:
    return row.remark.endswith(KEPT)
