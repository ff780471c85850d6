"""What one looks for first: each method's figure as published, as reproduced, and on the demo."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from product_matching.app.models.figures import SHIPPED_SCORER, SHIPPED_SCORER_F1
from product_matching.app.models.table import NOTHING
from product_matching.app.shared.wording import plain, shorten
from product_matching.store.comparison import Comparison, Figure, Row

#: The rows of what ships: the network alone, and the pair scorer that decides in this app.
NETWORK_ROW, SCORER_ROW = "What ships: photo alone", "What ships: photo and title"
_OURS, _OTHERS, _REPORTED = "#1f9a96", "#7c93a3", "rgb(128, 138, 143)"  # readable on white and on near-black
_NAME_CHARS, _ROW, _LONGEST_NAME = 27, 34, 70


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """One method.

    Attributes
    ----------
    name
        Its name.
    reported, is_accuracy
        The figure that was published, and whether it is an accuracy instead of an F1.
    reproduced
        The same measured here, under its protocol.
    here
        F1 on the demo's test part.
    ships
        Whether it ships with the project.
    """

    name: str
    reported: Figure | None
    is_accuracy: bool
    reproduced: Figure | None
    here: Figure | None
    ships: bool


def summary_rows(comparison: Comparison, scorers: Sequence[str]) -> list[SummaryRow]:
    """The published methods, what ships, and the best without training, the best on the demo first.

    Parameters
    ----------
    comparison
        All of them.
    scorers
        Names of the pair scorers that are here: the shipped one has a row if it is among them.
    """
    baselines = [row for row in comparison.rows if row.section == "baseline" and row.figure("demo", "f1") is not None]
    shown = [row for row in comparison.rows if row.section == "comparison" or _ships_alone(row)]
    rows = [_row(row) for row in [*shown, *sorted(baselines, key=_value, reverse=True)[:1]]]
    if SHIPPED_SCORER in scorers:
        rows.append(
            SummaryRow(
                name=SCORER_ROW, reported=None, is_accuracy=False, reproduced=None, here=SHIPPED_SCORER_F1, ships=True
            )
        )
    return sorted(rows, key=lambda row: -1.0 if row.here is None else row.here.value, reverse=True)


def _ships_alone(row: Row) -> bool:
    return row.section == "shipped" and row.kind == "photo"


def _value(row: Row) -> float:
    figure = row.figure("demo", "f1")
    return -1.0 if figure is None else figure.value


def _row(row: Row) -> SummaryRow:
    return SummaryRow(
        name=NETWORK_ROW if _ships_alone(row) else row.name,
        reported=None if row.reported is None else row.reported.figure,
        is_accuracy=row.reported is not None and row.reported.measure != "F1",
        reproduced=None if row.reproduced is None else row.reproduced.figure,
        here=row.figure("demo", "f1"),
        ships=row.section == "shipped",
    )


def summary_table(rows: Sequence[SummaryRow]) -> dict[str, list[str]]:
    """The rows as Markdown cells by column; what ships is bold, and an accuracy has a star."""
    return {
        "Method": [f"**{plain(row.name)}**" if row.ships else plain(row.name) for row in rows],
        "Published": [_cell(row.reported) + ("\\*" if row.is_accuracy else "") for row in rows],
        "Reproduced": [_cell(row.reproduced) for row in rows],
        "Here": [f"**{_cell(row.here)}**" if row.ships else _cell(row.here) for row in rows],
    }


def _cell(figure: Figure | None) -> str:
    return NOTHING if figure is None else f"{figure.value:.3f}".lstrip("0")


def summary_chart(rows: Sequence[SummaryRow]) -> dict[str, Any]:
    """Draw the rows from top to bottom: a dot with its interval for the demo, a diamond for what was published."""
    placed = list(enumerate(rows))
    data = [
        _dots([(y, row) for y, row in placed if row.ships], "Here: ships with the project", _OURS),
        _dots([(y, row) for y, row in placed if not row.ships], "Here", _OTHERS),
        _marks([(y, row.reproduced) for y, row in placed], "Reproduced", "square-open"),
        _marks([(y, row.reported) for y, row in placed], "Published", "diamond-open"),
    ]
    data = [trace for trace in data if trace["x"]]
    names = [_name(row.name) for row in rows]
    lowest = min((value for trace in data for value in trace["x"]), default=0.5)
    return {"data": data, "layout": _layout(names, max(lowest - 0.06, 0.0))}


def _name(name: str) -> str:
    lines = textwrap.wrap(shorten(name, _LONGEST_NAME), _NAME_CHARS, max_lines=2, placeholder="…")
    return "<br>".join(map(html.escape, lines))


def _dots(placed: list[tuple[int, SummaryRow]], name: str, colour: str) -> dict[str, Any]:
    found = [(y, row, row.here) for y, row in placed if row.here is not None]
    bounds = [figure.interval or (figure.value, figure.value) for _, _, figure in found]
    values = [figure.value for _, _, figure in found]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": values,
        "y": [y for y, _, _ in found],
        "error_x": {
            "type": "data",
            "array": [high - value for value, (_, high) in zip(values, bounds, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(values, bounds, strict=True)],
            "color": colour,
            "thickness": 2,
            "width": 4,
        },
        "marker": {"color": colour, "size": 10},
        "text": [f"{html.escape(shorten(row.name, _LONGEST_NAME))}<br>{figure}" for _, row, figure in found],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _marks(placed: list[tuple[int, Figure | None]], name: str, symbol: str) -> dict[str, Any]:
    found = [(y, figure) for y, figure in placed if figure is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [figure.value for _, figure in found],
        "y": [y for y, _ in found],
        "marker": {"color": _REPORTED, "size": 10, "symbol": symbol, "line": {"width": 2}},
        "hovertemplate": f"%{{x:.3f}}<extra>{name}</extra>",
    }


def _layout(names: list[str], start: float) -> dict[str, Any]:
    return {
        "height": _ROW * len(names) + 84,
        "margin": {"l": 8, "r": 10, "t": 44, "b": 34},
        "dragmode": False,
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "itemclick": False},
        "xaxis": {"range": [start, 1.0], "tickformat": ".1f", "dtick": 0.1, "zeroline": False, "fixedrange": True},
        "yaxis": {
            "range": [len(names) - 0.5, -0.5],
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "automargin": True,
            "ticksuffix": "  ",
            "zeroline": False,
            "fixedrange": True,
        },
    }


def describe_summary(rows: Sequence[SummaryRow]) -> str:
    """The chart in words, as its alternative text."""
    said = [f"{row.name} {_cell(row.here)}" for row in rows if row.here is not None]
    return f"F1 on the demo, the best first: {', '.join(said)}."
