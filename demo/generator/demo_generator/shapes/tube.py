"""Tubes that stand on their cap: facial wash, hand cream, toothpaste, sunscreen."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np

from demo_generator import materials
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.containers import band, fitting_colour, ribbed_cap, size_scale
from demo_generator.shapes.meshes import add_mesh, lathe
from demo_generator.shapes.outlines import Array, Section, rounded

_RINGS, _COLUMNS = 14, 48
_PRINTED = 0.37
_FLAT = 0.035


def build(product: Product, faces: Faces) -> None:
    """A tube, round at its cap and pressed flat at its end, printed in front and behind."""
    rng = random.Random(product.line_seed)
    scale = size_scale(product, 100)
    slim = product.noun == "Toothpaste" or rng.random() < 0.3
    wide = scale * (rng.uniform(0.2, 0.22) if slim else rng.uniform(0.25, 0.28))
    tall = scale * (rng.uniform(1.45, 1.6) if slim else rng.uniform(1.15, 1.35))
    cap = fitting_colour(product, rng.randrange(4))
    hard = materials.plastic(cap, roughness=rng.choice((0.2, 0.45)), coat=0.3)
    foot = _cap(wide, scale, hard, rng.choice(("flip", "flip", "screw", "ball")))
    matt = rng.random() < 0.4
    whole = rng.random() < 0.5
    ground = product.label if whole else product.body
    roughness, coat = (0.5, 0.0) if matt else (0.25, 0.5)
    rings = _rings(wide, foot, tall)
    _sleeve("tube", rings, np.linspace(0, 1, _COLUMNS + 1), materials.plastic(ground, roughness=roughness, coat=coat))
    _crimp(rings, materials.plastic(product.body if whole else ground, roughness=roughness, coat=coat))
    _prints(faces, wide, rings, roughness, coat)


def _rings(wide: float, foot: float, tall: float) -> Array:
    """Half width, half depth and height of each ring (n, 3), of the same girth from the round to the flat end."""
    shares = np.linspace(0.0, 1.0, _RINGS)
    depth = wide * (1 - shares**1.25) + _FLAT / 2 * shares
    flat = wide * math.pi / 2
    width = np.sqrt(np.maximum(2 * (wide**2) - depth**2, 0.0))
    width = np.minimum(width + (flat - math.sqrt(2) * wide) * shares**2, flat)
    return np.column_stack([width, depth, foot + shares * tall])


def _sleeve(name: str, rings: Array, shares: Array, surface: Any, *, back: bool = False, lift: float = 0.0) -> Any:
    """The wall between two shares of the way around, with a UV map from 0 to 1."""
    sign = -1.0 if back else 1.0
    levels = []
    for width, depth, height in rings:
        around = Section(depth / width).points(shares) * (width + lift) * sign
        levels.append(np.column_stack([around, np.full(len(shares), height)]))
        levels[-1][:, 1] += np.sign(levels[-1][:, 1]) * lift
    columns = len(shares)
    corners = [ring * columns + column for ring in range(len(rings) - 1) for column in range(columns - 1)]
    quads = [(corner, corner + 1, corner + columns + 1, corner + columns) for corner in corners]
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, len(rings)))
    return add_mesh(name, np.concatenate(levels), quads, surface, np.column_stack([u.ravel(), v.ravel()]))


def _prints(faces: Faces, wide: float, rings: Array, roughness: float, coat: float) -> None:
    """The printed panels, from above the cap to below the pressed end."""
    part = rings[1:-1]
    shares = np.linspace(0.5 - _PRINTED / 2, 0.5 + _PRINTED / 2, 21)
    aspect = 2 * math.pi * wide * _PRINTED / float(part[-1, 2] - part[0, 2])
    for face, back in (("front", False), ("back", True)):
        surface = materials.printed(faces(face, aspect, False), roughness=roughness, coat=coat)
        _sleeve(f"print {face}", part, shares, surface, back=back, lift=0.004)


def _crimp(rings: Array, surface: Any) -> None:
    """The pressed end: a flat strip with fine ridges."""
    width, depth, low = rings[-1]
    high = low + 0.16 * width / 0.4
    levels = [depth if number % 2 else depth * 0.55 for number in range(9)]
    strip = np.column_stack([np.full(9, width), levels, np.linspace(low, high, 9)])
    _sleeve("crimp", strip, np.linspace(0, 1, _COLUMNS + 1), surface)
    edge = Section(levels[-1] / width).points(np.linspace(0, 1, _COLUMNS, endpoint=False)) * width
    top = np.column_stack([edge, np.full(_COLUMNS, high)])
    add_mesh("end", top, [tuple(range(_COLUMNS))], surface)


def _cap(wide: float, scale: float, hard: Any, style: str) -> float:
    """The cap that it stands on; returns the height of the tube's foot."""
    if style == "flip":
        high = 0.26 * scale
        band("cap", wide * 1.02, 0.0, high * 0.62, hard, edge=0.025)
        band("hinge", wide * 1.02, high * 0.64, high, hard, edge=0.01)
        return high
    if style == "ball":
        high = 0.3 * scale
        lathe("cap", rounded([(0, 0), (wide * 0.72, 0, 0.05), (wide * 1.0, high, 0.02), (0, high)]), hard)
        return high
    high = 0.22 * scale
    ribbed_cap("cap", wide * 0.6, 0.0, high, hard, depth=0.05)
    lathe(
        "shoulder", rounded([(0, high), (wide * 0.5, high), (wide, high + 0.1 * scale), (0, high + 0.1 * scale)]), hard
    )
    return high + 0.1 * scale
