"""Loudspeakers: fabric cylinders upright or lying, a box with a perforated front, and a puck with a strap."""

from __future__ import annotations

import math
import random

import numpy as np

from demo_generator.materials import fabric, glowing, metal, plastic, rubber
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import lathe, rod
from demo_generator.shapes.outlines import rounded
from demo_generator.shapes.rounded import Point, circle, decal, dots, prism, slab, standing
from demo_generator.shapes.tones import DARK, SILVER, contrast_of, shade

#: Growth by model.
_GROWTH = {"S1": 0.82, "S2": 0.94, "S5": 1.08, "S10": 1.25}


def build(product: Product, faces: Faces) -> None:
    """Build a loudspeaker."""
    rng = random.Random(product.line_seed)
    growth = _GROWTH[product.attributes["model"]]
    small = [_puck, _upright, _box]
    design = rng.choice(small if product.noun == "Mini Speaker" else [_upright, _lying, _box, _lying])
    with standing():
        design(product, faces, growth, rng)


def _upright(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """An upright cylinder in cloth, with rows of holes below and above its name, and buttons on top."""
    radius, height = 0.40 * growth, growth * rng.uniform(1.05, 1.35)
    cloth, cap = fabric(product.body, weave=90.0), plastic(contrast_of(product), roughness=0.45)
    lathe("body", rounded([(0, 0.05), (radius, 0.05), (radius, height), (0, height)], 0.03), cloth)
    lathe("base", rounded([(0, 0), (radius * 0.97, 0), (radius * 1.02, 0.10), (0, 0.10)], 0.02), rubber(DARK))
    top = [(0, height - 0.02), (radius * 1.015, height - 0.02), (radius * 1.015, height + 0.05), (0, height + 0.03)]
    lathe("top", rounded(top, 0.04), cap)
    dark = plastic(shade(product.body, 0.5) if sum(product.body) > 200 else (92, 92, 96))
    for low, high in ((0.14, 0.34), (0.86, 0.94)):
        holes = _lattice(2 * math.pi * radius * 0.98, height * (high - low), 0.05)
        dots(holes, 0.013, dark, at=(0, 0, height * (low + high) / 2), bend=radius)
    _buttons(product, radius * 0.8, (0, 0, height + 0.036))
    width, tall = radius * 1.55, height * 0.46
    decal(faces("plate", width / tall, True), width, tall, at=(0, 0, height * 0.60), bend=radius)


def _lying(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """A lying cylinder in cloth on two feet, with passive radiators at its ends and buttons on top."""
    radius, length = 0.34 * growth, growth * rng.uniform(1.5, 1.8)
    cloth, rim = fabric(shade(product.body, 0.72), weave=90.0), plastic(contrast_of(product), roughness=0.4)
    prism(circle(radius, 48), length, cloth, facing="right", edge=0.04)
    for side, facing in ((-1, "left"), (1, "right")):
        prism(circle(radius * 1.03, 48), 0.14, rim, at=(side * (length / 2 - 0.04), 0, 0), facing=facing, edge=0.04)
        end = side * (length / 2 + 0.03)
        prism(circle(radius * 0.82), 0.02, rubber(DARK), at=(end, 0, 0), facing=facing, edge=0.008)
        prism(circle(radius * 0.55), 0.05, metal(SILVER), at=(end, 0, 0), facing=facing, edge=0.02)
        slab(0.14, radius * 1.1, 0.08, rubber(DARK), at=(side * length * 0.3, 0, -radius), radius=0.02)
    _buttons(product, 0.5 * growth, (0, 0, radius + 0.006))
    width, tall = length * 0.66, radius * 1.24
    badge = plastic(product.body, roughness=0.5)
    slab(width, 0.06, tall, badge, at=(0, -radius + 0.005 - 0.01, 0), radius=0.08, edge=0.02)
    decal(faces("plate", width / tall, True), width * 0.94, tall * 0.94, at=(0, -radius - 0.035, 0))


def _box(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """A box with a perforated front over its drivers, a name below, and knobs on top."""
    tall = product.noun != "Mini Speaker" and rng.random() < 0.5
    width, height = (0.86 * growth, 1.36 * growth) if tall else (1.36 * growth, 0.90 * growth)
    depth, name = 0.52 * growth, height * (0.36 if tall else 0.44)
    slab(width, depth, height, plastic(product.body, roughness=0.4), radius=0.10, edge=0.05)
    panel, middle = height - name - 0.10, name / 2
    front = plastic(shade(contrast_of(product), 0.9), roughness=0.5)
    slab(width - 0.12, 0.04, panel, front, at=(0, -depth / 2, middle), radius=0.07, edge=0.012)
    spots = [(0.0, 0.0)] if tall else [(-width * 0.23, 0.0), (width * 0.23, 0.0)]
    size = min(panel, width - 0.12) * 0.45 if tall else min(panel * 0.45, width * 0.2)
    for x, z in spots:
        _driver(product, size, (x, -depth / 2 - 0.02, middle + z))
    for x in (-0.26, -0.09, 0.09):
        knob = plastic(contrast_of(product), roughness=0.3)
        prism(circle(0.06 * growth), 0.08, knob, at=(x * width, 0, height / 2 + 0.03), facing="up", edge=0.02)
    light = glowing((120, 225, 255), strength=1.5)
    prism(circle(0.022, 16), 0.02, light, at=(width * 0.42, -depth / 2, -height / 2 + 0.07), edge=0.004)
    for side in (-1, 1):
        slab(0.16, depth * 0.8, 0.06, rubber(DARK), at=(side * width * 0.32, 0, -height / 2 - 0.02), radius=0.02)
    wide = width * 0.84
    decal(faces("plate", wide / name, True), wide, name, at=(0, -depth / 2, -height / 2 + name / 2 + 0.02))


def _puck(product: Product, faces: Faces, growth: float, rng: random.Random) -> None:
    """A thick round disc on its edge, perforated all around its name, with a strap."""
    radius, depth = 0.50 * growth, 0.36 * growth
    prism(circle(radius, 56), depth, plastic(product.body, roughness=0.45), edge=depth * 0.36)
    ring = plastic(contrast_of(product), roughness=0.4)
    prism(circle(radius * 1.02, 56), depth * 0.22, ring, edge=0.02)
    face, dark = -depth / 2, plastic(shade(product.body, 0.45))
    outer = radius - depth * 0.36 - 0.02
    width, tall = outer * 1.62, outer * 1.22
    holes = [(x, z) for x, z in _lattice(2 * outer, 2 * outer, 0.045) if math.hypot(x, z) < outer - 0.02]
    dots([(x, z) for x, z in holes if abs(z) > tall / 2 + 0.01], 0.014, dark, at=(0, face, 0))
    decal(faces("plate", width / tall, True), width, tall, at=(0, face, 0))
    slab(0.34 * growth, depth * 0.5, 0.06, rubber(DARK), at=(0, 0, -radius - 0.005), radius=0.03)
    loop = [(0.13 * math.cos(a), 0.0, radius + 0.06 + 0.17 * math.sin(a)) for a in np.linspace(-0.6, math.pi + 0.6, 20)]
    rod("strap", np.array(loop), 0.028, rubber(contrast_of(product)), flat=1.6)


def _driver(product: Product, radius: float, at: tuple[float, float, float]) -> None:
    """A cone behind a perforated disc, with a metal ring."""
    x, y, z = at
    prism(circle(radius, 40), 0.04, metal(SILVER, roughness=0.25), at=at, edge=0.012)
    prism(circle(radius * 0.90, 40), 0.04, plastic(DARK, roughness=0.6), at=(x, y - 0.006, z), edge=0.006)
    holes = [(dx, dz) for dx, dz in _lattice(2 * radius, 2 * radius, 0.05) if math.hypot(dx, dz) < radius * 0.84]
    dots(holes, 0.014, plastic((110, 112, 116)), at=(x, y - 0.027, z))
    prism(circle(radius * 0.30), 0.06, metal(shade(contrast_of(product), 1.2)), at=(x, y - 0.02, z), edge=0.025)


def _lattice(width: float, height: float, step: float) -> list[Point]:
    """Points of a hexagonal lattice in a rectangle around the origin."""
    rows = int(height / 2 / (step * 0.87))
    columns = int(width / 2 / step)
    return [
        ((column + row % 2 / 2) * step, row * step * 0.87)
        for row in range(-rows, rows + 1)
        for column in range(-columns, columns + 1)
    ]


def _buttons(product: Product, width: float, at: tuple[float, float, float]) -> None:
    x, y, z = at
    pad = rubber(shade(product.body, 0.6) if sum(product.body) > 200 else (70, 70, 74))
    for number in (-1, 0, 1):
        where = (x + number * width * 0.5, y, z)
        prism(circle(width * 0.18, 20), 0.025, pad, at=where, facing="up", edge=0.008)
