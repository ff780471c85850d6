"""Drink cans."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator import materials
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.containers import size_scale
from demo_generator.shapes.meshes import lathe, move, patch_aspect, rod
from demo_generator.shapes.outlines import rounded, rounded_rectangle
from demo_generator.shapes.solids import prism

_ALUMINIUM = (214, 216, 220)


def build(product: Product, faces: Faces) -> None:
    """A standard, sleek, slim or stubby can: printed all around, bare metal at both ends, a tab on top."""
    rng = random.Random(product.line_seed)
    scale = size_scale(product, 330)
    wide, tall = rng.choice(((0.33, 1.15), (0.29, 1.42), (0.27, 1.34), (0.31, 1.22)))
    wide, tall = wide * scale, tall * scale
    bare = materials.metal(_ALUMINIUM, roughness=0.25)
    low, high = 0.05 * tall, 0.9 * tall
    side = np.array([(wide, low), (wide, high)])
    ink = materials.printed(
        faces("wrap", patch_aspect(side, 360), False), roughness=rng.choice((0.25, 0.45)), coat=0.4, metallic=0.15
    )
    lathe("side", side, ink)
    _painted_shoulder(product, wide, high, tall, rng)
    rim = wide * 0.84
    lathe(
        "foot",
        rounded([(0, 0.03), (wide * 0.74, 0), (wide * 0.82, 0, 0.02), (wide, low * 0.9, 0.03), (wide, low)]),
        bare,
    )
    corners = [
        (rim * 0.98, tall - 0.035),
        (rim * 1.03, tall - 0.025, 0.01),
        (rim * 1.03, tall, 0.012),
        (rim * 0.96, tall, 0.012),
        (rim * 0.93, tall - 0.05, 0.01),
        (0, tall - 0.045),
    ]
    lathe("lid", rounded(corners), bare)
    _tab(rim, tall - 0.04, bare, rng.choice((bare, materials.metal(product.accent, roughness=0.3))))


def _painted_shoulder(product: Product, wide: float, low: float, tall: float, rng: random.Random) -> None:
    """The narrowing part below the lid, in the label's colour or bare."""
    corners = [
        (wide, low),
        (wide, low + 0.03 * tall, 0.04),
        (wide * 0.83, tall - 0.03, 0.02),
        (wide * 0.83, tall - 0.02),
    ]
    if rng.random() < 0.7:
        surface = materials.plastic(product.label, roughness=0.3, coat=0.4)
    else:
        surface = materials.metal(_ALUMINIUM, roughness=0.25)
    lathe("shoulder", rounded(corners), surface)


def _tab(rim: float, height: float, bare: Any, colour: Any) -> None:
    """The pull tab, its rivet, and the mouth in front of it."""
    size = rim * 0.62
    plate = prism("tab", rounded_rectangle(size, size * 1.5, size * 0.45), 0.014, colour, bevel=0.005)
    move(plate, (0, size * 1.1, height + 0.022), (90, 0, 0))
    rivet = np.array([(0, 0, height), (0, 0, height + 0.036)])
    rod("rivet", rivet, 0.03, bare)
    turn = np.linspace(0, 2 * np.pi, 25)
    mouth = np.column_stack(
        [0.42 * rim * np.cos(turn), 0.3 * rim * np.sin(turn) - 0.5 * rim, np.full(25, height + 0.002)]
    )
    rod("mouth", mouth, 0.008, bare, segments=6)
