"""How a seller arranges the goods: one piece or several, upright or lying, with the box that they are sold in."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mathutils import Matrix

from demo_generator.stage import points_of, show

#: Kinds that are sold in a box.
BOXED = (
    "dropper_bottle", "jar", "tube", "mug", "tumbler", "phone_case", "power_bank", "charger", "headphones", "lamp",
    "pot", "toy", "speaker",
)  # fmt: skip
#: Kinds that a seller also photographs lying on their back, from above.
FLAT = ("phone_case", "notebook", "tube", "pouch", "carton", "power_bank", "bag")
#: Kinds that are always shown as a single piece.
_SINGLE = ("lamp", "headphones", "bag", "pot")
#: Kinds whose label bends away from the camera when they are turned.
_ROUND = ("pump_bottle", "dropper_bottle", "spray_bottle", "jar", "can", "tumbler", "mug", "tube", "speaker", "pot")
#: Kinds with print on their back, so that a seller may show it.
_BACKED = ("pump_bottle", "dropper_bottle", "spray_bottle", "jar", "tube", "can", "carton", "pouch")

_UPRIGHT = Matrix.Identity(4)
_ON_ITS_BACK = Matrix.Rotation(-math.pi / 2, 4, "X")


@dataclass(frozen=True)
class Arrangement:
    """The goods as they were put down.

    Attributes
    ----------
    points
        World positions of their vertices, shape (points, 3).
    foremost
        Number of those points that are of the foremost piece; they come first.
    lying
        Whether they lie on their backs.
    """

    points: np.ndarray
    foremost: int
    lying: bool


def arrange(kind: str, goods: Any, make_box: Callable[[np.ndarray], Any], rng: random.Random) -> Arrangement:
    """Show the goods as a seller would.

    Parameters
    ----------
    goods
        Collection with one piece.
    make_box
        Gives the collection with the sales box for goods of the given width, depth and height.
    """
    lying = kind in FLAT and rng.random() < 0.3
    boxed = kind in BOXED and not lying and rng.random() < 0.24
    first = _put(goods, _yaw(kind, rng), lying=lying)
    if boxed:
        return _with_box(first, make_box, rng)
    count = 1 if kind in _SINGLE or rng.random() < 0.82 else rng.choice((2, 2, 3))
    pieces = [first, *(_put(goods, _yaw(kind, rng), lying=lying) for _ in range(count - 1))]
    _line_up(pieces, rng, lying=lying)
    return _arranged(pieces, lying=lying)


def _yaw(kind: str, rng: random.Random) -> float:
    """Turn of a piece about Z: mostly its front, sometimes three-quarter, seldom its back."""
    draw = rng.random()
    if draw < 0.07:
        turn = math.radians(rng.uniform(-20, 20))
        return turn + math.pi if kind in _BACKED else turn
    if kind in _ROUND:
        return math.radians(max(-18, min(18, rng.gauss(0, 8))))
    if draw < 0.2:
        return math.radians(rng.choice((-1, 1)) * rng.uniform(25, 45))
    return math.radians(max(-25, min(25, rng.gauss(0, 11))))


def _put(collection: Any, yaw: float, *, lying: bool) -> Any:
    """Show a piece turned by `yaw`, its lowest point on z = 0."""
    if lying and abs(yaw) > 1.2:
        yaw -= math.pi
    piece = show(collection, Matrix.Rotation(yaw, 4, "Z") @ (_ON_ITS_BACK if lying else _UPRIGHT))
    low, high = _bounds(piece)
    _move(piece, (-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))
    return piece


def _line_up(pieces: list[Any], rng: random.Random, *, lying: bool) -> None:
    """Put further pieces beside the first, or behind it and half hidden."""
    width, depth = _extent(pieces)
    row = lying or rng.random() < 0.5 or width < 0.6 * depth
    side = rng.choice((-1, 1))
    for number, piece in enumerate(pieces[1:], start=1):
        if row:
            _move(piece, (side * number * width * rng.uniform(1.04, 1.15), rng.uniform(-0.05, 0.05) * depth, 0))
        else:
            across = (side if number == 1 else -side) * width * rng.uniform(0.55, 0.75)
            _move(piece, (across, depth * rng.uniform(1.05, 1.25), 0))


def _with_box(piece: Any, make_box: Callable[[np.ndarray], Any], rng: random.Random) -> Arrangement:
    low, high = _bounds(piece)
    box = _put(make_box(high - low), math.radians(rng.uniform(-22, 22)), lying=False)
    start, end = _bounds(box)
    side = rng.choice((-1, 1))
    beside = ((high[0] - low[0]) + (end[0] - start[0])) / 2
    if rng.random() < 0.5:
        place = (side * beside * rng.uniform(1.05, 1.15), rng.uniform(0.0, 0.3) * (high[1] - low[1]), 0)
    else:
        behind = ((high[1] - low[1]) + (end[1] - start[1])) / 2
        place = (side * beside * rng.uniform(0.55, 0.75), behind * rng.uniform(1.05, 1.2), 0)
    _move(box, place)
    return _arranged([piece, box], lying=False)


def _arranged(pieces: list[Any], *, lying: bool) -> Arrangement:
    clouds = [points_of([piece]) for piece in pieces]
    return Arrangement(np.concatenate(clouds), len(clouds[0]), lying)


def _extent(pieces: list[Any]) -> tuple[float, float]:
    spans = [np.ptp(points_of([piece]), axis=0) for piece in pieces]
    return max(span[0] for span in spans), max(span[1] for span in spans)


def _bounds(piece: Any) -> tuple[np.ndarray, np.ndarray]:
    points = points_of([piece])
    return points.min(axis=0), points.max(axis=0)


def _move(piece: Any, by: tuple[float, float, float]) -> None:
    piece.matrix_world = Matrix.Translation([float(value) for value in by]) @ piece.matrix_world
