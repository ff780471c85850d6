"""The histograms under the sliders of Find, and the sizes of groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.workflows.description.sizes import SIZE_BINS, GroupSizes

BIN_WIDTH = 0.02
_SURE_BIN = 0.05
_WITHIN, _BEYOND = "#1f9a96", "rgba(128, 138, 143, 0.55)"  # readable on white and on near-black
_SECOND = "#c98a2b"
_HEIGHT = 170


def distance_bins(
    distances: npt.NDArray[np.float64], threshold: float, width: float = BIN_WIDTH
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Count distances below 1 in bins that the threshold divides: a bin is within it or beyond it, never both.

    Returns
    -------
    tuple of numpy.ndarray
        Edges, shape (B + 1,), and counts, shape (B,). A distance equal to the threshold is within it.
    """
    regular = np.round(np.arange(0.0, 1.0 + width / 2, width), 6)
    edges = np.unique(np.append(regular, threshold))
    usable = distances[distances < 1]
    # Bins are open at the left: (edge, next edge]. The first also holds 0.
    places = np.clip(np.searchsorted(edges, usable, side="left") - 1, 0, len(edges) - 2)
    if threshold == 0:  # only identical ones are within: they get a bin of their own before the first
        edges = np.insert(edges, 0, -width / 4)
        places = np.where(usable <= 0, 0, places + 1)
    return edges, np.bincount(places, minlength=len(edges) - 1)


def distance_chart(
    distances: npt.NDArray[np.float64], threshold: float, side: str, *, counted: str = "Listings"
) -> dict[str, Any]:
    """Draw how far all listings are by a side, with the threshold: within it in colour, beyond it in grey.

    `counted` says what the distances are of, where they are not of listings.
    """
    edges, counts = distance_bins(distances, threshold)
    title = f"{side.capitalize()} distance (0 is identical)"
    return _histogram(edges, counts, edges[1:] <= threshold, threshold=threshold, title=title, counted=counted)


def probability_chart(
    probabilities: npt.NDArray[np.float64], least: float, *, counted: str = "Listings"
) -> dict[str, Any]:
    """Draw how probable the compared listings are, with the least probability: matches in colour, others in grey.

    `counted` says what the probabilities are of, where they are not of listings.
    """
    unlike = np.clip(np.round(1 - probabilities, 6), 0, 1 - 1e-6)
    edges, counts = distance_bins(unlike, round(1 - least, 6), _SURE_BIN)
    matched = (edges[1:] <= round(1 - least, 6))[::-1]
    title = "Probability of the same product"
    return _histogram(
        1 - edges[::-1],
        counts[::-1],
        matched,
        threshold=least,
        title=title,
        counted=counted,
        tick_format=".0%",
    )


def _histogram(
    edges: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    within: npt.NDArray[np.bool_],
    *,
    threshold: float,
    title: str,
    counted: str,
    tick_format: str = "",
) -> dict[str, Any]:
    shown = counts > 0
    left, right = edges[:-1][shown], edges[1:][shown]
    range_format = tick_format or ".3f"
    bars = {
        "type": "bar",
        "x": ((left + right) / 2).tolist(),
        "width": (0.92 * (right - left)).tolist(),
        "y": counts[shown].tolist(),
        "marker": {"color": np.where(within[shown], _WITHIN, _BEYOND).tolist(), "line": {"width": 0}},
        "customdata": np.round(np.stack([left, right], axis=1), 3).tolist(),
        "hovertemplate": f"%{{y:,}} at %{{customdata[0]:{range_format}}} to %{{customdata[1]:{range_format}}}"
        "<extra></extra>",
    }
    return {"data": [bars], "layout": _layout(threshold, int(counts.max(initial=1)), (title, counted), tick_format)}


def _layout(threshold: float, highest: int, titles: tuple[str, str], tick_format: str) -> dict[str, Any]:
    line = {"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1, "yref": "paper"}
    return {
        "height": _HEIGHT,
        "margin": {"l": 52, "r": 8, "t": 6, "b": 40},
        "showlegend": False,
        "dragmode": False,
        "barmode": "overlay",
        "shapes": [{**line, "line": {"color": _WITHIN, "width": 2}}],
        "xaxis": {
            "range": [-0.005, 1.005],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "tickformat": tick_format,
            "fixedrange": True,
            "showgrid": False,
            "title": {"text": titles[0], "standoff": 6},
        },
        "yaxis": {
            "type": "log",
            "range": [-0.35, float(np.log10(max(highest, 1))) + 0.15],
            "tickvals": _ticks(highest),
            "tickformat": ",d",
            "title": {"text": f"{titles[1]} (log scale)"},
            "fixedrange": True,
        },
    }


def size_chart(groups: Mapping[str, GroupSizes]) -> dict[str, Any]:
    """Draw how many groups there are of each size, for each kind of groups by its name; a logarithmic axis says so."""
    binned = {name: sizes.binned() for name, sizes in groups.items()}
    filled = [place for place in range(len(SIZE_BINS)) if any(counts[place] for counts in binned.values())]
    shown = range(min(filled, default=0), max(filled, default=0) + 1)
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": [bin_name(place) for place in shown],
            "y": [counts[place] or None for place in shown],
            "text": [f"{counts[place]:,}" if counts[place] else "" for place in shown],
            "textposition": "outside",
            "cliponaxis": False,
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": "%{y:,} groups of %{x} listings<extra>" + name + "</extra>",
        }
        for (name, counts), colour in zip(binned.items(), (_WITHIN, _SECOND), strict=False)
    ]
    several = len(bars) > 1
    highest = max((max(counts) for counts in binned.values()), default=1)
    layout = {
        "height": 300 if several else 190,
        "margin": {"l": 56, "r": 8, "t": 44 if several else 18, "b": 40},
        "showlegend": several,
        "legend": {"orientation": "h", "y": 1.05, "yanchor": "bottom"},
        "dragmode": False,
        "xaxis": {"type": "category", "fixedrange": True, "title": {"text": "Listings in a group"}},
        "yaxis": {
            "type": "log",
            "range": [-0.35, float(np.log10(max(highest, 1))) + 0.2],
            "tickvals": _ticks(highest),
            "tickformat": ",d",
            "title": {"text": "Groups (logarithmic)"},
            "fixedrange": True,
        },
    }
    return {"data": bars, "layout": layout}


def describe_sizes(name: str, sizes: GroupSizes) -> str:
    """Say how many groups there are of each size, for those who do not see the chart."""
    binned = ", ".join(f"{count:,} of {bin_name(place)}" for place, count in enumerate(sizes.binned()) if count)
    return f"{name} by size: {binned}"


def bin_name(place: int) -> str:
    """Write a bin of sizes."""
    first, last = SIZE_BINS[place]
    return str(first) if first == last else f"{first}–{last}" if last else f"over {first - 1}"


def _ticks(highest: int) -> list[int]:
    """Numbers on a logarithmic axis from 1 up to a count: the powers of ten, for small counts 2 and 5 as well."""
    steps = (1, 2, 5) if highest < 100 else (1,)
    powers = range(len(str(max(highest, 1))))
    return [step * 10**power for power in powers for step in steps if step * 10**power <= max(highest, 1)]
