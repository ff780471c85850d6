"""Meshes that shapes are built of: turned bodies, labels on them and bent rods (boxes and plates: `solids`).

Each function adds one smooth-shaded object to the scene and returns it. Prints are never mirrored: u grows to the
right and v upwards for someone who looks at the surface from outside.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import bmesh
import bpy
import numpy as np
from mathutils import Euler, Matrix

from demo_generator.shapes.outlines import ROUND, Array, Section

_SHARP = math.radians(38)


def add_mesh(
    name: str, vertices: Array, faces: Sequence[Sequence[int]], material: Any, uvs: Array | None = None
) -> Any:
    """Add an object of vertices (n, 3) and faces; `uvs` (n, 2) or, one for each corner of each face, (corners, 2)."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(map(float, vertex)) for vertex in vertices], [], [list(face) for face in faces])
    if uvs is not None:
        corners = np.array([loop.vertex_index for loop in mesh.loops])
        flat = uvs if len(uvs) == len(corners) != len(vertices) else uvs[corners]
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", np.asarray(flat, dtype=np.float32).ravel())
    return add_to_scene(mesh, material)


def move(
    thing: Any,
    to: tuple[float, float, float] = (0, 0, 0),
    turn: tuple[float, float, float] = (0, 0, 0),
    scale: tuple[float, float, float] = (1, 1, 1),
) -> Any:
    """Scale, then turn (degrees about x, y, z), then move the object's mesh itself; returns the object."""
    rotation = Euler([math.radians(angle) for angle in turn]).to_matrix().to_4x4()
    thing.data.transform(Matrix.Translation(to) @ rotation @ Matrix.Diagonal((*scale, 1)))
    return thing


def lathe(name: str, profile: Array, material: Any, *, section: Section = ROUND, segments: int = 48) -> Any:
    """A body turned about the z axis.

    Parameters
    ----------
    profile
        (n, 2) half width and height, along the outside from the bottom up (then down the inside, if hollow).
        It is closed where it starts or ends on the axis.
    section
        Cross-section, round by default.

    The UV map goes once around (u = 0.5 in front) and along the profile's length (v from 0 to 1).
    """
    around = section.points(np.linspace(0.0, 1.0, segments + 1))
    rings, columns = len(profile), segments + 1
    vertices = np.concatenate([np.column_stack([around * radius, np.full(columns, z)]) for radius, z in profile])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    u, v = np.meshgrid(np.linspace(0.0, 1.0, columns), length / length[-1])
    thing = add_mesh(name, vertices, _grid(rings, columns), material, np.column_stack([u.ravel(), v.ravel()]))
    return _welded(thing)


def patch_aspect(profile: Array, angle: float, section: Section = ROUND) -> float:
    """Width over height of a `patch` of the same arguments."""
    length = np.linalg.norm(np.diff(profile, axis=0), axis=1).sum()
    return float(profile[:, 0].mean() * section.girth() * angle / 360 / length)


def patch(
    name: str,
    profile: Array,
    angle: float,
    material: Any,
    *,
    back: bool = False,
    section: Section = ROUND,
    lift: float = 0.004,
) -> Any:
    """A label on a turned body: a piece `angle` degrees wide (share of the girth times 360), in front or behind.

    `profile` (n, 2) is the part of the body's profile that it covers, from the bottom up (two points on a cylinder);
    it lies `lift` outside the body. Its UV map is 0 to 1.
    """
    columns, rings = max(5, round(angle / 7.5) + 1), len(profile)
    u = np.linspace(0.0, 1.0, columns)
    shares = 0.5 + (u - 0.5) * angle / 360
    around = section.points(shares)
    sign = -1.0 if back else 1.0
    levels = [np.column_stack([sign * around * (radius + lift), np.full(columns, z)]) for radius, z in profile]
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    grid_u, grid_v = np.meshgrid(u, length / length[-1])
    uvs = np.column_stack([grid_u.ravel(), grid_v.ravel()])
    return add_mesh(name, np.concatenate(levels), _grid(rings, columns), material, uvs)


def rod(name: str, path: Array, radius: float | Array, material: Any, *, flat: float = 1.0, segments: int = 14) -> Any:
    """A rod bent along a path (n, 3), with closed ends.

    `radius` is one for all or (n,); `flat` is the size of its cross-section along the bend's axis over that across.
    """
    steps = np.gradient(path, axis=0)
    tangents = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    radii = np.broadcast_to(np.asarray(radius, dtype=float), (len(path),))
    turn = np.linspace(0.0, 2 * np.pi, segments, endpoint=False)
    side = _across(tangents)
    rings = []
    for point, tangent, size in zip(path, tangents, radii, strict=True):
        side = side - tangent * side.dot(tangent)
        side /= np.linalg.norm(side)
        other = np.cross(tangent, side)
        rings.append(point + size * (flat * np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * other))
    count = len(path)
    faces: list[tuple[int, ...]] = []
    for ring in range(count - 1):
        for step in range(segments):
            here, following = ring * segments + step, ring * segments + (step + 1) % segments
            faces.append((here, following, following + segments, here + segments))
    faces += [tuple(range(segments))[::-1], tuple(range((count - 1) * segments, count * segments))]
    return add_mesh(name, np.concatenate(rings), faces, material)


def _across(tangents: Array) -> Array:
    """A direction across the whole path: the axis that it bends about, or any if it is straight."""
    axis = np.cross(tangents[0], tangents[len(tangents) // 2]) + np.cross(tangents[0], tangents[-1])
    if np.linalg.norm(axis) > 1e-3:
        return axis
    return np.cross(tangents[0], np.eye(3)[np.argmin(np.abs(tangents[0]))])


def _grid(rings: int, columns: int) -> list[tuple[int, int, int, int]]:
    corners = [(ring * columns + column) for ring in range(rings - 1) for column in range(columns - 1)]
    return [(corner, corner + 1, corner + columns + 1, corner + columns) for corner in corners]


def _welded(thing: Any) -> Any:
    """Join the seam and the points on the axis; the UV map, being one of faces' corners, stays."""
    shell = bmesh.new()
    shell.from_mesh(thing.data)
    bmesh.ops.remove_doubles(shell, verts=shell.verts, dist=1e-5)
    shell.to_mesh(thing.data)
    shell.free()
    thing.data.shade_smooth()
    thing.data.set_sharp_from_angle(angle=_SHARP)
    return thing


def add_to_scene(mesh: Any, *materials: Any) -> Any:
    """Add an object of a Blender mesh, smooth but for its sharp edges."""
    for material in materials:
        mesh.materials.append(material)
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=_SHARP)
    thing = bpy.data.objects.new(mesh.name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing
