"""Toys: a robot, a car or a stacking toy, by its noun."""

from __future__ import annotations

import random

from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.rounded import standing
from demo_generator.shapes.toy_car import build_car
from demo_generator.shapes.toy_robot import build_robot
from demo_generator.shapes.toy_stack import build_stack

_BUILDERS = {"Toy Robot": build_robot, "Toy Car": build_car, "Stacking Toy": build_stack}


def build(product: Product, faces: Faces) -> None:
    """Build a toy."""
    with standing():
        _BUILDERS[product.noun](product, faces, random.Random(product.line_seed))
