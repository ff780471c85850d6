"""A map of points drawn by WebGL, and the relay between it and the app.

The points are sent once, outside of any fragment; what the map asks for and is told goes through the relay, which is
drawn in a fragment.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.components.registering import component

_HERE = Path(__file__).parent
_SCRIPTS = ("map_drawing.js", "map_places.js", "map.js")
_map = st.components.v2.component(
    "product_matching_map",
    html='<div class="root"></div>',
    js="\n".join(_HERE.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS),
    css=_HERE.joinpath("map.css").read_text(encoding="utf-8"),
)
_relay = component("map_relay")

#: Colours of a map of categories and of a scale, as the script has them; the two after those are greys.
CATEGORIES, STEPS = 12, 5
_KEYS = (
    "Arrow keys go to the next listing, Enter finds its matches, plus and minus zoom, 0 shows nearly all points and "
    "then the whole map, Escape clears the selection."
)


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """What a colour means, and how many points have it."""

    label: str
    count: int
    colour: int


@dataclass(frozen=True, kw_only=True, eq=False)
class MapPoints:
    """Points with a place, as they are sent.

    Attributes
    ----------
    version
        Names the places.
    places
        Shape (P, 2), uint16: from one edge of the map to the other.
    rows
        Row of each point, shape (P,); None where point n is row n.
    fit
        Left, top, right and bottom of the first view.
    """

    version: str
    places: npt.NDArray[np.uint16]
    rows: npt.NDArray[np.int64] | None
    fit: tuple[int, int, int, int]


def draw_map(
    key: str, points: MapPoints, *, colours: npt.NDArray[np.uint8], kind: str, legend: Sequence[LegendEntry], alt: str
) -> None:
    """Draw a map.

    Parameters
    ----------
    key
        Of the widget; its relay names it.
    points
        What is drawn.
    colours
        Index of the colour of each point; shape (P,).
    kind
        ``"categories"`` or ``"scale"``.
    legend
        What the colours mean.
    alt
        What the map shows.
    """
    rows = None if points.rows is None else _text(points.rows.astype("<u4"))
    painted = _text(colours)
    _map(
        key=key,
        data={
            "key": key,
            "version": points.version,
            "places": _text(points.places.astype("<u2")),
            "rows": rows,
            "fit": list(points.fit),
            "colours": painted,
            "colouring": f"{points.version} {kind} {hash(painted)} {hash(tuple(legend))}",
            "kind": kind,
            "legend": [{"label": each.label, "count": each.count, "colour": each.colour} for each in legend],
            "alt": alt,
            "keys": _KEYS,
        },
    )


@dataclass(frozen=True, kw_only=True)
class MapCard:
    """What is shown of the listing in a row; every text as it is, the picture as a data URL."""

    row: int
    title: str
    lines: Sequence[str]
    picture: str | None
    alt: str


@dataclass(frozen=True, kw_only=True, eq=False)
class MapNews:
    """What a map is told: its places' version, a card it asked for, rows found (shape (N,)), the area, the view."""

    version: str
    card: MapCard | None
    found: npt.NDArray[np.bool_] | None
    area: Sequence[int] | None
    view: Sequence[int] | None


def draw_relay(map_key: str, news: MapNews, *, on: dict[str, Callable[[Any], None]]) -> None:
    """Draw the relay of a map, in a fragment.

    Parameters
    ----------
    map_key
        Of the map.
    news
        What the map is told.
    on
        Callbacks for what it asks: ``row`` whose card is missing, ``open`` a row, ``area`` and ``view`` as numbers.
    """
    card, area = news.card, news.area
    callbacks: dict[str, Any] = {f"on_{name}_change": partial(_asked, map_key, name, act) for name, act in on.items()}
    _relay(
        key=relay_key(map_key),
        data={
            "key": map_key,
            "version": news.version,
            "card": None if card is None else {**card.__dict__, "lines": list(card.lines)},
            "found": None if news.found is None else _text(np.packbits(news.found, bitorder="little")),
            "area": None if area is None else [list(area[place : place + 2]) for place in range(0, len(area), 2)],
            "view": None if news.view is None else list(news.view),
        },
        **callbacks,
    )


def relay_key(map_key: str) -> str:
    """Key of the relay of a map."""
    return f"{map_key}_relay"


def _asked(map_key: str, name: str, act: Callable[[Any], None]) -> None:
    value = st.session_state[relay_key(map_key)].get(name)
    if value is not None:
        act(value)


def _text(array: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
