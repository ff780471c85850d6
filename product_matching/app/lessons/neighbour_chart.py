"""The nearest listings from near to far, with a threshold and a largest number."""

from __future__ import annotations

from typing import Any

import numpy as np

from product_matching.workflows.lessons.neighbours import Neighbourhood

_RIGHT, _WRONG, _UNKNOWN = "#1f9a96", "#d9822b", "#5b8fc7"  # readable on white and on near-black
_SHADE, _GREY = "rgba(31, 154, 150, 0.13)", "rgb(128, 138, 143)"
_HEIGHT = 330


def neighbour_chart(around: Neighbourhood, k: int, threshold: float) -> dict[str, Any]:
    """Draw the neighbours by distance and rank; what is shown as a match lies on the shaded part."""
    ranks = np.arange(1, len(around.rows) + 1)
    shown = around.shown(k, threshold)
    data = []
    for name, colour, symbol, chosen in _kinds(around):
        if chosen.any():
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": around.distances[chosen].tolist(),
                    "y": ranks[chosen].tolist(),
                    "marker": {
                        "color": colour,
                        "size": 10,
                        "symbol": symbol,
                        "opacity": np.where(ranks[chosen] <= shown, 1.0, 0.35).tolist(),
                    },
                    "hovertemplate": f"%{{y}}. at %{{x:.3f}}<extra>{name}</extra>",
                }
            )
    return {"data": data, "layout": _layout(around, k, threshold)}


def _kinds(around: Neighbourhood) -> list[tuple[str, str, str, np.ndarray[Any, Any]]]:
    if around.right is None:
        return [("Listing", _UNKNOWN, "circle", np.ones(len(around.rows), dtype=np.bool_))]
    return [
        ("Same product", _RIGHT, "circle", around.right),
        ("Another product", _WRONG, "x", ~around.right),
    ]


def _layout(around: Neighbourhood, k: int, threshold: float) -> dict[str, Any]:
    farthest = float(around.distances.max(initial=0.0))
    end = min(max(farthest, threshold) * 1.05 + 0.02, 1.05)
    lowest = len(around.rows) + 1.5
    line = {"type": "line", "line": {"color": _RIGHT, "width": 2}}
    return {
        "height": _HEIGHT,
        "margin": {"l": 48, "r": 8, "t": 30, "b": 42},
        "dragmode": False,
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "itemclick": False},
        "shapes": [
            {
                "type": "rect",
                "layer": "below",
                "x0": 0,
                "x1": threshold,
                "y0": 0,
                "y1": k + 0.5,
                "fillcolor": _SHADE,
                "line": {"width": 0},
            },
            {**line, "x0": threshold, "x1": threshold, "y0": 0, "y1": lowest},
            {**line, "x0": 0, "x1": end, "y0": k + 0.5, "y1": k + 0.5, "line": {"color": _GREY, "dash": "dot"}},
        ],
        "xaxis": {"range": [-0.01, end], "title": {"text": "Distance"}, "fixedrange": True, "zeroline": False},
        "yaxis": {"range": [lowest, 0], "title": {"text": "Nearest first"}, "fixedrange": True, "zeroline": False},
    }


def describe_neighbours(around: Neighbourhood, k: int, threshold: float) -> str:
    """The chart in words, as its alternative text."""
    shown = around.shown(k, threshold)
    right = "" if around.right is None else f", {around.n_right(shown)} of them the same product"
    nearest = f" The nearest is at {around.distances[0]:.3f}." if len(around.distances) else ""
    return f"Of the {len(around.rows)} nearest listings {shown} are within {threshold:.3f}{right}.{nearest}"
