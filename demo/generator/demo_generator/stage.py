"""The empty scene, meshes put into it, and what stands in it as points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

#: Points of one object that are enough to frame it.
_MAX_POINTS = 1500


def empty_scene() -> Any:
    """Throw everything away (data of earlier scenes too, so that memory does not grow) and give the new scene."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return bpy.context.scene


def add_mesh(
    name: str,
    vertices: Sequence[Sequence[float]] | np.ndarray,
    faces: Sequence[Sequence[int]],
    material: Any,
    *,
    smooth: bool = False,
) -> Any:
    """Put a mesh of the given vertices and faces into the scene."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(map(float, vertex)) for vertex in vertices], [], [tuple(face) for face in faces])
    mesh.materials.append(material)
    if smooth:
        mesh.shade_smooth()
    body = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(body)
    return body


def collect(name: str, build: Callable[[], None]) -> Any:
    """Run `build`, and move what it put into the scene to a separate collection, which is not shown itself."""
    scene = bpy.context.scene
    before = set(scene.objects)
    build()
    collection = bpy.data.collections.new(name)
    for body in [body for body in scene.objects if body not in before]:
        for owner in list(body.users_collection):
            owner.objects.unlink(body)
        collection.objects.link(body)
    return collection


def show(collection: Any, matrix: Matrix) -> Any:
    """Show a collection once more, as a linked duplicate placed by `matrix`."""
    piece = bpy.data.objects.new(collection.name, None)
    piece.instance_type = "COLLECTION"
    piece.instance_collection = collection
    piece.matrix_world = matrix
    bpy.context.scene.collection.objects.link(piece)
    return piece


def points_of(pieces: Sequence[Any]) -> np.ndarray:
    """World positions of the shown pieces' vertices, thinned out.

    Returns
    -------
    points
        Shape (points, 3), in units of 10 cm.
    """
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    clouds = [
        _vertices(instance.object, np.array(instance.matrix_world))
        for instance in graph.object_instances
        if instance.is_instance and instance.parent.original in pieces and instance.object.type in _WITH_SURFACE
    ]
    return np.concatenate(clouds)


_WITH_SURFACE = ("MESH", "CURVE", "FONT", "SURFACE")


def _vertices(body: Any, matrix: np.ndarray) -> np.ndarray:
    mesh = body.to_mesh()
    flat = np.empty(3 * len(mesh.vertices), dtype=np.float32)
    mesh.vertices.foreach_get("co", flat)
    body.to_mesh_clear()
    points = flat.reshape(-1, 3).astype(np.float64)
    kept = np.unique(np.concatenate([_extremes(points), np.arange(0, len(points), len(points) // _MAX_POINTS + 1)]))
    return points[kept] @ matrix[:3, :3].T + matrix[:3, 3]


def _extremes(points: np.ndarray) -> np.ndarray:
    """Rows of the outermost points in 26 directions."""
    axis = np.array([-1.0, 0.0, 1.0])
    directions = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    return (points @ directions.T).argmax(axis=0) if len(points) else np.empty(0, dtype=np.intp)
