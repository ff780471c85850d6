"""Composes one seller's photo: the goods, what they stand on, the light, the camera."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from demo_generator.arrangement import arrange
from demo_generator.backgrounds import add_background
from demo_generator.camera import choose_view, place_camera
from demo_generator.clutter import add_clutter
from demo_generator.lighting import Look, Subject, add_light
from demo_generator.products import Product
from demo_generator.shapes import Faces, build_shape
from demo_generator.shapes.sales_box import build_sales_box
from demo_generator.shots import Shot
from demo_generator.stage import collect, empty_scene

_CLUTTER_SHARE = 0.25
#: Width, depth and height of a sales box in those of what is in it.
_BOX_ROOM = np.array([1.08, 1.1, 1.04])
#: Share of photos on white whose ground is meant to come out white, not light grey.
_WHITE_GROUND_SHARE = 0.5
#: Elevation of the camera in degrees.
_FROM_THE_FRONT = (5.0, 33.0)
_FROM_ABOVE = (55.0, 84.0)
_INTO_A_PAN = (16.0, 40.0)


@dataclass(frozen=True)
class Composition:
    """What stands before the camera.

    Attributes
    ----------
    goods, foremost
        Positions of all the goods and of the foremost piece in the picture, shape (points, 2): 0..1 from the left
        and from the bottom.
    background
        Kind of background (see `backgrounds`).
    look
        How the photo is to be developed.
    """

    goods: np.ndarray
    foremost: np.ndarray
    background: str
    look: Look


def compose(product: Product, shot: Shot, faces: Faces) -> Composition:
    """Empty the scene and set up the photo; the same shot gives the same scene."""

    def dice(topic: str) -> random.Random:
        return random.Random(f"{shot.seed} {topic}")

    def make_box(extent: np.ndarray) -> Any:
        width, depth, height = (float(value) for value in extent * _BOX_ROOM)
        return collect("box", lambda: build_sales_box(product, faces, width, depth, height))

    empty_scene()
    goods = collect("goods", lambda: build_shape(product, faces))
    arranged = arrange(product.kind, goods, make_box, dice("pieces"))
    low, high = arranged.points.min(axis=0), arranged.points.max(axis=0)
    subject = Subject(tuple((low + high) / 2), float(np.linalg.norm(high - low) / 2))
    background = add_background(subject.radius, float(high[1]), dice("background"))
    if dice("clutter or not").random() < _CLUTTER_SHARE:
        add_clutter(low, high, dice("clutter"))
    look = add_light(subject, dice("light"))
    if background == "white":
        look = _whiten(look, dice("whiten"))
    view = choose_view(dice("camera"), elevation=_elevation(product, arranged.lying))
    projected = place_camera(arranged.points, view)
    return Composition(projected, projected[: arranged.foremost], background, look)


def _elevation(product: Product, lying: bool) -> tuple[float, float]:
    """Range of the camera's elevation: low goods are no more than a line when seen from the front."""
    if lying:
        return _FROM_ABOVE
    return _INTO_A_PAN if product.kind == "pot" else _FROM_THE_FRONT


def _whiten(look: Look, rng: random.Random) -> Look:
    """Develop a photo on a white ground more brightly; in some, all of the ground comes out white."""
    if rng.random() < _WHITE_GROUND_SHARE:
        return replace(look, brightness=rng.uniform(228, 250), blown=0.5, metered=0.5)
    return replace(look, brightness=look.brightness + 8, blown=0.4)
