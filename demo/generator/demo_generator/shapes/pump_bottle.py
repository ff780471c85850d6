"""Bottles with a pump head: lotion, shampoo, soap."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator import materials
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.containers import (
    add_labels,
    band,
    fitting_colour,
    part_of,
    ribbed_cap,
    size_scale,
)
from demo_generator.shapes.meshes import lathe, move, rod
from demo_generator.shapes.outlines import Array, Section, rounded, smooth_path

_GOLD = (212, 170, 110)


def build(product: Product, faces: Faces) -> None:
    """A round, oval, square or tapered bottle with labels in front and behind, and its pump."""
    rng = random.Random(product.line_seed)
    scale = size_scale(product, 250)
    style = rng.choice(("round", "oval", "square", "tapered", "drop"))
    wide, tall = scale * rng.uniform(0.3, 0.35), scale * rng.uniform(1.15, 1.4)
    neck = min(0.13, 0.4 * wide)
    profile, section, low, high, angle = _body(style, wide, tall, neck)
    look = rng.choice(("gloss", "gloss", "matt", "soft"))
    surface = materials.plastic(
        product.body,
        roughness=0.5 if look == "matt" else 0.25,
        coat=0.0 if look == "matt" else 0.6,
        soft=0.15 if look == "soft" else 0.0,
    )
    lathe("bottle", profile, surface, section=section)
    add_labels(faces, part_of(profile[2:-1], low, high), angle, section=section)
    golden = rng.random() < 0.2
    fitting = (
        materials.metal(_GOLD, roughness=0.25)
        if golden
        else materials.plastic(fitting_colour(product, rng.randrange(4)), roughness=0.3, coat=0.3)
    )
    _pump(tall, neck, fitting, rng)


def _body(style: str, wide: float, tall: float, neck: float) -> tuple[Array, Section, float, float, float]:
    """Profile, cross-section, heights of the label's ends and its angle."""
    if style == "oval":
        shoulder = rounded(
            [(0, 0), (wide * 1.2, 0, 0.06), (wide * 1.25, 0.8 * tall, 0.3), (neck, 0.97 * tall, 0.06), (neck, tall)]
        )
        return shoulder, Section(0.58, 2.3), 0.12 * tall, 0.74 * tall, 130
    if style == "square":
        shoulder = rounded([(0, 0), (wide, 0, 0.04), (wide, 0.92 * tall, 0.1), (neck, 0.96 * tall, 0.03), (neck, tall)])
        return shoulder, Section(0.95, 6.0), 0.14 * tall, 0.78 * tall, 84
    if style == "tapered":
        shoulder = rounded(
            [(0, 0), (wide * 1.2, 0, 0.08), (wide * 0.85, 0.86 * tall, 0.12), (neck, 0.95 * tall, 0.04), (neck, tall)]
        )
        return shoulder, Section(0.9, 2.0), 0.13 * tall, 0.76 * tall, 114
    if style == "drop":
        shoulder = rounded(
            [(0, 0), (wide * 1.0, 0, 0.12), (wide * 1.3, 0.4 * tall, 0.4), (neck * 1.1, 0.93 * tall, 0.3), (neck, tall)]
        )
        return shoulder, Section(0.72, 2.2), 0.12 * tall, 0.66 * tall, 125
    shoulder = rounded([(0, 0), (wide, 0, 0.05), (wide, 0.9 * tall, 0.2), (neck, 0.95 * tall, 0.03), (neck, tall)])
    return shoulder, Section(), 0.12 * tall, 0.78 * tall, 108


def _pump(tall: float, neck: float, fitting: Any, rng: random.Random) -> None:
    """Collar, stem, and a head whose spout points to a side, a little to the viewer."""
    low = tall - 0.01
    if rng.random() < 0.6:
        ribbed_cap("collar", neck * 1.3, low, low + 0.16, fitting)
    else:
        band("collar", neck * 1.3, low, low + 0.17, fitting, edge=0.02)
    band("throat", neck * 0.6, low + 0.15, low + 0.24, fitting)
    band("stem", 0.045, low + 0.22, low + 0.4, fitting)
    head = low + 0.37
    wide = neck * rng.uniform(0.75, 1.05)
    lathe("head", rounded([(0, head), (wide, head, 0.02), (wide * 0.92, head + 0.13, 0.05), (0, head + 0.14)]), fitting)
    _spout(head + 0.075, wide, fitting, rng)


def _spout(height: float, wide: float, fitting: Any, rng: random.Random) -> None:
    reach, drop = rng.uniform(0.3, 0.38), rng.uniform(0.06, 0.1)
    corners = [(0, 0, 0), (reach * 0.5, 0, 0.015), (reach * 0.85, 0, 0), (reach, 0, -drop)]
    path = smooth_path(corners)
    radius = np.interp(np.linspace(0, 1, len(path)), [0, 0.3, 1], [min(0.065, wide), 0.055, 0.032])
    spout = rod("spout", path, radius, fitting, flat=1.25)
    move(spout, (0, 0, height), (0, 0, rng.choice((-150, -35, -145, -25))))
