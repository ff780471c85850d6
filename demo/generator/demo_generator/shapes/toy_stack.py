"""Stacking toys: rings on a peg, a tower of blocks, and a pyramid of discs with a face on top."""

from __future__ import annotations

import math
import random

import numpy as np

from demo_generator.colours import RGB
from demo_generator.materials import plastic
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import lathe, move
from demo_generator.shapes.outlines import rounded
from demo_generator.shapes.rounded import circle, decal, prism, slab
from demo_generator.shapes.tones import contrast_of

_BRIGHT = ("Red", "Orange", "Yellow", "Green", "Sky Blue", "Purple", "Pink", "Teal")
_BASE = 0.40


def build_stack(product: Product, faces: Faces, rng: random.Random) -> None:
    """Build a stacking toy on a base that carries the print."""
    colours = [RGB[name] for name in rng.sample(_BRIGHT, 4)]
    rng.choice([_rings, _blocks, _discs])(product, [product.body, *colours])
    width, tall = 1.16, _BASE - 0.04
    slab(1.26, 0.84, _BASE, plastic(product.body, coat=0.3), at=(0, 0, _BASE / 2), radius=0.10, edge=0.06)
    decal(faces("print", width / tall, True), width, tall, at=(0, -0.42, _BASE / 2))


def _rings(product: Product, colours: list[Colour]) -> None:
    """Five rings, ever smaller, and a ball on the peg's top."""
    z = _BASE
    for number, colour in enumerate([*colours[1:], colours[0]]):
        radius, thick = 0.56 - 0.065 * number, 0.125 - 0.004 * number
        angle = np.linspace(-math.pi / 2, 1.5 * math.pi, 17)
        profile = np.column_stack([radius - thick + thick * np.cos(angle), z + thick + thick * np.sin(angle)])
        lathe("ring", profile, plastic(colour, coat=0.4))
        z += 1.86 * thick
    angle = np.linspace(-math.pi / 2, math.pi / 2, 13)
    ball = np.column_stack([0.15 * np.cos(angle), z + 0.12 + 0.15 * np.sin(angle)])
    lathe("peg", np.array([(0.0, _BASE), (0.09, _BASE), (0.09, z + 0.05), (0.0, z + 0.05)]), plastic((236, 214, 170)))
    lathe("ball", ball, plastic(contrast_of(product), coat=0.4))


def _blocks(product: Product, colours: list[Colour]) -> None:
    """Four blocks, ever smaller, each turned its own way, with a roof."""
    z = _BASE
    for number, colour in enumerate([*colours[1:], colours[0]]):
        side, height = 0.80 - 0.10 * number, 0.32 - 0.02 * number
        block = slab(side, side, height, plastic(colour, coat=0.3), radius=0.05, edge=0.04)
        move(block, to=(0, 0, z + height / 2), turn=(0, 0, (-9, 7, -4, 11, -6)[number]))
        z += height
    lathe("roof", rounded([(0, z), (0.27, z), (0.0, z + 0.34)], 0.04), plastic(contrast_of(product), coat=0.4))


def _discs(product: Product, colours: list[Colour]) -> None:
    """Round pillows on a peg, and a smiling head."""
    z = _BASE
    for number, colour in enumerate(colours[1:]):
        radius, height = 0.54 - 0.06 * number, 0.24
        prism(circle(radius, 40), height, plastic(colour, coat=0.3), at=(0, 0, z + height / 2), facing="up", edge=0.10)
        z += height
    angle = np.linspace(-math.pi / 2, math.pi / 2, 17)
    profile = np.column_stack([0.32 * np.cos(angle), z + 0.29 + 0.32 * np.sin(angle)])
    lathe("head", profile, plastic((250, 222, 160), coat=0.3))
    dark = plastic((30, 30, 34))
    for x in (-0.11, 0.11):
        prism(circle(0.045, 20), 0.06, dark, at=(x, -0.29, z + 0.36), edge=0.02)
        prism(circle(0.05, 20), 0.05, plastic((240, 140, 150)), at=(x * 1.7, -0.255, z + 0.25), edge=0.02)
    slab(0.12, 0.06, 0.035, dark, at=(0, -0.30, z + 0.22), radius=0.015, edge=0.01)
    hat = [(0, z + 0.50), (0.24, z + 0.50), (0.22, z + 0.58), (0.0, z + 0.62)]
    lathe("hat", rounded(hat, 0.03), plastic(contrast_of(product), coat=0.4))
