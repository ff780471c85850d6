"""Points of classes on a circle, with the directions of the classes and where one ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from product_matching.workflows.lessons.margins import Trained

#: Readable on white and on near-black; told apart by colour-blind readers too (Okabe and Ito).
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00")
_GREY = "rgb(128, 138, 143)"
_FAR, _HEIGHT = 1.36, 330


def circle_chart(trained: Trained, names: tuple[str, ...], ringed: int) -> dict[str, Any]:
    """Draw a training.

    Parameters
    ----------
    trained
        Its points and classes.
    names
        Of the classes.
    ringed
        The point with a ring.
    """
    directions, centres = trained.directions(), trained.centres()
    data: list[dict[str, Any]] = [_circle(), _boundaries(trained)]
    for label, name in enumerate(names):
        colour = COLOURS[label]
        data.append(_dots(directions[trained.labels == label], name, colour))
        data.append(_direction(centres[label], name, colour))
    data.append(_ring(directions[ringed]))
    return {"data": data, "layout": _layout()}


def _circle() -> dict[str, Any]:
    around = np.radians(np.arange(0, 361, 4))
    return _line(np.cos(around).tolist(), np.sin(around).tolist(), {"color": _GREY, "width": 1})


def _boundaries(trained: Trained) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    for angle in np.radians(trained.boundaries()):
        x += [0.0, float(1.12 * np.cos(angle)), None]
        y += [0.0, float(1.12 * np.sin(angle)), None]
    return _line(x, y, {"color": _GREY, "width": 1.5, "dash": "dot"})


def _line(x: list[Any], y: list[Any], line: dict[str, Any]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _dots(directions: np.ndarray[Any, Any], name: str, colour: str) -> dict[str, Any]:
    """The points of a class, on rings close to the circle so that they do not hide each other."""
    rings = 0.9 + 0.1 * ((np.arange(len(directions)) * 7) % 10) / 10
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.round(directions[:, 0] * rings, 3).tolist(),
        "y": np.round(directions[:, 1] * rings, 3).tolist(),
        "marker": {"color": colour, "size": 5, "opacity": 0.75},
        "hovertemplate": f"a {name}<extra></extra>",
    }


def _direction(centre: np.ndarray[Any, Any], name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+text",
        "x": [0, float(1.2 * centre[0])],
        "y": [0, float(1.2 * centre[1])],
        "text": ["", f"<b>{name}</b>"],
        "textfont": {"color": colour, "size": 16},
        "textposition": _place(centre),
        "line": {"color": colour, "width": 2.5},
        "hoverinfo": "skip",
    }


def _place(centre: np.ndarray[Any, Any]) -> str:
    if abs(centre[0]) > abs(centre[1]):
        return "middle right" if centre[0] > 0 else "middle left"
    return "top center" if centre[1] > 0 else "bottom center"


def _ring(direction: np.ndarray[Any, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [float(0.95 * direction[0])],
        "y": [float(0.95 * direction[1])],
        "marker": {"size": 17, "color": "rgba(0,0,0,0)", "line": {"color": "#e5484d", "width": 2.5}},
        "hovertemplate": "the marked digit<extra></extra>",
    }


def _layout() -> dict[str, Any]:
    axis = {"range": [-_FAR, _FAR], "visible": False, "fixedrange": True}
    return {
        "height": _HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "xaxis": axis,
        "yaxis": {**axis, "scaleanchor": "x"},
    }
