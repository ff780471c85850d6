"""Over-ear headphones: a headband, two cups with cushions, and a nameplate on the outside of the cup in front."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from demo_generator.materials import metal, plastic, rubber
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import rod
from demo_generator.shapes.rounded import Point, arch, decal, ellipse, prism, rectangle, slab, standing
from demo_generator.shapes.tones import SILVER, contrast_of

_SPAN = 1.24
_RISE = 0.84


@dataclass(frozen=True)
class _Make:
    """What a line of headphones is made like: its cups' outline and size, its colours and its band's width."""

    outline: str
    wide: float
    tall: float
    shell: Any
    trim: Any
    cushion: Any
    band: float

    def cup(self, share: float = 1.0) -> list[Point]:
        """Outline of a cup, or of a disc on it."""
        wide, tall = self.wide * share, self.tall * share
        return ellipse(wide, tall, 40) if self.outline == "oval" else rectangle(wide, tall, wide * 0.36)


def build(product: Product, faces: Faces) -> None:
    """Build headphones with their cups turned flat to the front, or standing so that one cup looks to the front."""
    rng = random.Random(product.line_seed)
    outline, tall = rng.choice([("oval", 0.90), ("oval", 1.04), ("box", 0.98)])
    dark = rubber((34, 34, 37)) if rng.random() < 0.6 or sum(product.accent) < 150 else rubber(product.accent)
    shell, trim = plastic(product.body, roughness=rng.choice([0.25, 0.5])), plastic(contrast_of(product), coat=0.3)
    make = _Make(outline, 0.88, tall, shell, trim, dark, rng.uniform(0.16, 0.26))
    design = rng.choice([_turned_flat, _standing, _wired])
    if design is _standing:
        with standing(turn=rng.uniform(-64, -56)):
            _standing(make, faces)
    else:
        with standing(lean=rng.uniform(4, 8)):
            design(make, faces)


def _turned_flat(make: _Make, faces: Faces) -> None:
    """Padded plastic band; both cups look to the front."""
    _padded_band(make)
    for side in (-1, 1):
        x = side * (_SPAN / 2 - 0.03)
        slab(0.10, 0.07, 0.34, metal(SILVER), at=(x, 0, 0.0), radius=0.03)
        _cup(make, faces, (x, 0, -make.tall / 2 + 0.02), "front")


def _wired(make: _Make, faces: Faces) -> None:
    """Two bent metal rods with a soft strap under them; both cups look to the front."""
    angles = np.linspace(np.pi, 0.0, 29)
    for y in (-0.07, 0.07):
        path = [(_SPAN / 2 * np.cos(angle), y, _RISE * np.sin(angle)) for angle in angles]
        rod("wire", np.array(path), 0.022, metal(SILVER, roughness=0.2), segments=8)
    prism(arch(_SPAN * 0.99, _RISE * 0.90, 0.05, turn=np.pi * 0.84), make.band + 0.1, make.shell)
    for side in (-1, 1):
        x = side * (_SPAN / 2 - 0.02)
        slab(0.15, 0.22, 0.24, make.trim, at=(x, 0, 0.0), radius=0.05)
        _cup(make, faces, (x, 0, -make.tall / 2 + 0.0), "front")


def _standing(make: _Make, faces: Faces) -> None:
    """Padded band; the cups look outwards, as they are worn."""
    _padded_band(make)
    for side, facing in ((-1, "left"), (1, "right")):
        x = side * (_SPAN / 2 - 0.03)
        slab(0.05, 0.12, 0.40, make.trim, at=(x, 0, -0.06), radius=0.02)
        _cup(make, faces, (x - side * 0.02, 0, -make.tall / 2 - 0.02), facing)


def _padded_band(make: _Make) -> None:
    prism(arch(_SPAN, _RISE, 0.075), make.band, make.shell, edge=0.03)
    prism(arch(_SPAN - 0.12, _RISE - 0.06, 0.07, turn=np.pi * 0.62), make.band + 0.04, make.cushion, edge=0.03)
    for side in (-1, 1):
        slab(0.11, make.band + 0.03, 0.16, make.trim, at=(side * (_SPAN / 2 - 0.04), 0, 0.07), radius=0.03)


def _cup(make: _Make, faces: Faces, middle: tuple[float, float, float], facing: str) -> None:
    """Cushion, shell, trim ring and cap of one cup, with a plate."""
    x, y, z = middle
    outward = {"front": (0, -1), "left": (-1, 0), "right": (1, 0)}[facing]

    def layer(share: float, depth: float, out: float, material: Any, edge: float) -> None:
        at = (x + outward[0] * out, y + outward[1] * out, z)
        prism(make.cup(share), depth, material, at=at, edge=edge, facing=facing)

    layer(1.0, 0.17, -0.13, make.cushion, 0.07)
    layer(0.90, 0.16, 0.02, make.shell, 0.05)
    layer(0.80, 0.05, 0.10, make.trim, 0.015)
    layer(0.74, 0.05, 0.113, make.shell, 0.015)
    wide, tall = make.wide * 0.66, make.tall * (0.50 if make.outline == "oval" else 0.58)
    at = (x + outward[0] * 0.138, y + outward[1] * 0.138, z)
    decal(faces("plate", wide / tall, True), wide, tall, at=at, facing=facing)
