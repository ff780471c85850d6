"""Soft forms: surfaces given by a function of (u, v), cushions, and flat bands along a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from demo_generator.shapes.meshes import add_mesh

#: Maps u and v in [0, 1], each of shape (n,), to points (n, 3); u runs to the viewer's right, v upwards.
Surface = Callable[[np.ndarray, np.ndarray], np.ndarray]
_UNIT = np.linspace(0.0, 1.0, 2)


def sheet(
    surface: Surface,
    material: Any,
    *,
    us: np.ndarray = _UNIT,
    vs: np.ndarray = _UNIT,
    thickness: float = 0.0,
    name: str = "sheet",
) -> Any:
    """Add the surface over a grid of u and v; its UV map spans the grid's range once, unmirrored.

    Parameters
    ----------
    surface
        Maps u and v to points.
    material
        Material of the object.
    us, vs
        Grid lines, rising; unequal steps make dense creases.
    thickness
        Of the cloth, away from the viewer; 0 leaves a bare surface.
    name
        Name of the object.
    """
    v, u = (grid.ravel() for grid in np.meshgrid(vs, us, indexing="ij"))
    uv = np.stack([(u - us[0]) / (us[-1] - us[0]), (v - vs[0]) / (vs[-1] - vs[0])], axis=1)
    thing = add_mesh(name, surface(u, v), _quads(len(us), len(vs)).tolist(), material, uv)
    if thickness:
        solid = thing.modifiers.new("cloth", "SOLIDIFY")
        solid.thickness = thickness
        solid.offset = 0.0
    return thing


def band(
    path: np.ndarray, across: np.ndarray, width: float, material: Any, *, thickness: float = 0.03, name: str = "band"
) -> Any:
    """Add a flat strap of some width along a path (n, 3); `across` (3,) or (n, 3) points over its width."""
    side = np.broadcast_to(across, path.shape)
    side = side / np.linalg.norm(side, axis=1, keepdims=True) * width
    steps = np.linspace(0.0, 1.0, len(path))

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        at = np.rint(v * (len(path) - 1)).astype(int)
        return path[at] + side[at] * (u - 0.5)[:, None]

    return sheet(surface, material, vs=steps, thickness=thickness, name=name)


def cushion(
    shape: Callable[[np.ndarray], np.ndarray],
    material: Any,
    *,
    exponent: float = 4.0,
    steps: int = 14,
    name: str = "body",
) -> Any:
    """Add a closed puffy block: the ball of an L_p norm, its points (n, 3) in [-1, 1] moved by `shape`.

    The exponent is p: 2 gives a ball, 8 nearly a box.
    """
    line = np.sin(np.linspace(-1.0, 1.0, steps + 1) * np.pi / 2)
    second, first = (grid.ravel() for grid in np.meshgrid(line, line, indexing="ij"))
    ones = np.ones_like(first)
    sides = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            side = np.stack([ones * sign, first * sign, second], axis=1)
            sides.append(np.roll(side, axis, axis=1))
    points = np.concatenate(sides)
    points /= np.linalg.norm(points, ord=exponent, axis=1, keepdims=True)
    quads = _quads(steps + 1, steps + 1)
    faces = np.concatenate([quads + number * len(first) for number in range(6)])
    points, index = np.unique(points.round(6), axis=0, return_inverse=True)
    return add_mesh(name, shape(points), index.reshape(-1)[faces].tolist(), material)


def ball_front(across: np.ndarray, up: np.ndarray, exponent: float = 4.0) -> np.ndarray:
    """Points (n, 3) on the viewer's side of a cushion's ball, by their x and z in [-1, 1]: seams and prints on it."""
    rest = 1 - np.abs(across) ** exponent - np.abs(up) ** exponent
    return np.stack([across, -(np.clip(rest, 0, None) ** (1 / exponent)), up], axis=1)


def raised(surface: Surface, by: float) -> Surface:
    """The surface moved towards the viewer, for what lies on it."""
    return lambda u, v: surface(u, v) - np.array([0.0, by, 0.0])


def from_behind(surface: Surface) -> Surface:
    """The surface mirrored to the far side, so that its print reads right from there."""
    return lambda u, v: surface(1 - u, v) * np.array([1.0, -1.0, 1.0])


def _quads(columns: int, rows: int) -> np.ndarray:
    """Faces of a grid as vertex numbers (m, 4), with their fronts to the viewer."""
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    return corner + np.array([0, 1, columns + 1, columns])
