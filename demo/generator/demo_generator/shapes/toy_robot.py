"""Toy robots: a friendly blocky one, one with a round head, and one on tracks."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator.materials import glowing, metal, plastic, rubber
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.rounded import circle, decal, prism, rectangle, slab
from demo_generator.shapes.tones import DARK, SILVER, contrast_of, shade

_WIDTH = 0.92
_HEIGHT = 0.74
_DEPTH = 0.50


def build_robot(product: Product, faces: Faces, rng: random.Random) -> None:
    """Build a robot; the middle of its chest is at the origin."""
    shell, trim = plastic(product.body, coat=0.4), plastic(contrast_of(product), coat=0.4)
    joint = plastic(shade(product.body, 0.45) if sum(product.body) > 250 else (90, 92, 96), roughness=0.5)
    slab(_WIDTH, _DEPTH, _HEIGHT, shell, radius=0.10, edge=0.06)
    slab(0.34, 0.30, 0.14, joint, at=(0, 0, _HEIGHT / 2 + 0.04), radius=0.04)
    rng.choice([_square_head, _round_head, _screen_head])(product, shell, trim)
    for side in (-1, 1):
        _arm(side, shell, trim, joint)
    rng.choice([_legs, _tracks])(shell, trim, joint)
    width, tall = _WIDTH - 0.12, _HEIGHT - 0.14
    decal(faces("print", width / tall, True), width, tall, at=(0, -_DEPTH / 2, 0))


def _square_head(product: Product, shell: Any, trim: Any) -> None:
    """A box with a mouth of bars, ears and an antenna."""
    z = _HEIGHT / 2 + 0.34
    slab(0.72, 0.44, 0.50, shell, at=(0, 0, z), radius=0.09, edge=0.05)
    _eyes(product, 0.16, 0.12, (0, -0.22, z + 0.06))
    slab(0.36, 0.02, 0.09, plastic(DARK), at=(0, -0.22, z - 0.15), radius=0.03, edge=0.005)
    for x in np.linspace(-0.12, 0.12, 4):
        slab(0.05, 0.03, 0.06, metal(SILVER), at=(float(x), -0.22, z - 0.15), radius=0.01, edge=0.005)
    for side, facing in ((-1, "left"), (1, "right")):
        prism(circle(0.12), 0.08, trim, at=(side * 0.38, 0, z), facing=facing)
    _antenna(trim, z + 0.25)


def _round_head(product: Product, shell: Any, trim: Any) -> None:
    """A thick disc with big eyes, a smile and two antennas."""
    z = _HEIGHT / 2 + 0.40
    prism(circle(0.40, 40), 0.46, shell, at=(0, 0, z), edge=0.12)
    prism(circle(0.42, 40), 0.12, trim, at=(0, 0.02, z), edge=0.03)
    _eyes(product, 0.14, 0.11, (0, -0.23, z + 0.05))
    slab(0.22, 0.02, 0.06, plastic(DARK), at=(0, -0.23, z - 0.14), radius=0.03, edge=0.005)
    for x in (-0.22, 0.22):
        _antenna(trim, z + 0.30, x)


def _screen_head(product: Product, shell: Any, trim: Any) -> None:
    """A wide head with a dark screen and glowing eyes."""
    z = _HEIGHT / 2 + 0.32
    slab(0.94, 0.46, 0.50, shell, at=(0, 0, z), radius=0.20, edge=0.08)
    prism(rectangle(0.72, 0.33, 0.12), 0.03, plastic(DARK, roughness=0.1, coat=0.8), at=(0, -0.23, z), edge=0.008)
    light = glowing((110, 225, 255), strength=2.0)
    for x in (-0.17, 0.17):
        prism(circle(0.075), 0.02, light, at=(x, -0.245, z + 0.03), edge=0.006)
    slab(0.16, 0.02, 0.035, light, at=(0, -0.245, z - 0.10), radius=0.015, edge=0.005)
    _antenna(trim, z + 0.25)


def _eyes(product: Product, apart: float, size: float, at: tuple[float, float, float]) -> None:
    x, y, z = at
    white, pupil = plastic((250, 250, 248), coat=0.5), plastic((22, 24, 34), roughness=0.1, coat=0.8)
    rim = plastic(contrast_of(product))
    for side in (-1, 1):
        prism(circle(size + 0.022), 0.03, rim, at=(x + side * apart, y, z), edge=0.008)
        prism(circle(size), 0.05, white, at=(x + side * apart, y, z), edge=0.015)
        prism(circle(size * 0.5), 0.07, pupil, at=(x + side * apart * 0.9, y, z), edge=0.015)
        prism(circle(size * 0.14, 12), 0.08, white, at=(x + side * apart * 0.9 + 0.02, y, z + 0.03), edge=0.004)


def _antenna(trim: Any, z: float, x: float = 0.0) -> None:
    prism(circle(0.025, 16), 0.18, metal(SILVER), at=(x, 0, z + 0.08), facing="up")
    prism(circle(0.065, 24), 0.13, trim, at=(x, 0, z + 0.20), facing="up", edge=0.06)


def _arm(side: int, shell: Any, trim: Any, joint: Any) -> None:
    """A shoulder, an arm and a claw."""
    x = side * (_WIDTH / 2 + 0.03)
    prism(circle(0.14), 0.12, joint, at=(x, 0, 0.20), facing="right", edge=0.03)
    slab(0.19, 0.24, 0.50, shell, at=(x + side * 0.13, 0, 0.06), radius=0.07, edge=0.05)
    slab(0.23, 0.28, 0.12, trim, at=(x + side * 0.13, 0, -0.20), radius=0.04, edge=0.03)
    for dx in (-0.08, 0.08):
        slab(0.06, 0.16, 0.19, joint, at=(x + side * 0.13 + dx, 0, -0.33), radius=0.02, edge=0.015)


def _legs(shell: Any, trim: Any, joint: Any) -> None:
    for side in (-1, 1):
        slab(0.22, 0.24, 0.24, joint, at=(side * 0.23, 0, -_HEIGHT / 2 - 0.08), radius=0.04)
        slab(0.30, 0.32, 0.26, shell, at=(side * 0.23, 0, -_HEIGHT / 2 - 0.24), radius=0.05, edge=0.04)
        slab(0.38, 0.54, 0.15, trim, at=(side * 0.23, -0.07, -_HEIGHT / 2 - 0.42), radius=0.05, edge=0.04)


def _tracks(shell: Any, trim: Any, joint: Any) -> None:
    z = -_HEIGHT / 2 - 0.17
    slab(0.56, 0.40, 0.24, shell, at=(0, 0, z + 0.06), radius=0.04)
    for side in (-1, 1):
        x = side * 0.38
        slab(0.82, 0.22, 0.36, rubber(DARK), at=(x, 0, z), radius=0.17, edge=0.03, facing="right")
        for y in (-0.24, 0.0, 0.24):
            prism(circle(0.10, 24), 0.25, trim, at=(x, y, z), facing="right", edge=0.02)
