"""Jars with a screw lid: cream, hair mask, scrub."""

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
    tinted,
)
from demo_generator.shapes.meshes import add_mesh, lathe
from demo_generator.shapes.outlines import Array, rounded

_GOLD, _SILVER = (216, 172, 110), (208, 210, 214)


def build(product: Product, faces: Faces) -> None:
    """A straight, bellied, tapered or tall jar with a label in front and a name on its lid."""
    rng = random.Random(product.line_seed)
    scale = size_scale(product, 100)
    style = rng.choice(("straight", "belly", "tapered", "tall"))
    wide, tall = scale * rng.uniform(0.33, 0.38), scale * rng.uniform(0.36, 0.42)
    if style == "tall":
        wide, tall = wide * 0.88, tall * 1.45
    profile, low, high = _body(style, wide, tall)
    lathe("jar", profile, _wall(product, rng))
    add_labels(faces, part_of(profile[2:-1], low, high), 104)
    top = _lid(product, style, wide, tall, scale, rng)
    _name_on_lid(faces, wide, top)


def _body(style: str, wide: float, tall: float) -> tuple[Array, float, float]:
    """Profile and heights of the label's ends."""
    if style == "belly":
        corners = [(0, 0), (wide * 0.8, 0, 0.08), (wide * 1.15, 0.5 * tall, 0.5), (wide * 0.85, tall, 0.05), (0, tall)]
        return rounded(corners), 0.42 * tall, 0.9 * tall
    if style == "tapered":
        corners = [(0, 0), (wide * 0.82, 0, 0.04), (wide, tall, 0.03), (0, tall)]
        return rounded(corners), 0.18 * tall, 0.9 * tall
    corners = [(0, 0), (wide, 0, 0.05), (wide, tall, 0.03), (0, tall)]
    return rounded(corners), 0.13 * tall, 0.88 * tall


def _wall(product: Product, rng: random.Random) -> Any:
    kind = rng.choice(("gloss", "gloss", "matt", "glass"))
    if kind == "glass":
        return tinted(product.body, clear=0.12, roughness=0.25)
    return materials.plastic(
        product.body, roughness=0.5 if kind == "matt" else 0.2, coat=0.0 if kind == "matt" else 0.8
    )


def _lid(product: Product, style: str, wide: float, tall: float, scale: float, rng: random.Random) -> float:
    """A ribbed or smooth lid, perhaps over a metal ring; returns the height of its top."""
    broad = wide * {"belly": 0.95, "tapered": 1.04}.get(style, 1.01)
    high = scale * rng.uniform(0.15, 0.2)
    low = tall + 0.012
    metallic = rng.random() < 0.3
    colour = rng.choice((_GOLD, _SILVER))
    if metallic:
        hard = materials.metal(colour, roughness=0.25)
    else:
        hard = materials.plastic(fitting_colour(product, rng.randrange(4)), roughness=0.25, coat=0.4)
    band("neck", broad * 0.93, tall - 0.02, low + 0.02, materials.plastic((235, 235, 232)))
    if rng.random() < 0.5 and not metallic:
        ribbed_cap("lid", broad, low, low + high, hard, depth=0.025)
    else:
        band("lid", broad, low, low + high, hard, edge=rng.choice((0.02, 0.06)))
        if not metallic and rng.random() < 0.6:
            band("ring", broad * 1.008, low, low + 0.035, materials.metal(colour, roughness=0.25))
    return low + high


def _name_on_lid(faces: Faces, wide: float, top: float) -> None:
    half, deep, height = wide * 0.62, wide * 0.25, top + 0.002
    corners = np.array([(-half, -deep, height), (half, -deep, height), (half, deep, height), (-half, deep, height)])
    uvs = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    add_mesh("name", corners, [(0, 1, 2, 3)], materials.printed(faces("plate", half / deep, True)), uvs)
