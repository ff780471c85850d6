"""Curves that shapes are made of: profiles of turned things, cross-sections, outlines and paths, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
_CORNER_STEPS = 4


@dataclass(frozen=True)
class Section:
    """Cross-section of a body: a super-ellipse ``|x|^n + |y / depth|^n = 1``.

    Attributes
    ----------
    depth
        Depth over width: 1 for round bodies, less for flat ones.
    square
        Exponent n: 2 is an ellipse, 4 and more is nearly a rectangle with round corners.
    """

    depth: float = 1.0
    square: float = 2.0

    def points(self, shares: Array) -> Array:
        """Points (n, 2) at shares of the way around; 0 and 1 behind (+Y), 0.25 left (-X), 0.5 in front (-Y)."""
        angle = np.linspace(0.0, 2 * np.pi, 721)
        sine, cosine = np.sin(angle), np.cos(angle)
        power = 2.0 / self.square
        x = -np.sign(sine) * np.abs(sine) ** power
        y = np.sign(cosine) * np.abs(cosine) ** power * self.depth
        way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        wanted = np.asarray(shares) * way[-1]
        return np.stack([np.interp(wanted, way, x), np.interp(wanted, way, y)], axis=1)

    def girth(self) -> float:
        """Length of the way around, for a half width of 1."""
        corners = self.points(np.linspace(0.0, 1.0, 181))
        return float(np.linalg.norm(np.diff(corners, axis=0), axis=1).sum())


ROUND = Section()


def rounded(points: Sequence[tuple[float, ...]], radius: float = 0.0) -> Array:
    """Polyline with its inner corners rounded.

    Parameters
    ----------
    points
        Corners ``(x, y)`` or ``(x, y, own radius)``, such as (radius, height) of a profile from the bottom up.
    radius
        Of the corners without their own radius; it shrinks where two corners are too near.
    """
    corners = np.array([point[:2] for point in points], dtype=float)
    path = [corners[0]]
    for number in range(1, len(corners) - 1):
        own = points[number][2] if len(points[number]) > 2 else radius
        path += _corner(corners[number - 1], corners[number], corners[number + 1], own)
    return np.array([*path, corners[-1]])


def _corner(before: Array, corner: Array, after: Array, radius: float) -> list[Array]:
    to_before, to_after = before - corner, after - corner
    reach = min(radius, 0.499 * float(np.linalg.norm(to_before)), 0.499 * float(np.linalg.norm(to_after)))
    if reach < 1e-5:
        return [corner]
    start = corner + to_before * reach / np.linalg.norm(to_before)
    end = corner + to_after * reach / np.linalg.norm(to_after)
    shares = np.linspace(0.0, 1.0, _CORNER_STEPS + 1)
    return [(1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end for t in shares]


def rounded_rectangle(width: float, height: float, radius: float, steps: int = 6) -> Array:
    """Closed outline (n, 2), counter-clockwise, centred on x = 0 and standing on y = 0."""
    radius = min(radius, width / 2 - 1e-4, height / 2 - 1e-4)
    arc = np.linspace(0.0, np.pi / 2, steps + 1)
    centres = [(1, height - radius, 0), (-1, height - radius, 1), (-1, radius, 2), (1, radius, 3)]
    parts = []
    for side, middle, quarter in centres:
        turn = arc + quarter * np.pi / 2
        x = side * (width / 2 - radius) + radius * np.cos(turn)
        parts.append(np.stack([x, middle + radius * np.sin(turn)], axis=1))
    return np.concatenate(parts)


def smooth_path(points: Sequence[tuple[float, ...]], steps: int = 6) -> Array:
    """Catmull-Rom curve through the points (n, d): `steps` pieces between two of them."""
    knots = np.array(points, dtype=float)
    knots = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    shares = np.linspace(0.0, 1.0, steps, endpoint=False)[:, None]
    pieces = [_catmull_rom(knots[i : i + 4], shares) for i in range(len(knots) - 3)]
    return np.concatenate([*pieces, knots[-2:-1]])


def _catmull_rom(knots: Array, shares: Array) -> Array:
    before, start, end, after = knots
    linear, square = end - before, 2 * before - 5 * start + 4 * end - after
    return 0.5 * (2 * start + linear * shares + square * shares**2 + (3 * (start - end) + after - before) * shares**3)
