"""The charts of a catalogue's description, as Plotly figures in plain dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from product_matching.workflows.description.sizes import GroupSizes
from product_matching.workflows.description.titles import TitleFacts

_COLOUR = "#1f9a96"  # readable on white and on near-black
_HEIGHT = 300
#: The listings of a group stand on a logarithmic axis where the largest group has more.
_LINEAR_UP_TO = 60
_LENGTH_STEP = 10


def label_frequency_chart(sizes: GroupSizes) -> dict[str, Any]:
    """Draw how many listings each label group has, from the largest group to the smallest."""
    ranks, listings = [0], [sizes.largest]
    for last, size in sizes.steps():
        ranks += [ranks[-1], last]
        listings += [size, size]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": ranks,
        "y": listings,
        "fill": "tozeroy",
        "line": {"color": _COLOUR, "width": 2},
        "hovertemplate": "%{x:,} groups have %{y:,} listings or more<extra></extra>",
    }
    logarithmic = sizes.largest > _LINEAR_UP_TO
    y: dict[str, Any] = {"title": {"text": "Listings" + (" (logarithmic)" if logarithmic else "")}, "tickformat": ",d"}
    y |= {"type": "log", "range": [-0.05, float(np.log10(sizes.largest)) + 0.1]} if logarithmic else _from_zero()
    return _figure([line], x={"title": {"text": "Label groups, largest first"}, "tickformat": ",d"}, y=y)


def title_length_chart(titles: TitleFacts) -> dict[str, Any]:
    """Draw how many titles there are of each length, in bins of ten characters."""
    counts = np.bincount(titles.lengths // _LENGTH_STEP)
    starts = np.arange(len(counts)) * _LENGTH_STEP
    bars = {
        "type": "bar",
        "x": (starts + _LENGTH_STEP / 2).tolist(),
        "width": [0.92 * _LENGTH_STEP] * len(counts),
        "y": counts.tolist(),
        "customdata": np.stack([starts, starts + _LENGTH_STEP - 1], axis=1).tolist(),
        "marker": {"color": _COLOUR, "line": {"width": 0}},
        "hovertemplate": "%{y:,} titles of %{customdata[0]} to %{customdata[1]} characters<extra></extra>",
    }
    x = {"title": {"text": "Characters"}, "range": [0, float(len(counts) * _LENGTH_STEP)]}
    return _figure([bars], x=x, y={"title": {"text": "Titles"}, "tickformat": ",d", **_from_zero()})


def word_chart(words: Sequence[tuple[str, int]], n_titles: int) -> dict[str, Any]:
    """Draw the share of titles that hold each of the most frequent words, the most frequent at the top."""
    shares = [count / n_titles for _, count in words]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [_as_text(word) for word, _ in words],
        "x": shares,
        "text": [f"{share:.1%}" for share in shares],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [count for _, count in words],
        "marker": {"color": _COLOUR, "line": {"width": 0}},
        "hovertemplate": "%{customdata:,} titles (%{x:.1%})<extra></extra>",
    }
    x = {"title": {"text": "Share of titles"}, "tickformat": ".0%", "range": [0, 1.18 * max(shares, default=1.0)]}
    y = {"type": "category", "autorange": "reversed", "tickmode": "linear", "title": {"text": ""}}
    return _figure([bars], x=x, y=y)


def _as_text(word: str) -> str:
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _from_zero() -> dict[str, Any]:
    return {"rangemode": "tozero"}


def _figure(data: list[dict[str, Any]], *, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    layout = {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": 16, "t": 24, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "xaxis": {"fixedrange": True, "automargin": True, **x},
        "yaxis": {"fixedrange": True, "automargin": True, **y},
    }
    return {"data": data, "layout": layout}
