"""The places of a catalogue's listings as the map shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.address import MAP_STEPS, Address
from product_matching.app.components.map import MapPoints
from product_matching.app.resources import BY_BUNDLE
from product_matching.store.bundle import Bundle
from product_matching.workflows.map_listings import Side, map_at_once, rows_inside, sides_of

#: Share of the map that is left free at each edge.
MARGIN = 0.02
#: Share of the listings that a first view may leave out at each edge, and by what share of their spread it is widened.
_LEFT_OUT, _WIDENED = 0.005, 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class MapPlaces:
    """The listings of one side on the map.

    Attributes
    ----------
    side
        ``"photo"`` or ``"title"``.
    method
        What computed the places.
    placed
        Rows that have a place, in order; shape (P,).
    points
        Those as they are sent.
    """

    side: Side
    method: str
    placed: npt.NDArray[np.int64]
    points: MapPoints


def chosen_side(bundle: Bundle, address: Address) -> Side | None:
    """The side of the address if the bundle has it, else its first one; None for a bundle without any vectors."""
    sides = sides_of(bundle)
    return next((side for side in sides if side == address.side), sides[0] if sides else None)


@st.cache_resource(max_entries=8, show_spinner="Placing the listings", hash_funcs=BY_BUNDLE)
def places_of(bundle: Bundle, side: Side) -> MapPlaces:
    """Place the listings, once for all sessions."""
    known = map_at_once(bundle, side)
    placed = np.flatnonzero(np.isfinite(known.points[:, 0]))
    everywhere = len(placed) == len(bundle)
    steps = _in_steps(known.points[placed])
    places = MapPoints(
        version=f"{bundle.fingerprint:.16} {side}",
        places=steps,
        rows=None if everywhere else placed,
        fit=fitting_box(steps),
    )
    return MapPlaces(side=side, method=known.method, placed=placed, points=places)


def rows_in_area(places: MapPlaces, area: Sequence[int]) -> npt.NDArray[np.int64]:
    """Rows of the listings in an area of the map, whose corners are numbers in turn; from its middle outwards."""
    corners = np.array(area, dtype=np.float64).reshape(-1, 2)
    points = places.points.places.astype(np.float32)
    inside = rows_inside(points, corners)
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    outwards = np.argsort(np.square(points[inside] - middle).sum(axis=1), kind="stable")
    return places.placed[inside[outwards]]


def fitting_box(places: npt.NDArray[np.uint16]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a first view: nearly all listings, without a few that lie far from all others."""
    if not len(places):
        return 0, 0, MAP_STEPS[-1], MAP_STEPS[-1]
    low, high = np.quantile(places.astype(np.float64), [_LEFT_OUT, 1 - _LEFT_OUT], axis=0)
    wider = _WIDENED * (high - low)
    left, top = np.maximum(low - wider, places.min(axis=0)).astype(int).tolist()
    right, bottom = np.minimum(high + wider, places.max(axis=0)).astype(int).tolist()
    return left, top, right, bottom


def _in_steps(points: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    """Places in steps of the map, both directions on one scale, in the middle, with a margin that areas can reach."""
    if not len(points):
        return np.zeros((0, 2), dtype=np.uint16)
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    reach = float((high - low).max()) or 1.0
    shares = (1 - 2 * MARGIN) * (points - (low + high) / 2) / reach + 0.5
    steps: npt.NDArray[np.uint16] = np.round(shares * MAP_STEPS[-1]).astype(np.uint16)
    return steps
