"""Boxes and plates with prints on their sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector

from demo_generator.shapes.meshes import add_to_scene
from demo_generator.shapes.outlines import Array

#: Outward direction of each side of a box, and its directions "right" and "up" as seen from outside.
_SIDES: dict[str, tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]] = {
    "front": ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    "back": ((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
    "right": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "left": ((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
    "top": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "bottom": ((0, 0, -1), (1, 0, 0), (0, -1, 0)),
}


def box(
    name: str,
    size: tuple[float, float, float],
    material: Any,
    *,
    bevel: float = 0.01,
    prints: Mapping[str, Any] | None = None,
) -> Any:
    """A box of width x, depth y and height z that stands on z = 0.

    `prints` gives other materials to sides ("front", "back", "left", "right", "top", "bottom"); every side's UV map
    is 0 to 1 over the whole side.
    """
    mesh = bpy.data.meshes.new(name)
    shell = bmesh.new()
    bmesh.ops.create_cube(shell, size=1.0)
    place = Matrix.Translation((0, 0, size[2] / 2)) @ Matrix.Diagonal((*size, 1))
    bmesh.ops.transform(shell, matrix=place, verts=shell.verts)
    if bevel > 0:
        bmesh.ops.bevel(shell, geom=shell.edges, offset=bevel, segments=2, profile=0.5, affect="EDGES")
    shell.to_mesh(mesh)
    shell.free()
    return _print_sides(mesh, size, material, prints or {})


def prism(
    name: str,
    outline: Array,
    depth: float,
    material: Any,
    *,
    bevel: float = 0.01,
    prints: Mapping[str, Any] | None = None,
) -> Any:
    """A plate: an outline (n, 2) of x and z, counter-clockwise as seen from the front, `depth` thick about y = 0.

    Its front and back edges are bevelled; `prints` as in `box`, over the outline's bounding box (outline on z >= 0).
    """
    mesh = bpy.data.meshes.new(name)
    shell = bmesh.new()
    front = shell.faces.new([shell.verts.new((x, -depth / 2, z)) for x, z in outline])
    grown = bmesh.ops.extrude_face_region(shell, geom=[front])
    rear = [part for part in grown["geom"] if isinstance(part, bmesh.types.BMVert)]
    bmesh.ops.translate(shell, vec=(0, depth, 0), verts=rear)
    if bevel > 0:
        rims = [edge for edge in shell.edges if abs(edge.verts[0].co.y - edge.verts[1].co.y) < depth / 2]
        bmesh.ops.bevel(shell, geom=rims, offset=bevel, segments=3, profile=0.5, affect="EDGES")
    bmesh.ops.recalc_face_normals(shell, faces=shell.faces)
    shell.to_mesh(mesh)
    shell.free()
    size = (2 * float(np.abs(outline[:, 0]).max()), depth, float(outline[:, 1].max()))
    return _print_sides(mesh, size, material, prints or {})


def _print_sides(mesh: Any, size: tuple[float, float, float], material: Any, prints: Mapping[str, Any]) -> Any:
    materials = [material, *prints.values()]
    slots = {side: number for number, side in enumerate(prints, start=1)}
    layer = mesh.uv_layers.new(name="UVMap")
    extent = Vector(size)
    for face in mesh.polygons:
        side = max(_SIDES, key=lambda name: face.normal.dot(Vector(_SIDES[name][0])))
        _, right, up = (Vector(direction) for direction in _SIDES[side])
        face.material_index = slots.get(side, 0)
        for loop in face.loop_indices:
            at = mesh.vertices[mesh.loops[loop].vertex_index].co - Vector((0, 0, size[2] / 2))
            layer.data[loop].uv = (
                0.5 + at.dot(right) / abs(extent.dot(right)),
                0.5 + at.dot(up) / abs(extent.dot(up)),
            )
    return add_to_scene(mesh, *materials)
