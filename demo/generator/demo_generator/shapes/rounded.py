"""Solids that are drawn as an outline and extruded with rounded edges, and prints that lie on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from demo_generator.materials import printed
from demo_generator.shapes.meshes import add_mesh
from demo_generator.shapes.outlines import rounded_rectangle

Point = tuple[float, float]
Place = tuple[float, float, float]

_EDGE_STEPS = 3
_LIFT = 0.003
#: Turns something that faces -Y so that it faces another way.
_FACING = {
    "front": Matrix.Identity(4),
    "back": Matrix.Rotation(math.pi, 4, "Z"),
    "right": Matrix.Rotation(math.pi / 2, 4, "Z"),
    "left": Matrix.Rotation(-math.pi / 2, 4, "Z"),
    "up": Matrix.Rotation(-math.pi / 2, 4, "X"),
    "down": Matrix.Rotation(math.pi / 2, 4, "X"),
}


def rectangle(width: float, height: float, radius: float) -> list[Point]:
    """Outline of a rounded rectangle around the origin, counter-clockwise."""
    return [(float(x), float(z) - height / 2) for x, z in rounded_rectangle(width, height, radius)]


def ellipse(width: float, height: float, steps: int = 32) -> list[Point]:
    """Outline of an ellipse around the origin, counter-clockwise."""
    angles = [2 * math.pi * step / steps for step in range(steps)]
    return [(width / 2 * math.cos(angle), height / 2 * math.sin(angle)) for angle in angles]


def circle(radius: float, steps: int = 32) -> list[Point]:
    """Outline of a circle around the origin, counter-clockwise."""
    return ellipse(2 * radius, 2 * radius, steps)


def arch(width: float, height: float, thickness: float, *, turn: float = math.pi, steps: int = 28) -> list[Point]:
    """Outline of a band bent to an arch over the origin; its feet stand apart by `width` at ``turn = pi``."""

    def arc(shrink: float) -> list[Point]:
        angles = [math.pi / 2 + turn * (step / steps - 0.5) for step in range(steps + 1)]
        return [((width / 2 - shrink) * math.cos(angle), (height - shrink) * math.sin(angle)) for angle in angles]

    return arc(0.0) + arc(thickness)[::-1]


def prism(
    outline: Sequence[Point],
    depth: float,
    material: Any,
    *,
    at: Place = (0.0, 0.0, 0.0),
    edge: float = 0.02,
    facing: str = "front",
) -> Any:
    """Extrude a counter-clockwise outline (x right, z up) by `depth`, with edges rounded by the radius `edge`.

    `at` is the middle of the solid; its outline faces `facing` (front, back, left, right, up, down).
    """
    edge = min(edge, depth / 2 - 1e-4)
    profile = []
    for step in range(_EDGE_STEPS + 1):
        angle = math.pi / 2 * step / _EDGE_STEPS
        profile.append((edge * (1 - math.sin(angle)), -depth / 2 + edge * (1 - math.cos(angle))))
    profile += [(inset, -y) for inset, y in reversed(profile)]
    count = len(outline)
    vertices = [(x, y, z) for inset, y in profile for x, z in _inset(outline, inset)]
    faces: list[tuple[int, ...]] = [tuple(range(count))]
    for ring in range(len(profile) - 1):
        for this in range(count):
            first, second = ring * count + this, ring * count + (this + 1) % count
            faces.append((first, first + count, second + count, second))
    faces.append(tuple(reversed(range((len(profile) - 1) * count, len(profile) * count))))
    made = _add(vertices, faces, material, at, facing)
    for cap in (made.data.polygons[0], made.data.polygons[-1]):
        cap.use_smooth = False
    return made


def slab(
    width: float,
    depth: float,
    height: float,
    material: Any,
    *,
    at: Place = (0.0, 0.0, 0.0),
    radius: float = 0.05,
    edge: float = 0.02,
    facing: str = "front",
) -> Any:
    """Add a rounded rectangle of `width` x `height`, extruded by `depth` (see `prism`)."""
    return prism(rectangle(width, height, radius), depth, material, at=at, edge=edge, facing=facing)


def decal(picture: Path, width: float, height: float, *, at: Place, facing: str = "front", bend: float = 0.0) -> Any:
    """Add a print with transparent parts just above a surface.

    `at` is the middle of the print; with `bend` (a radius) it goes around an upright cylinder and `at` is on its axis.
    """
    columns = 16 if bend else 1
    vertices: list[Place] = []
    for z in (-height / 2, height / 2):
        for column in range(columns + 1):
            x, y = width * (column / columns - 0.5), -_LIFT
            if bend:
                angle = x / bend
                x, y = (bend + _LIFT) * math.sin(angle), -(bend + _LIFT) * math.cos(angle)
            vertices.append((x, y, z))
    row = columns + 1
    faces = [(column, column + 1, column + 1 + row, column + row) for column in range(columns)]
    made = _add(vertices, faces, printed(picture), at, facing)
    uv = made.data.uv_layers.new(name="UVMap")
    for loop in made.data.loops:
        column, top = loop.vertex_index % row, loop.vertex_index // row
        uv.data[loop.index].uv = (column / columns, top)
    return made


def dots(
    centres: Sequence[Point], radius: float, material: Any, *, at: Place, facing: str = "front", bend: float = 0.0
) -> Any:
    """Add small flat discs just above a surface, as the holes of a grille; `bend` as in `decal`."""
    vertices: list[Place] = []
    for x, z in centres:
        for dx, dz in circle(radius, 8):
            angle = (x + dx) / bend if bend else 0.0
            flat = (x + dx, -_LIFT / 2, z + dz)
            around = ((bend + _LIFT) * math.sin(angle), -(bend + _LIFT) * math.cos(angle), z + dz)
            vertices.append(around if bend else flat)
    faces = [tuple(range(8 * number, 8 * number + 8)) for number in range(len(centres))]
    return _add(vertices, faces, material, at, facing)


@contextmanager
def standing(lean: float = 0.0, turn: float = 0.0) -> Iterator[None]:
    """Stand what is built inside on z = 0 in the middle, tilted backwards and then turned about z by degrees."""
    before = {thing.name for thing in bpy.context.scene.objects}
    yield
    meshes = [thing.data for thing in bpy.context.scene.objects if thing.name not in before]
    tilt = Matrix.Rotation(math.radians(turn), 4, "Z") @ Matrix.Rotation(math.radians(-lean), 4, "X")
    for mesh in meshes:
        mesh.transform(tilt)
    corners = np.array([vertex.co for mesh in meshes for vertex in mesh.vertices])
    low, high = corners.min(axis=0), corners.max(axis=0)
    for mesh in meshes:
        mesh.transform(Matrix.Translation((-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2])))


def _add(vertices: Sequence[Place], faces: Sequence[tuple[int, ...]], material: Any, at: Place, facing: str) -> Any:
    made = add_mesh("part", np.array(vertices), faces, material)
    made.data.transform(Matrix.Translation(at) @ _FACING[facing])
    return made


def _inset(outline: Sequence[Point], distance: float) -> list[Point]:
    """Move an outline inwards along the normals of its corners."""
    moved = []
    for number, (x, z) in enumerate(outline):
        (x0, z0), (x1, z1) = outline[number - 1], outline[(number + 1) % len(outline)]
        first, second = _normal(x - x0, z - z0), _normal(x1 - x, z1 - z)
        nx, nz = first[0] + second[0], first[1] + second[1]
        share = max(1 + first[0] * second[0] + first[1] * second[1], 0.4)
        moved.append((x - distance * nx / share, z - distance * nz / share))
    return moved


def _normal(dx: float, dz: float) -> Point:
    """Outward unit normal of an edge of a counter-clockwise outline."""
    length = math.hypot(dx, dz) or 1.0
    return dz / length, -dx / length
