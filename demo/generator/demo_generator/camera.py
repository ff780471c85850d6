"""The camera: how far away it has to stand so that the goods fill the picture and nothing of them is cut off."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

_SENSOR_MM = 36.0


@dataclass(frozen=True)
class View:
    """From where and how the goods are photographed.

    Attributes
    ----------
    azimuth, elevation, roll
        Radians; azimuth 0 looks along +Y, elevation 0 is level with the goods.
    focal
        Focal length in mm for a picture 36 mm wide.
    fill
        Share of the picture's width or height, whichever is larger, that the goods take.
    offset
        Where the goods' centre lies beside the picture's: -1 to 1 of the room that is left, to the right and up.
    blur
        Circle of confusion of something infinitely far away as a share of the picture's width; 0 for none.
    """

    azimuth: float
    elevation: float
    roll: float
    focal: float
    fill: float
    offset: tuple[float, float]
    blur: float


def choose_view(rng: random.Random, *, elevation: tuple[float, float]) -> View:
    """A seller's way to hold the camera; `elevation` is the range in degrees."""
    steady = rng.random() < 0.6
    return View(
        azimuth=math.radians(rng.uniform(-9, 9)),
        elevation=math.radians(rng.uniform(*elevation)),
        roll=math.radians(rng.uniform(-0.6, 0.6) if steady else rng.uniform(-4, 4)),
        focal=rng.choice((28, 35, 40, 50, 50, 60, 70, 85)) * rng.uniform(0.95, 1.05),
        fill=rng.uniform(0.7, 0.9) if rng.random() < 0.8 else rng.uniform(0.6, 0.7),
        offset=(rng.gauss(0, 0.17), rng.gauss(0, 0.25)),
        blur=rng.uniform(0.015, 0.045) if rng.random() < 0.35 else 0.0,
    )


def basis(view: View) -> np.ndarray:
    """Right, up and backward of the camera as the columns of a rotation; shape (3, 3)."""
    turn = Matrix.Rotation(view.azimuth, 3, "Z") @ Matrix.Rotation(math.pi / 2 - view.elevation, 3, "X")
    return np.array(turn @ Matrix.Rotation(view.roll, 3, "Z"))


def project(points: np.ndarray, place: np.ndarray, view: View) -> np.ndarray:
    """Positions in the picture before it is shifted: 0 is the middle, 1 the picture's width; shape (points, 2)."""
    seen = (points - place) @ basis(view)
    return seen[:, :2] / -seen[:, 2:] * (view.focal / _SENSOR_MM)


def place_camera(points: np.ndarray, view: View) -> np.ndarray:
    """Put the camera into the scene so that `points` fill the picture as set in `view`.

    Parameters
    ----------
    points
        World positions of the goods, shape (points, 3).

    Returns
    -------
    projected
        `points` in the picture, shape (points, 2): 0..1 from the left and from the bottom.
    """
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    backward = basis(view)[:, 2]
    distance = _solve_distance(points, middle, backward, view)
    place = middle + distance * backward
    projected = project(points, place, view)
    low, high = projected.min(axis=0), projected.max(axis=0)
    room = np.clip((1 - (high - low)) / 2 - 0.03, 0, None)
    centre = np.clip(view.offset, -1, 1) * room
    shift = (low + high) / 2 - centre
    _add_camera(place, view, shift, points)
    return projected - shift + 0.5


def _solve_distance(points: np.ndarray, middle: np.ndarray, backward: np.ndarray, view: View) -> float:
    """The distance from `middle` at which the larger side of the goods takes `view.fill` of the picture (bisection)."""
    near = float(((points - middle) @ backward).max()) + 0.05
    far = near + 200.0
    for _ in range(50):
        distance = (near + far) / 2
        projected = project(points, middle + distance * backward, view)
        if (projected.max(axis=0) - projected.min(axis=0)).max() > view.fill:
            near = distance
        else:
            far = distance
    return far


def _add_camera(place: np.ndarray, view: View, shift: np.ndarray, points: np.ndarray) -> Any:
    lens = bpy.data.cameras.new("camera")
    lens.sensor_width = _SENSOR_MM
    lens.lens = view.focal
    lens.shift_x, lens.shift_y = (float(value) for value in shift)
    lens.clip_start = 0.01
    camera = bpy.data.objects.new("camera", lens)
    turn = Matrix(basis(view).tolist()).to_4x4()
    camera.matrix_world = Matrix.Translation(place) @ turn
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    if view.blur:
        depths = (place - points) @ basis(view)[:, 2]
        focus = float(np.quantile(depths, 0.25))
        lens.dof.use_dof = True
        lens.dof.focus_distance = focus
        aperture = view.blur * focus * _SENSOR_MM / view.focal
        lens.dof.aperture_fstop = view.focal / 1000 / aperture
    return camera
