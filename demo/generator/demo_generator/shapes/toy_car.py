"""Toy cars, seen from the left side: a round small car, a pickup, a racing car and a van."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

from demo_generator.materials import glowing, metal, plastic, rubber
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.rounded import Point, circle, decal, prism, slab
from demo_generator.shapes.tones import DARK, SILVER, contrast_of

_DEPTH = 0.86
_GLASS = (44, 58, 74)


@dataclass(frozen=True)
class _Design:
    """Side of a car: its outline and windows as corners (counter-clockwise), its wheels and the print's place.

    The car drives to the left and its sill is at z = 0; `screens` are the outline's edges that are windscreens, by the
    number of their first corner; `wheels` are places along x and a radius each; `place` is the middle, width and height
    of the print.
    """

    outline: tuple[Point, ...]
    windows: tuple[tuple[Point, ...], ...]
    screens: tuple[int, ...]
    wheels: tuple[Point, ...]
    place: tuple[float, float, float, float]


_DESIGNS = {
    "round": _Design(
        (
            (-0.98, 0.0),
            (0.98, 0.0),
            (1.02, 0.36),
            (0.84, 0.58),
            (0.56, 0.92),
            (-0.14, 0.98),
            (-0.48, 0.62),
            (-0.92, 0.50),
            (-1.04, 0.26),
        ),
        (
            ((-0.36, 0.60), (0.06, 0.60), (0.06, 0.88), (-0.12, 0.88)),
            ((0.14, 0.60), (0.66, 0.60), (0.46, 0.86), (0.14, 0.88)),
        ),
        (3, 5),
        ((-0.60, 0.25), (0.60, 0.25)),
        (0.0, 0.34, 0.68, 0.40),
    ),
    "pickup": _Design(
        (
            (-1.06, 0.0),
            (1.08, 0.0),
            (1.08, 0.54),
            (0.14, 0.54),
            (0.08, 0.98),
            (-0.42, 0.98),
            (-0.62, 0.58),
            (-1.06, 0.52),
        ),
        (((-0.50, 0.60), (-0.02, 0.60), (-0.04, 0.88), (-0.36, 0.88)),),
        (3, 5),
        ((-0.66, 0.28), (0.66, 0.28)),
        (0.0, 0.30, 0.74, 0.40),
    ),
    "racer": _Design(
        (
            (-1.20, 0.0),
            (1.08, 0.0),
            (1.10, 0.46),
            (0.62, 0.50),
            (0.34, 0.72),
            (-0.10, 0.74),
            (-0.42, 0.50),
            (-1.16, 0.32),
        ),
        (((-0.30, 0.51), (0.36, 0.51), (0.26, 0.66), (-0.08, 0.67)),),
        (5,),
        ((-0.72, 0.24), (0.70, 0.29)),
        (0.0, 0.26, 0.82, 0.38),
    ),
    "van": _Design(
        ((-1.02, 0.0), (1.02, 0.0), (1.04, 1.02), (0.92, 1.10), (-0.56, 1.10), (-0.92, 0.60), (-1.04, 0.52)),
        (((-0.78, 0.62), (-0.34, 0.62), (-0.34, 0.96), (-0.54, 0.96)),),
        (4,),
        ((-0.60, 0.25), (0.58, 0.25)),
        (0.32, 0.62, 1.18, 0.66),
    ),
}


def build_car(product: Product, faces: Faces, rng: random.Random) -> None:
    """Build a car that drives to the left, its print on the side towards the viewer."""
    name = rng.choice(list(_DESIGNS))
    design = _DESIGNS[name]
    body, trim = plastic(product.body, coat=0.6), plastic(contrast_of(product), coat=0.4)
    prism(_softened(design.outline), _DEPTH, body, edge=0.07)
    for window in design.windows:
        prism(_softened(window), _DEPTH + 0.012, plastic(_GLASS, roughness=0.05, coat=0.8), edge=0.006)
    for number in design.screens:
        _screen(design.outline[number], design.outline[(number + 1) % len(design.outline)])
    _wheels(design, trim)
    _ends(design, trim)
    if name == "racer":
        slab(0.10, 0.60, 0.26, trim, at=(0.98, 0, 0.54), radius=0.03)
        slab(0.30, _DEPTH + 0.06, 0.06, trim, at=(0.98, 0, 0.70), radius=0.02)
    x, z, width, height = design.place
    decal(faces("print", width / height, True), width, height, at=(x, -_DEPTH / 2, z))


def _softened(corners: tuple[Point, ...]) -> list[Point]:
    """Round the corners of a polygon."""
    points: list[Point] = []
    for number, corner in enumerate(corners):
        start = _towards(corner, corners[number - 1])
        end = _towards(corner, corners[(number + 1) % len(corners)])
        for t in (0.0, 0.25, 0.5, 0.75, 1.0):
            first, middle, last = (1 - t) ** 2, 2 * t * (1 - t), t**2
            x, z = (first * start[axis] + middle * corner[axis] + last * end[axis] for axis in (0, 1))
            points.append((x, z))
    return points


def _towards(corner: Point, other: Point) -> Point:
    """A point up to 0.2 away from a corner, on the way to another."""
    dx, dz = other[0] - corner[0], other[1] - corner[1]
    share = min(0.45, 0.2 / (dx * dx + dz * dz) ** 0.5)
    return corner[0] + dx * share, corner[1] + dz * share


def _screen(start: Point, end: Point) -> None:
    """A windscreen across the car, along an edge of its outline."""
    (x, z), (dx, dz) = start, (end[0] - start[0], end[1] - start[1])
    length = math.hypot(dx, dz)
    out = (dz / length, -dx / length)
    corners = [
        (x + share * dx + lift * out[0], z + share * dz + lift * out[1])
        for share, lift in ((0.2, -0.04), (0.2, 0.008), (0.82, 0.008), (0.82, -0.04))
    ]
    prism(corners, _DEPTH * 0.72, plastic(_GLASS, roughness=0.05, coat=0.8), edge=0.004)


def _wheels(design: _Design, trim: Any) -> None:
    for x, radius in design.wheels:
        for side in (-1, 1):
            y = side * (_DEPTH / 2 - 0.05)
            prism(circle(radius * 1.12, 36), 0.14, plastic(DARK), at=(x, side * (_DEPTH / 2 - 0.066), 0.0), edge=0.002)
            prism(circle(radius, 36), 0.24, rubber(DARK), at=(x, y, 0.0), edge=0.05)
            prism(circle(radius * 0.62), 0.27, trim, at=(x, y, 0.0), edge=0.02)
            prism(circle(radius * 0.28, 20), 0.30, metal(SILVER), at=(x, y, 0.0), edge=0.02)


def _ends(design: _Design, trim: Any) -> None:
    """Bumpers, headlamps and tail lamps."""
    front, back = min(x for x, _ in design.outline), max(x for x, _ in design.outline)
    for x in (front, back):
        slab(0.14, _DEPTH * 0.96, 0.14, trim, at=(x, 0, 0.08), radius=0.05, edge=0.04)
    lamp, tail = glowing((255, 244, 205), strength=0.8), plastic((190, 24, 24), coat=0.6)
    for y in (-0.27, 0.27):
        prism(
            circle(0.09, 24),
            0.12,
            lamp,
            at=(front + 0.05, y, 0.24),
            facing="left",
            edge=0.03,
        )
        prism(circle(0.07, 24), 0.10, tail, at=(back - 0.02, y, 0.34), facing="right", edge=0.03)
