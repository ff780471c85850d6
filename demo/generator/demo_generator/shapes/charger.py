"""Wall chargers: a block with two round pins, USB ports and a nameplate; more power makes a bigger block."""

from __future__ import annotations

import math
import random

import numpy as np

from demo_generator.materials import metal, plastic, rubber
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import rod
from demo_generator.shapes.rounded import circle, decal, prism, slab, standing
from demo_generator.shapes.tones import DARK, SILVER, contrast_of, shade

#: Growth by power in W.
_GROWTH = {18: 0.90, 20: 0.95, 33: 1.06, 65: 1.25}
_PINS_APART = 0.19
_INSIDE = (16, 16, 18)


def build(product: Product, faces: Faces) -> None:
    """Build a wall charger."""
    rng = random.Random(product.line_seed)
    growth = _GROWTH[int(product.attributes["power"].split()[0])]
    design = rng.choice([_cube, _flat, _corded, _brick])
    with standing():
        design(product, faces, growth, rng)


def _cube(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """A cube on its back: pins up, ports low on the front."""
    side, depth = 0.46 * growth, 0.44 * growth
    slab(side, depth, side, plastic(product.body, coat=0.3), radius=0.08 * growth, edge=0.06)
    _collar(product, (0, 0, side / 2), "up", 0.36 * growth, 0.22)
    ports = rng.choice([1, 2])
    for x in np.linspace(-0.5, 0.5, ports) * side * 0.44 if ports > 1 else (0.0,):
        _port(product, (float(x), -depth / 2, -side * 0.30), 0.13)
    _plate(faces, side * 0.82, side * 0.60, (0, -depth / 2, side * 0.13))


def _flat(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """A tall slim block with the pins at its right side and a stripe of ports."""
    width, height, depth = 0.50 * growth, 0.74 * growth, 0.30 * growth
    slab(width, depth, height, plastic(product.body, roughness=0.4), radius=0.10, edge=0.05)
    strip = plastic(contrast_of(product), roughness=0.3, coat=0.4)
    slab(width * 0.8, 0.02, height * 0.22, strip, at=(0, -depth / 2, -height * 0.31), radius=0.05, edge=0.006)
    for x in (-0.18, 0.18):
        _port(product, (x * width, -depth / 2 - 0.01, -height * 0.31), 0.13)
    _collar(product, (width / 2, 0, height * 0.12), "right", 0.34 * growth, 0.2 * growth)
    _plate(faces, width * 0.88, height * 0.52, (0, -depth / 2, height * 0.14))


def _brick(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """A long block lying on its side, pins at the right, three ports at the left of the plate."""
    width, height, depth = 0.84 * growth, 0.46 * growth, 0.36 * growth
    slab(width, depth, height, plastic(product.body, roughness=0.35), radius=height * 0.32, edge=0.05)
    end = plastic(contrast_of(product), roughness=0.35)
    left = -width / 2 + 0.09 * growth
    slab(0.25 * growth, depth + 0.02, height + 0.01, end, at=(left, 0, 0), radius=0.10, edge=0.04)
    for z in (-0.25, 0.0, 0.25):
        _port(product, (left, -depth / 2 - 0.01, z * height), 0.10)
    _collar(product, (width / 2, 0, 0), "right", 0.34 * growth, 0.24 * growth)
    _plate(faces, width * 0.66, height * 0.80, (width * 0.13, -depth / 2, 0))


def _corded(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """A cube with a round front edge, pins up, and its coiled cable beside it."""
    side, depth = 0.50 * growth, 0.40 * growth
    slab(side, depth, side, plastic(product.body, coat=0.3), radius=0.16 * growth, edge=0.08)
    _collar(product, (0, 0, side / 2), "up", 0.32 * growth, 0.22)
    _port(product, (0, -depth / 2, -side * 0.30), 0.13)
    _plate(faces, side * 0.82, side * 0.60, (0, -depth / 2, side * 0.13))
    _coil(product, side, rng)


def _coil(product: Product, side: float, rng: random.Random) -> None:
    """A cable wound up on the ground, at the block's right front, its plug before it."""
    radius, floor, turns = 0.20, -side / 2, 3
    middle, front = side / 2 + 0.15, -0.30
    angle = np.linspace(0.0, 2 * np.pi * turns, 28 * turns)
    drift = radius + 0.02 * np.sin(angle * 0.7 + rng.random())
    path = np.column_stack(
        [middle + drift * np.cos(angle), front + drift * np.sin(angle), floor + 0.025 + 0.045 * angle / (2 * math.pi)]
    )
    cable = rubber(shade(product.body, 0.93))
    rod("coil", path, 0.024, cable, segments=8)
    plug, z = (middle - 0.08, front - radius - 0.09), floor + 0.05
    slab(0.20, 0.08, 0.07, plastic(product.body), at=(*plug, z), radius=0.03)
    slab(0.12, 0.05, 0.03, metal(SILVER), at=(plug[0] - 0.14, plug[1], z), radius=0.012, edge=0.006)
    end = np.array(
        [(plug[0] + 0.08, plug[1], z), (plug[0] + 0.2, plug[1] + 0.01, z), (middle + 0.18, front - 0.09, floor + 0.03)]
    )
    rod("tail", end, 0.022, cable, segments=8)


def _collar(product: Product, at: tuple[float, float, float], facing: str, long: float, short: float) -> None:
    """Base of the pins, and two round pins, next to each other (facing up) or one above the other (facing right)."""
    x, y, z = at
    wide, tall = (long, short) if facing == "up" else (short, long)
    base = plastic(shade(product.body, 0.9), roughness=0.5)
    slab(wide, 0.05, tall, base, at=at, radius=min(wide, tall) * 0.48, edge=0.015, facing=facing)
    sleeve = plastic(shade(DARK, 1.15) if sum(product.body) < 400 else shade(product.body, 0.8))
    for side in (-_PINS_APART / 2, _PINS_APART / 2):
        for reach, length, radius, material in (
            (0.08, 0.12, 0.027, sleeve),
            (0.17, 0.12, 0.027, metal(SILVER, roughness=0.2)),
        ):
            where = (x + side, y, z + reach) if facing == "up" else (x + reach, y, z + side)
            prism(circle(radius, 20), length, material, at=where, edge=0.015, facing=facing)


def _port(product: Product, at: tuple[float, float, float], length: float) -> None:
    slab(length + 0.03, 0.012, 0.085, plastic(shade(product.body, 0.8)), at=at, radius=0.02, edge=0.003)
    slab(length, 0.018, 0.055, plastic(_INSIDE), at=at, radius=0.012, edge=0.003)
    tongue = plastic(contrast_of(product))
    slab(length * 0.8, 0.022, 0.018, tongue, at=(at[0], at[1], at[2] + 0.008), radius=0.005, edge=0.003)


def _plate(faces: Faces, width: float, height: float, at: tuple[float, float, float]) -> None:
    decal(faces("plate", width / height, True), width, height, at=at)
