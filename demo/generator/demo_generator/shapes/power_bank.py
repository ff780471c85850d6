"""Power banks: slabs with ports, lights and a nameplate; the capacity makes them longer and thicker."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

from demo_generator.materials import glowing, metal, plastic, rubber
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import rod
from demo_generator.shapes.outlines import smooth_path
from demo_generator.shapes.rounded import circle, decal, prism, slab, standing
from demo_generator.shapes.tones import DARK, SILVER, contrast_of, shade

#: Width, height and depth by capacity in thousands of mAh.
_SIZES = {5: (0.58, 0.98, 0.15), 10: (0.68, 1.36, 0.17), 20: (0.74, 1.50, 0.27), 30: (0.86, 1.64, 0.34)}
_LIT = (120, 225, 255)


def build(product: Product, faces: Faces) -> None:
    """Build a power bank that stands upright or on its long side and leans back a little."""
    rng = random.Random(product.line_seed)
    size = _SIZES[int(product.attributes["capacity"].split()[0]) // 1000]
    design = rng.choice([_classic, _pill, _strapped, _rugged])
    with standing(lean=rng.uniform(5, 9)):
        design(product, faces, size, rng)


def _classic(product: Product, faces: Faces, size: tuple[float, float, float], rng: random.Random) -> None:
    """Upright, ports on top, lights in a row above the plate."""
    width, height, depth = size
    shell = plastic(product.body, roughness=0.45)
    slab(width, depth, height, shell, radius=rng.uniform(0.07, 0.14), edge=0.05)
    band = plastic(contrast_of(product), roughness=0.4)
    slab(width + 0.012, depth * 0.45, height + 0.012, band, radius=0.12, edge=0.02)
    _lights(4, at=(0, -depth / 2, height / 2 - 0.13), step=0.075)
    _ports(height / 2, width)
    _plate(faces, width * 0.86, height - 0.40, (0, -depth / 2, -0.10))


def _pill(product: Product, faces: Faces, size: tuple[float, float, float], rng: random.Random) -> None:
    """On its long side, with round ends, a dark display and ports on top."""
    height, width, depth = size
    slab(width, depth, height, plastic(product.body, coat=0.5), radius=height * 0.42, edge=depth * 0.45)
    display, right = plastic(DARK, roughness=0.1, coat=0.8), width / 2 - height * 0.28
    prism(circle(height * 0.2), 0.02, display, at=(right, -depth / 2, 0), edge=0.006)
    for number in range(4):
        angle = math.radians(-135 + 90 * number)
        spot = (right + height * 0.12 * math.cos(angle), -depth / 2 - 0.008, height * 0.12 * math.sin(angle))
        prism(circle(0.026, 16), 0.01, glowing(_LIT, strength=2.0), at=spot, edge=0.002)
    _ports(height / 2, width * 0.7)
    _plate(faces, width * 0.60, height * 0.82, (-width * 0.12, -depth / 2, 0))


def _strapped(product: Product, faces: Faces, size: tuple[float, float, float], rng: random.Random) -> None:
    """Upright, two colours, with a cable as a loop from one side of the top to the other."""
    width, height, depth = size
    soft, shell = min(0.07, depth * 0.4), plastic(product.body, roughness=0.35)
    slab(width, depth, height - 0.1, shell, at=(0, 0, -0.05), radius=0.16, edge=soft)
    head = plastic(contrast_of(product), roughness=0.35)
    slab(width + 0.01, depth + 0.01, 0.24, head, at=(0, 0, height / 2 - 0.13), radius=0.1, edge=soft)
    knots = [(-width * 0.3, height / 2 - 0.04), (-width * 0.34, height / 2 + 0.16), (0, height / 2 + 0.27)]
    knots += [(-x, z) for x, z in reversed(knots[:2])]
    path = smooth_path([(x, 0.0, z) for x, z in knots])
    rod("loop", path, min(0.04, depth / 4), rubber(shade(contrast_of(product), 0.8)))
    _lights(4, at=(0, -depth / 2 - 0.005, height / 2 - 0.13), step=0.09)
    _plate(faces, width * 0.86, height - 0.42, (0, -depth / 2, -0.13))


def _rugged(product: Product, faces: Faces, size: tuple[float, float, float], rng: random.Random) -> None:
    """On its long side, with ribbed rubber ends, a lamp and ports."""
    height, width, depth = size
    slab(width, depth, height, plastic(product.body, roughness=0.5), radius=0.08, edge=0.03)
    dark = rubber(DARK if sum(product.body) > 240 else shade(contrast_of(product), 0.85))
    for side in (-1, 1):
        slab(0.15, depth + 0.04, height + 0.04, dark, at=(side * (width / 2 - 0.06), 0, 0), radius=0.06, edge=0.02)
        for z in np.linspace(-0.32, 0.32, 5) * height:
            slab(0.12, depth + 0.06, 0.035, dark, at=(side * (width / 2 - 0.06), 0, z), radius=0.015, edge=0.01)
    for x in np.linspace(-0.26, 0.02, 3) * width:
        _port(plastic(DARK), (x, 0, height / 2), 0.12)
    lamp = (width * 0.26, 0, height / 2)
    slab(0.24, depth * 0.5, 0.03, plastic((245, 245, 235), roughness=0.2), at=lamp, radius=0.012, edge=0.01)
    _lights(4, at=(0, -depth / 2, -height / 2 + 0.075), step=0.09)
    tall = height - 0.20
    _plate(faces, min(width - 0.38, 1.4 * tall), tall, (0, -depth / 2, 0.05))


def _plate(faces: Faces, width: float, height: float, at: tuple[float, float, float]) -> None:
    decal(faces("plate", width / height, True), width, height, at=at)


def _lights(count: int, *, at: tuple[float, float, float], step: float) -> None:
    """A row of lights, the last one off."""
    x, y, z = at
    for number in range(count):
        lit = number < count - 1
        light = glowing(_LIT, strength=1.6) if lit else plastic((90, 94, 98))
        spot = (x + (number - (count - 1) / 2) * step, y, z)
        prism(circle(0.021, 16), 0.012, light, at=spot, edge=0.003)


def _ports(height: float, width: float) -> None:
    """Two USB-A ports and a USB-C port between them, on the top."""
    dark = plastic((14, 14, 16), roughness=0.4)
    for share, length in ((-0.27, 0.135), (0.0, 0.10), (0.27, 0.135)):
        _port(dark, (share * width, 0.0, height), length)


def _port(dark: Any, at: tuple[float, float, float], length: float) -> None:
    slab(length + 0.02, 0.012, 0.075, metal(SILVER), at=at, radius=0.02, edge=0.003, facing="up")
    slab(length, 0.018, 0.055, dark, at=at, radius=0.012, edge=0.003, facing="up")
