"""The comparison as tables: cells for the page, and CSV files for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from product_matching.app.shared.wording import plain, shorten
from product_matching.listings.spreadsheet_text import guard_cells
from product_matching.metrics.retrieval import MEASURES, Measure
from product_matching.store.comparison import (
    DATA_SETS,
    Comparison,
    DataName,
    Difference,
    Figure,
    Reported,
    Reproduced,
    Row,
    Section,
)

MEASURE_NAMES: dict[Measure, str] = {"f1": "F1", "recall_at_1": "recall@1", "map_at_r": "mAP@R"}
DATA_NAMES: dict[DataName, str] = {"demo": "Demo", "groceries": "Groceries", "groceries_full": "Groceries"}
#: The sections in the order in which they are shown.
SECTION_NAMES: dict[Section, str] = {
    "comparison": "The comparison",
    "beyond": "Extensions",
    "shipped": "Shipped",
    "baseline": "Without training",
}
#: Remarks are cut here; the download has them whole.
_REMARK_CHARS = 60
NOTHING = "–"
#: What stands between the bounds of an interval once `plain` has escaped it, and what does not break the line there.
_JOINT, _JOINED = "\\, ", "\\,\u00a0"


def figure_text(figure: Figure | None) -> str:
    """A figure with its interval, as text."""
    return NOTHING if figure is None else str(figure)


def figure_cell(figure: Figure | None) -> str:
    """A figure as Markdown: its interval small and grey beneath it."""
    if figure is None:
        return NOTHING
    value, _, interval = str(figure).partition(" ")
    return value + (_beneath(interval) if interval else "")


def difference_cell(figure: Figure | None) -> str:
    """A difference as Markdown, coloured where its interval is on one side of zero."""
    if figure is None:
        return NOTHING
    sign = f"{figure.value:+.3f}".replace("-", "−")
    if figure.interval is None:
        return sign
    low, high = figure.interval
    colour = "green" if low > 0 else "red" if high < 0 else "gray"
    bounds = f"[{low:+.3f}, {high:+.3f}]".replace("-", "−")
    return f":{colour}[{sign}]{_beneath(bounds)}"


def _beneath(text: str) -> str:
    """A text of any origin as a second line of a cell, small and grey, without line breaks in an interval."""
    return f"  \n:small[:gray[{plain(text).replace(_JOINT, _JOINED)}]]"


def rows_by_section(comparison: Comparison) -> Iterator[tuple[Section, list[Row]]]:
    """The methods of each section that has any, in the order of the file within a section."""
    for section in SECTION_NAMES:
        rows = [row for row in comparison.rows if row.section == section]
        if rows:
            yield section, rows


def comparison_table(comparison: Comparison, groceries: DataName) -> dict[str, list[str]]:
    """The table of all methods as Markdown cells by column, a line with its name before each section.

    Columns without any figure are left out.

    Parameters
    ----------
    comparison
        What to show.
    groceries
        Which figures of the groceries: ``groceries`` or ``groceries_full``.
    """
    notes = protocol_notes(comparison)
    lines: list[list[str]] = []
    for section, rows in rows_by_section(comparison):
        lines.append([f":primary[**{SECTION_NAMES[section]}**]", *[""] * (len(_COLUMNS) - 1)])
        lines.extend(_cells(row, groceries, notes) for row in rows)
    columns = {name: [line[place] for line in lines] for place, name in enumerate(_COLUMNS)}
    return {name: cells for name, cells in columns.items() if not set(cells) <= {"", NOTHING}}


#: What was measured here comes first: that is what a phone shows.
_COLUMNS = (
    "Method",
    "Demo: F1",
    "Groceries: F1",
    "Groceries: recall@1",
    "Groceries: mAP@R",
    "Reported figure",
    "Reproduced F1",
)


def protocol_notes(comparison: Comparison) -> dict[str, str]:
    """A mark for each protocol of reported and reproduced figures, in order of appearance."""
    figures = [figure for _, rows in rows_by_section(comparison) for row in rows for figure in _foreign(row)]
    protocols = dict.fromkeys(_protocol(figure) for figure in figures if figure is not None)
    protocols.pop("", None)
    return {protocol: str(number).translate(_RAISED) for number, protocol in enumerate(protocols, 1)}


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _foreign(row: Row) -> tuple[Reported | None, Reproduced | None]:
    return row.reported, row.reproduced


def _protocol(figure: Reported | Reproduced) -> str:
    size = f"N = {figure.n:,}" if isinstance(figure, Reproduced) else ""
    return ", ".join(part for part in (figure.protocol, size) if part)


def _cells(row: Row, groceries: DataName, notes: Mapping[str, str]) -> list[str]:
    return [
        f"{plain(row.name)}{_beneath(_remark(row)) if row.remark else ''}",
        figure_cell(row.figure("demo", "f1")),
        *(figure_cell(row.figure(groceries, measure)) for measure in MEASURES),
        *(_foreign_cell(figure, notes) for figure in _foreign(row)),
    ]


def _remark(row: Row) -> str:
    """A remark up to its first colon, behind which settings stand."""
    return shorten(row.remark.partition(": ")[0], _REMARK_CHARS)


def _foreign_cell(figure: Reported | Reproduced | None, notes: Mapping[str, str]) -> str:
    if figure is None:
        return NOTHING
    mark = notes.get(_protocol(figure), "")
    value, _, interval = figure_cell(figure.figure).partition("  \n")
    return f"{value}{mark}" + (f"  \n{interval}" if interval else "")


def split_differences(
    rows: Sequence[Row], differences: Sequence[Difference]
) -> tuple[list[Difference], list[Difference]]:
    """The differences of trained methods, what ships first, and those of methods without training."""
    sections = {row.name: row.section for row in rows}
    trained = [each for each in differences if sections.get(each.row) != "baseline"]
    trained.sort(key=lambda each: sections.get(each.row) != "shipped")
    return trained, [each for each in differences if sections.get(each.row) == "baseline"]


def difference_table(differences: Sequence[Difference], measure: Measure, groceries: DataName) -> dict[str, list[str]]:
    """Differences by one measure as Markdown cells: a line a method, a column each data set."""
    found = {(each.row, each.data): each.figure for each in differences if each.measure == measure}
    shown: tuple[DataName, ...] = ("demo", groceries)
    data = [name for name in shown if any(where == name for _, where in found)]
    names = [name for name in dict.fromkeys(name for name, _ in found) if any((name, each) in found for each in data)]
    columns = {"Method": [plain(name) for name in names]}
    return columns | {
        f"{DATA_NAMES[each]}: {MEASURE_NAMES[measure]}": [difference_cell(found.get((name, each))) for name in names]
        for each in data
    }


def comparison_csv(comparison: Comparison) -> bytes:
    """All methods with all their figures, a line each; empty where there is none."""
    header = ["name", "section", "kind", "remark"]
    for what in ("reported", "reproduced"):
        header += [f"{what}_f1", f"{what}_f1_low", f"{what}_f1_high", f"{what}_protocol", f"{what}_n"]
    for data in DATA_SETS:
        for measure in MEASURES:
            header += [f"{data}_{measure}", f"{data}_{measure}_low", f"{data}_{measure}_high"]
        header += [f"{data}_threshold", f"{data}_n", f"{data}_queries"]
    return _csv(header, (_record(row) for row in comparison.rows))


def differences_csv(comparison: Comparison) -> bytes:
    """All differences, a line each."""
    header = ["name", "compared_with", "data", "measure", "difference", "low", "high"]
    records = ([d.row, d.to, d.data, d.measure, *_numbers(d.figure)] for d in comparison.differences)
    return _csv(header, records)


def _record(row: Row) -> list[object]:
    record: list[object] = [row.name, row.section, row.kind, row.remark]
    reported, again = row.reported, row.reproduced
    record += [None] * 5 if reported is None else [*_numbers(reported.figure), reported.protocol, None]
    record += [None] * 5 if again is None else [*_numbers(again.figure), again.protocol, again.n]
    for data in DATA_SETS:
        scores = row.scores(data)
        for measure in MEASURES:
            record += _numbers(row.figure(data, measure))
        record += [None] * 3 if scores is None else [scores.threshold, scores.n, scores.queries]
    return record


def _numbers(figure: Figure | None) -> list[object]:
    if figure is None:
        return [None, None, None]
    return [figure.value, *(figure.interval or (None, None))]


def _csv(header: Sequence[str], records: Iterator[list[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(guard_cells(record) for record in records)
    return stream.getvalue().encode("utf-8-sig")
