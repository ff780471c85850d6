"""The charts of the page: measures along a threshold, the surface over two, and how the scores are spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from product_matching.app.thresholds.wording import BALANCE, FOUND, REST, RIGHT, of_hundred
from product_matching.metrics.setting_scores import SettingScores
from product_matching.search.neighbours import FloatArray
from product_matching.workflows.threshold_curves import PartScores

_HEIGHT = 360
_SCALE = [[0.0, "#24323a"], [0.35, "#1d5f6b"], [0.65, "#1f9a96"], [0.85, "#8fcf9f"], [1.0, "#f4e9a5"]]
#: Of labels on the surface, whose colours go from dark to bright.
_INK = "#10181c"
_FIXED = {"fixedrange": True, "zeroline": False}


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """A named setting on a chart: where it stands on each axis (one for a curve)."""

    name: str
    at: tuple[float, ...]


def curve_chart(
    curves: PartScores,
    x: FloatArray,
    *,
    names: tuple[str, str],
    current: float,
    points: Sequence[OperatingPoint],
    axis: str,
) -> dict[str, Any]:
    """Draw precision, recall and F1 along a threshold.

    Parameters
    ----------
    curves, x
        The measures on both parts, and the threshold of each place.
    names
        Of the parts: the one that chooses is dotted.
    current
        The setting that is shown.
    points
        Named settings.
    axis
        Title of the horizontal axis.
    """
    data = [
        *(_line(y, x, colour, name, dotted=False) for name, colour, y in _measures(curves.see)),
        *(_line(y, x, colour, f"{name}, {names[0]}", dotted=True) for name, colour, y in _measures(curves.choose)),
        _named(points, x, curves.see.f1),
    ]
    line = {"type": "line", "x0": current, "x1": current, "y0": 0, "y1": 1, "yref": "paper"}
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 52, "r": 10, "t": 44, "b": 48},
        "dragmode": False,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
        "shapes": [{**line, "line": {"color": REST, "width": 2, "dash": "dot"}}],
        "annotations": _labels(points, float(x[0]), float(x[-1])),
        "xaxis": {"title": {"text": axis}, "range": [float(x[0]), float(x[-1])], "showgrid": False, **_FIXED},
        "yaxis": {"title": {"text": "Of 100"}, "range": [0, 102], **_FIXED},
    }
    return {"data": data, "layout": layout}


def _measures(scores: SettingScores) -> list[tuple[str, str, FloatArray]]:
    return [("Right", RIGHT, scores.precision), ("Found", FOUND, scores.recall), ("F1", BALANCE, scores.f1)]


def _line(y: FloatArray, x: FloatArray, colour: str, name: str, *, dotted: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "showlegend": not dotted,
        "x": x.tolist(),
        "y": [None if np.isnan(value) else round(100 * float(value), 2) for value in y],
        "line": {"color": colour, "width": 1.3 if dotted else 2.6, "dash": "dot" if dotted else "solid"},
        "hovertemplate": "%{y:.1f}",
    }


def _named(points: Sequence[OperatingPoint], x: FloatArray, f1: FloatArray) -> dict[str, Any]:
    """Named settings as diamonds on the line of F1."""
    places = [int(np.argmin(np.abs(x - point.at[0]))) for point in points]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [point.at[0] for point in points],
        "y": [round(100 * float(f1[place]), 2) for place in places],
        "text": [point.name for point in points],
        "marker": {"symbol": "diamond", "size": 10, "color": BALANCE},
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }


def _labels(points: Sequence[OperatingPoint], first: float, last: float) -> list[dict[str, Any]]:
    """Names of settings above the horizontal axis, where no curve runs; neighbours at two heights."""
    labels = []
    for place, point in enumerate(points):
        at_end = point.at[0] > first + 0.85 * (last - first)
        labels.append(
            {
                "x": point.at[0],
                "y": 0,
                "text": f"{point.name} ◆" if at_end else f"◆ {point.name}",
                "xanchor": "right" if at_end else "left",
                "xshift": 6 if at_end else -6,
                "yanchor": "bottom",
                "yshift": 20 * (place % 2),
                "showarrow": False,
                "font": {"color": BALANCE, "size": 12},
            }
        )
    return labels


def describe_curves(curves: PartScores, x: FloatArray, axis: str) -> str:
    """The curves in words, at five places, as the alternative text."""
    places = np.linspace(0, len(x) - 1, 5).astype(int).tolist()
    said = [
        f"at {x[place]:g}: {of_hundred(float(curves.see.precision[place]))} right, "
        f"{of_hundred(float(curves.see.recall[place]))} found, F1 {curves.see.f1[place]:.2f}"
        for place in places
    ]
    return f"Right and found of 100, and F1, by {axis.lower()}. {'; '.join(said)}"


def surface_chart(
    surface: SettingScores, photo: FloatArray, title: FloatArray, points: Sequence[OperatingPoint]
) -> dict[str, Any]:
    """Draw the F1 of every combination of a photo and a title threshold, with named settings (title, photo).

    Above the colours lie dots without colour, one a combination: a click on one chooses it.
    """
    x, y = np.meshgrid(title, photo)
    heat = {
        "type": "heatmap",
        "x": title.tolist(),
        "y": photo.tolist(),
        "z": np.round(surface.f1, 4).tolist(),
        "colorscale": _SCALE,
        "colorbar": {"title": {"text": "F1"}, "thickness": 12, "outlinewidth": 0},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": x.ravel().tolist(),
        "y": y.ravel().tolist(),
        "customdata": np.round(surface.f1, 3).ravel().tolist(),
        "marker": {"size": 13, "symbol": "square", "color": "#ffffff", "opacity": 0.0},
        "selected": {"marker": {"opacity": 0.0}},
        "unselected": {"marker": {"opacity": 0.0}},
        "hovertemplate": "photo %{y:.3f}, title %{x:.3f}: F1 %{customdata:.3f}<extra></extra>",
        "showlegend": False,
    }
    named = {
        "type": "scatter",
        "mode": "markers",
        "x": [point.at[0] for point in points],
        "y": [point.at[1] for point in points],
        "marker": {
            "symbol": ["circle", *["diamond-open"] * (len(points) - 1)],
            "size": [13, *[11] * (len(points) - 1)],
            "color": ["#ffffff", *[_INK] * (len(points) - 1)],
            "line": {"color": _INK, "width": 2},
        },
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }
    labels = [
        {
            "x": point.at[0],
            "y": point.at[1],
            "text": point.name,
            "showarrow": False,
            "yshift": 17,
            "bgcolor": _INK,
            "font": {"color": "#ffffff", "size": 11},
            "borderpad": 2,
        }
        for point in points
        if point.name
    ]
    layout = {
        "height": _HEIGHT + 40,
        "annotations": labels,
        "margin": {"l": 56, "r": 8, "t": 14, "b": 48},
        "dragmode": False,
        "clickmode": "event+select",
        "hovermode": "closest",
        "xaxis": {"title": {"text": "Largest title distance"}, "range": _edges(title), "showgrid": False, **_FIXED},
        "yaxis": {"title": {"text": "Largest photo distance"}, "range": _edges(photo), "showgrid": False, **_FIXED},
    }
    return {"data": [heat, dots, named], "layout": layout}


def _edges(steps: FloatArray) -> list[float]:
    """The edges of an axis whose steps stand in the middle of a cell each."""
    half = float(steps[1] - steps[0]) / 2 if len(steps) > 1 else 0.5
    return [float(steps[0]) - half, float(steps[-1]) + half]


def describe_spread(rising: FloatArray, current: float) -> str:
    """The spread in words, as the alternative text."""
    accepted = int((rising >= current).sum())
    return (
        f"Histogram of the probabilities of {len(rising):,} candidate pairs: {accepted:,} from {100 * current:.0f} % "
        f"on, {len(rising) - accepted:,} below"
    )
