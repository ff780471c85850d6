"""The comparison as a chart: a line a method, a dot each data set with its interval, the reported figure beside it."""

from __future__ import annotations

import html
from typing import Any

from product_matching.app.models_table import MEASURE_NAMES, figure_text
from product_matching.app.wording import shorten
from product_matching.store.comparison import Comparison, Row

#: Readable on white and on near-black.
_COLOURS = {"demo": "#1f9a96", "groceries": "#d9822b"}
_REPORTED = "rgb(128, 138, 143)"
_LINE_HEIGHT = 46
#: Names are cut here, to fit on a phone.
_NAME_CHARS = 44


def charted_rows(comparison: Comparison, measure: str, groceries: str) -> list[Row]:
    """The methods that the chart shows, the best first by the demo catalogue, then by the groceries."""
    keyed = [(_value(row, "demo", measure), _value(row, groceries, measure), row) for row in comparison.rows]
    return [row for demo, other, row in sorted(keyed, key=lambda one: (-one[0], -one[1])) if max(demo, other) >= 0]


def _value(row: Row, data: str, measure: str) -> float:
    figure = row.figure(data, measure)
    return -1.0 if figure is None else figure.value


def comparison_chart(rows: list[Row], measure: str, groceries: str, text_colour: str | None = None) -> dict[str, Any]:
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
    data = [
        _dots(rows, measure, source, name, _COLOURS[colour], shift)
        for source, name, colour, shift in (
            ("demo", "Demo catalogue", "demo", 0.06),
            (groceries, "Unseen groceries", "groceries", 0.26),
        )
    ]
    if measure == "f1":
        data.append(_reported(rows))
    data = [trace for trace in data if trace["x"]]
    start = max(0.0, min(trace["x"][place] - low for trace in data for place, low in enumerate(_below(trace))) - 0.03)
    return {"data": [*data, _names(rows, start, text_colour)], "layout": _layout(len(rows), start)}


def _below(trace: dict[str, Any]) -> list[float]:
    """How far each dot's interval reaches to the left."""
    return list(trace["error_x"]["arrayminus"]) if "error_x" in trace else [0.0] * len(trace["x"])


def _names(rows: list[Row], start: float, colour: str | None) -> dict[str, Any]:
    """The name of each method, above its dots: that is readable on a phone, too."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [start] * len(rows),
        "y": [place - 0.26 for place in range(len(rows))],
        "text": [html.escape(shorten(row.name, _NAME_CHARS)) for row in rows],
        "textposition": "middle right",
        "textfont": {"size": 13, "color": colour},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _dots(rows: list[Row], measure: str, source: str, name: str, colour: str, shift: float) -> dict[str, Any]:
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


def _reported(rows: list[Row]) -> dict[str, Any]:
    shown = [(place, row, row.reported) for place, row in enumerate(rows) if row.reported is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Reported, under its own protocol",
        "x": [figure.f1.value for _, _, figure in shown],
        "y": [place + 0.06 for place, _, _ in shown],
        "text": [
            f"{html.escape(shorten(row.name, 2 * _NAME_CHARS))}<br>{figure_text(figure.f1)}" for _, row, figure in shown
        ],
        "marker": {"color": _REPORTED, "size": 10, "symbol": "diamond-open", "line": {"width": 2}},
        "hovertemplate": "%{text}<extra>Reported</extra>",
    }


def _layout(lines: int, start: float) -> dict[str, Any]:
    return {
        "height": _LINE_HEIGHT * lines + 90,
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


def describe_chart(rows: list[Row], measure: str, groceries: str) -> str:
    """The chart in words, for whoever cannot see it."""
    lines = []
    for row in rows:
        demo, other = (row.figure(data, measure) for data in ("demo", groceries))
        lines.append(f"{row.name}: demo {figure_text(demo)}, groceries {figure_text(other)}")
    return f"{MEASURE_NAMES[measure]} by method. " + "; ".join(lines)
