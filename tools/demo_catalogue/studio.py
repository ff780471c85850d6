"""Composes one seller's photo: the goods, what they stand on, the light, the camera."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from mathutils import Matrix

from tools.demo_catalogue.backgrounds import add_background
from tools.demo_catalogue.camera import choose_view, place_camera
from tools.demo_catalogue.lighting import Look, Subject, add_light
from tools.demo_catalogue.products import Product
from tools.demo_catalogue.shapes import Faces, build_shape
from tools.demo_catalogue.shots import Shot
from tools.demo_catalogue.stage import collect, empty_scene, points_of, show


@dataclass(frozen=True)
class Composition:
    """What stands before the camera.

    Attributes
    ----------
    goods
        Positions of the goods in the picture, shape (points, 2): 0..1 from the left and from the bottom.
    background
        Kind of background (see `backgrounds`).
    look
        How the photo is to be developed.
    """

    goods: np.ndarray
    background: str
    look: Look


def compose(product: Product, shot: Shot, faces: Faces) -> Composition:
    """Empty the scene and set up the photo; the same shot gives the same scene."""

    def dice(topic: str) -> random.Random:
        return random.Random(f"{shot.seed} {topic}")

    empty_scene()
    goods = collect("goods", lambda: build_shape(product, faces))
    pieces = _arrange(goods, dice("pieces"))
    points = points_of(pieces)
    low, high = points.min(axis=0), points.max(axis=0)
    subject = Subject(tuple((low + high) / 2), float(np.linalg.norm(high - low) / 2))
    background = add_background(subject.radius, float(high[1]), dice("background"))
    look = add_light(subject, dice("light"))
    view = choose_view(dice("camera"), elevation=(5, 35))
    return Composition(place_camera(points, view), background, look)


def _arrange(goods: Any, rng: random.Random) -> list[Any]:
    """Show the goods once or several times."""
    yaw = math.radians(rng.uniform(-25, 25))
    return [show(goods, Matrix.Rotation(yaw, 4, "Z"))]
