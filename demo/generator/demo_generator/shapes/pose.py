"""How a thing that is built stands before the camera."""

from __future__ import annotations

import math

import bpy
import numpy as np
from mathutils import Matrix


def lean(degrees: float, *, turn: float = 0.0) -> None:
    """Tilt all in the scene backwards, turn it about z (both in degrees), and stand it on z = 0 in the middle."""
    matrix = Matrix.Rotation(math.radians(turn), 4, "Z") @ Matrix.Rotation(math.radians(-degrees), 4, "X")
    meshes = [thing.data for thing in bpy.context.scene.objects if thing.type == "MESH"]
    corners = []
    for mesh in meshes:
        mesh.transform(matrix)
        flat = np.empty(3 * len(mesh.vertices), dtype=np.float32)
        mesh.vertices.foreach_get("co", flat)
        corners.append(flat.reshape(-1, 3))
    low, high = (edge(np.concatenate(corners), axis=0).tolist() for edge in (np.min, np.max))
    move = Matrix.Translation((-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))
    for mesh in meshes:
        mesh.transform(move)
