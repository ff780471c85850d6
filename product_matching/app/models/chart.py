"""The comparison as a chart: a line a method, a dot each data set with its interval, the reported figure beside it."""

from __future__ import annotations

import html
import textwrap
from typing import Any

from product_matching.app.models.table import MEASURE_NAMES, figure_text
from product_matching.app.shared.wording import shorten
from product_matching.metrics.retrieval import Measure
from product_matching.store.comparison import Comparison, DataName, Row

#: Readable on white and on near-black.
_COLOURS = {"demo": "#1f9a96", "groceries": "#d9822b"}
_REPORTED = "rgb(128, 138, 143)"
#: A name's line ends here, to fit on a phone; its second one is cut.
_NAME_CHARS = 44
#: Pixels of a method and, as shares of that, where name and dots stand, by the lines of the longest name.
_HEIGHTS = {1: 46, 2: 62}
_NAME_AT = {1: -0.26, 2: -0.2}
_DOTS_AT = {1: 0.06, 2: 0.2}


def charted_rows(comparison: Comparison, measure: Measure, groceries: DataName) -> list[Row]:
    """The methods that the chart shows, the best first by the demo catalogue, then by the groceries."""
    keyed = [(_value(row, "demo", measure), _value(row, groceries, measure), row) for row in comparison.rows]
    return [row for demo, other, row in sorted(keyed, key=lambda one: (-one[0], -one[1])) if max(demo, other) >= 0]


def _value(row: Row, data: DataName, measure: Measure) -> float:
    figure = row.figure(data, measure)
    return -1.0 if figure is None else figure.value


def comparison_chart(
    rows: list[Row], measure: Measure, groceries: DataName, text_colour: str | None = None
) -> dict[str, Any]:
    """Draw one measure of the methods, from top to bottom.

    Parameters
    ----------
    rows
        The methods.
    measure
        ``f1``, ``recall_at_1`` or ``map_at_r``; reported figures are F1 and shown with it alone.
    groceries
        Which figures of the groceries: ``groceries`` or ``groceries_full``.
    text_colour
        Of the methods' names; None for the theme's.
    """
    names = [_name(row) for row in rows]
    lines = max((name.count("<br>") + 1 for name in names), default=1)
    shift = _DOTS_AT[lines]
    data = [
        _dots(rows, measure, "demo", name="Demo catalogue", colour=_COLOURS["demo"], shift=shift),
        _dots(rows, measure, groceries, name="Unseen groceries", colour=_COLOURS["groceries"], shift=shift + 0.18),
    ]
    if measure == "f1":
        data.append(_reported(rows, shift))
    data = [trace for trace in data if trace["x"]]
    start = max(0.0, min(trace["x"][place] - low for trace in data for place, low in enumerate(_below(trace))) - 0.03)
    data.append(_names(names, start, _NAME_AT[lines], text_colour))
    return {"data": data, "layout": _layout(len(rows), start, _HEIGHTS[lines])}


def _name(row: Row) -> str:
    """The name of a method on one or two lines, broken after its colon if it has one, safe in a chart."""
    head, colon, tail = row.name.partition(": ")
    if colon and len(row.name) > _NAME_CHARS:
        lines = [shorten(f"{head}:", _NAME_CHARS), shorten(tail, _NAME_CHARS)]
    else:
        lines = textwrap.wrap(row.name, _NAME_CHARS, max_lines=2, placeholder="…")
    return "<br>".join(map(html.escape, lines))


def _below(trace: dict[str, Any]) -> list[float]:
    """Distance from each dot to the lower end of its interval."""
    return list(trace["error_x"]["arrayminus"]) if "error_x" in trace else [0.0] * len(trace["x"])


def _names(names: list[str], start: float, shift: float, colour: str | None) -> dict[str, Any]:
    """The name of each method, above its dots: that is readable on a phone, too."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [start] * len(names),
        "y": [place + shift for place in range(len(names))],
        "text": names,
        "textposition": "middle right",
        "textfont": {"size": 13, "color": colour},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _dots(
    rows: list[Row], measure: Measure, source: DataName, *, name: str, colour: str, shift: float
) -> dict[str, Any]:
    x, y, above, below, text = [], [], [], [], []
    for place, row in enumerate(rows):
        figure = row.figure(source, measure)
        if figure is None:
            continue
        low, high = figure.interval or (figure.value, figure.value)
        x.append(figure.value)
        y.append(place + shift)
        above.append(max(high - figure.value, 0))
        below.append(max(figure.value - low, 0))
        text.append(f"{html.escape(shorten(row.name, 2 * _NAME_CHARS))}<br>{figure_text(figure)}")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": x,
        "y": y,
        "text": text,
        "error_x": {"type": "data", "array": above, "arrayminus": below, "color": colour, "thickness": 2, "width": 4},
        "marker": {"color": colour, "size": 9},
        "hovertemplate": f"%{{text}}<extra>{name}</extra>",
    }


def _reported(rows: list[Row], shift: float) -> dict[str, Any]:
    shown = [(place, row, row.reported) for place, row in enumerate(rows) if row.reported is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Reported, under its own protocol",
        "x": [figure.f1 for _, _, figure in shown],
        "y": [place + shift for place, _, _ in shown],
        "text": [
            f"{html.escape(shorten(row.name, 2 * _NAME_CHARS))}<br>{figure_text(figure.figure)}"
            for _, row, figure in shown
        ],
        "marker": {"color": _REPORTED, "size": 10, "symbol": "diamond-open", "line": {"width": 2}},
        "hovertemplate": "%{text}<extra>Reported</extra>",
    }


def _layout(lines: int, start: float, height: int) -> dict[str, Any]:
    return {
        "height": height * lines + 90,
        "margin": {"l": 4, "r": 12, "t": 84, "b": 8},
        "dragmode": False,
        "hovermode": "closest",
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "xaxis": {
            "range": [start, 1.01],
            "side": "top",
            "dtick": 0.1,
            "tickformat": ".1f",
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [lines - 0.45, -0.55],
            "tickvals": [line + 0.5 for line in range(lines - 1)],
            "showticklabels": False,
            "showgrid": True,
            "zeroline": False,
            "fixedrange": True,
        },
    }


def describe_chart(rows: list[Row], measure: Measure, groceries: DataName) -> str:
    """The chart in words, as its alternative text."""
    lines = []
    for row in rows:
        demo, other = row.figure("demo", measure), row.figure(groceries, measure)
        lines.append(f"{row.name}: demo {figure_text(demo)}, groceries {figure_text(other)}")
    return f"{MEASURE_NAMES[measure]} by method. " + "; ".join(lines)
