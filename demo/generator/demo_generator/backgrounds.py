"""What stands behind and below the goods: sweeps of paper, tables before walls, floors, cloth and bed sheets."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
from mathutils import Matrix

from demo_generator import surfaces
from demo_generator.products import Colour
from demo_generator.stage import add_mesh

_WHITES: tuple[Colour, ...] = ((250, 250, 250), (244, 244, 244), (248, 246, 242), (240, 243, 246))
_PASTELS: tuple[Colour, ...] = (
    (244, 206, 206), (206, 226, 240), (214, 234, 216), (250, 232, 190), (226, 212, 240), (236, 222, 204),
    (190, 214, 210), (232, 180, 150), (176, 186, 200), (160, 190, 170), (120, 150, 190), (206, 130, 120),
    (90, 110, 120), (66, 68, 74),
)  # fmt: skip
_WALLS: tuple[Colour, ...] = (
    (238, 236, 230), (226, 220, 208), (206, 214, 218), (214, 206, 214), (188, 200, 190), (226, 204, 190),
    (160, 168, 176), (198, 178, 150), (120, 134, 140),
)  # fmt: skip
_COVERINGS = (surfaces.wood, surfaces.tiles, surfaces.concrete)
#: Kinds of background with their shares; a name of `surfaces.FLOORS` is a table of it before a wall.
_SHARES: dict[str, float] = {
    "white": 0.30, "coloured": 0.15, "wood": 0.17, "cloth": 0.07, "sheet": 0.07, "marble": 0.07, "concrete": 0.06,
    "tiles": 0.05, "carpet": 0.06,
}  # fmt: skip


def add_background(radius: float, depth: float, rng: random.Random) -> str:
    """Put a background under and behind goods of `radius` units that reach `depth` units back; gives its kind."""
    kind = rng.choices(list(_SHARES), list(_SHARES.values()))[0]
    if kind == "white":
        _sweep(radius, depth, surfaces.painted(rng.choice(_WHITES), rng), rng)
    elif kind == "coloured":
        _sweep(radius, depth, surfaces.painted(rng.choice(_PASTELS), rng), rng)
    elif kind == "sheet":
        _bed_sheet(radius, rng)
    else:
        _table(radius, depth, surfaces.FLOORS[kind](rng), rng)
    return kind


def _sweep(radius: float, depth: float, material: Any, rng: random.Random) -> None:
    """Paper that bends from the table up the wall in a round."""
    back = depth + radius * rng.uniform(1.0, 3.0)
    bend = radius * rng.uniform(0.8, 2.0)
    angles = np.linspace(0, math.pi / 2, 13)
    profile = [(-14 * radius, 0.0)]
    profile += [(back + bend * math.sin(angle), bend * (1 - math.cos(angle))) for angle in angles]
    profile += [(back + bend, 30 * radius)]
    _extrude("sweep", profile, 30 * radius, material, smooth=True)


def _table(radius: float, depth: float, material: Any, rng: random.Random) -> None:
    """A table or floor that meets a wall, or that ends before a wall far behind."""
    back = depth + radius * rng.uniform(0.6, 3.5)
    _extrude("table", [(-14 * radius, 0.0), (back, 0.0)], 30 * radius, material)
    if rng.random() < 0.6:
        _wall(back, radius, rng)
        return
    _extrude("edge", [(back, 0.0), (back, -0.3), (back - 0.1, -0.3)], 30 * radius, material)
    _wall(back + radius * rng.uniform(2.0, 6.0), radius, rng)


def _wall(at: float, radius: float, rng: random.Random) -> None:
    """A wall `at` units behind: painted, seldom panelled, tiled or bare; it reaches below the floor."""
    painted = rng.random() < 0.72
    covering = surfaces.painted(rng.choice(_WALLS), rng) if painted else rng.choice(_COVERINGS)(rng)
    half = 40 * radius
    corners = [(-half, -half, 0.0), (half, -half, 0.0), (half, half, 0.0), (-half, half, 0.0)]
    wall = add_mesh("wall", corners, [(0, 1, 2, 3)], covering)
    wall.matrix_world = Matrix.Translation((0.0, at, 0.0)) @ Matrix.Rotation(math.pi / 2, 4, "X")


def _bed_sheet(radius: float, rng: random.Random) -> None:
    """Cloth with folds that begin beside the goods, rising to a headboard behind."""
    reach, steps = 9 * radius, 90
    axis = np.linspace(-reach, reach, steps)
    x, y = np.meshgrid(axis, axis)
    folds = np.zeros_like(x)
    for _ in range(5):
        angle, wave = rng.uniform(0, math.pi), radius * rng.uniform(1.2, 3.5)
        along = x * math.cos(angle) + y * math.sin(angle)
        bent = along + 0.25 * wave * np.sin(2 * (x * math.sin(angle) - y * math.cos(angle)) / wave + rng.uniform(0, 6))
        folds += rng.uniform(0.02, 0.05) * wave * (np.sin(2 * math.pi * bent / wave + rng.uniform(0, 6)))
    beside = np.clip((np.hypot(x, y) - 1.05 * radius) / (1.2 * radius), 0, 1)
    height = beside * (folds - folds.min()) * 0.6
    vertices = np.stack([x, y, height], axis=-1).reshape(-1, 3)
    corner = np.arange(steps * (steps - 1)).reshape(steps - 1, steps)[:, :-1].ravel()
    faces = np.stack([corner, corner + 1, corner + steps + 1, corner + steps], axis=-1)
    add_mesh("sheet", vertices, faces.tolist(), surfaces.cloth(rng), smooth=True)
    _wall(0.7 * reach, radius, rng)


def _extrude(
    name: str, profile: list[tuple[float, float]], width: float, material: Any, *, smooth: bool = False
) -> Any:
    """A strip along X over a profile of (y, z)."""
    vertices = [(x, y, z) for x in (-width, width) for y, z in profile]
    count = len(profile)
    faces = [(count + place, count + place + 1, place + 1, place) for place in range(count - 1)]
    return add_mesh(name, vertices, faces, material, smooth=smooth)
