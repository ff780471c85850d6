"""Backpacks: day packs, flap rucksacks and square school packs."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from demo_generator.materials import fabric, metal, plastic, printed, rubber
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import move, rod
from demo_generator.shapes.outlines import smooth_path
from demo_generator.shapes.soft import ball_front, band, cushion, sheet
from demo_generator.shapes.solids import box
from demo_generator.shapes.tones import shade

Warp = Callable[[np.ndarray], np.ndarray]
_LEATHER: tuple[Colour, ...] = ((122, 76, 44), (70, 46, 34), (176, 122, 72))
_ZIP: Colour = (32, 32, 34)


def build_backpack(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """Add a backpack of one of the designs, about 45 cm tall at scale 1."""
    design = rng.choice((_day_pack, _flap_pack, _square_pack))
    design(product, faces, scale, rng)


def _day_pack(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """Round shoulders, an arched zip, one large zipped pocket."""
    width, depth, height = scale * rng.uniform(2.7, 3.0), scale * 1.5, scale * rng.uniform(4.1, 4.5)
    body = _puffy((width, depth, height), narrow=0.2)
    cloth = fabric(product.body)
    cushion(body, cloth, exponent=3.6)
    _seam(body, 3.6, _arched(0.8, -0.1, 0.82))
    pocket = _puffy((0.8 * width, 0.5 * depth, 0.44 * height), at=(0, -0.44 * depth, 0.06 * height), narrow=0.1)
    second = product.accent if rng.random() < 0.4 else shade(product.body, 0.8)
    cushion(pocket, fabric(second), exponent=4.0, name="pocket")
    _seam(pocket, 4.0, _arched(0.86, 0.1, 0.74))
    _patch(pocket, 4.0, faces, 0.56, -0.26, 0.8 * width, 0.44 * height)
    for side in (-1, 1):
        net = _puffy((0.26 * width, 0.55 * depth, 0.3 * height), at=(side * 0.45 * width, 0, 0.05 * height))
        cushion(net, fabric(shade(product.body, 0.55), weave=25), exponent=3.0, name="side pocket", steps=8)
    _straps(width, depth, height, fabric(shade(product.body, 0.55)))
    _loop(0.3 * width, 0.28 * scale, 0.97 * height, 0.2 * depth, fabric(shade(product.body, 0.5)))


def _flap_pack(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A rucksack with a flap over the top and two leather straps with buckles."""
    width, depth, height = scale * rng.uniform(2.5, 2.8), scale * 1.45, scale * rng.uniform(4.0, 4.4)
    cloth, leather = fabric(product.body), rubber(rng.choice(_LEATHER))
    body = _puffy((width, depth, 0.95 * height), narrow=0.04)
    cushion(body, cloth, exponent=4.5)
    flap = _puffy((1.04 * width, 1.12 * depth, 0.44 * height), at=(0, -0.03, 0.57 * height))
    cushion(flap, fabric(shade(product.body, 0.8)), exponent=4.5, name="flap")
    pocket = _puffy((0.74 * width, 0.36 * depth, 0.36 * height), at=(0, -0.46 * depth, 0.06 * height))
    cushion(pocket, cloth, exponent=5.0, name="pocket")
    for side in (-1, 1):
        x, front = side * 0.25 * width, -0.59 * depth
        path = smooth_path([
            (x, 0.1 * depth, 1.015 * height), (x, front + 0.1, 0.96 * height), (x, front - 0.03, 0.8 * height),
            (x, front - 0.03, 0.6 * height), (x, front - 0.08, 0.42 * height), (x, front - 0.08, 0.3 * height),
        ])  # fmt: skip
        band(path, np.array([1.0, 0, 0]), 0.18 * scale, leather, thickness=0.05)
        buckle = box("buckle", (0.28 * scale, 0.06, 0.22 * scale), metal((200, 196, 188)), bevel=0.02)
        move(buckle, (x, front - 0.1, 0.46 * height))
    _patch(flap, 4.5, faces, 0.38, -0.3, 1.04 * width, 0.44 * height)
    _straps(width, depth, height, leather)
    _loop(0.28 * width, 0.3 * scale, 0.98 * height, 0.3 * depth, leather)


def _square_pack(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A boxy pack with two handles on top, a zip around its face and a flat square pocket."""
    width, depth, height = scale * rng.uniform(2.7, 3.0), scale * 1.25, scale * rng.uniform(3.6, 3.9)
    body = _puffy((width, depth, height), narrow=0.03)
    cushion(body, fabric(product.body), exponent=7.0)
    _seam(body, 7.0, _arched(0.9, -0.45, 0.9, square=7.0))
    pocket = _puffy((0.78 * width, 0.3 * depth, 0.4 * height), at=(0, -0.44 * depth, 0.07 * height))
    cushion(pocket, fabric(product.body), exponent=8.0, name="pocket")
    _seam(pocket, 8.0, np.stack([np.linspace(-0.93, 0.93, 24), np.full(24, 0.66)], axis=1))
    _patch(body, 7.0, faces, 0.46, 0.3, width, height)
    trim = rubber(product.accent if rng.random() < 0.5 else rng.choice(_LEATHER))
    for y in (-0.18, 0.18):
        _loop(0.3 * width, 0.48 * scale, 0.97 * height, y * depth, trim, wide=0.16)
    _straps(width, depth, height, trim)


def _puffy(
    size: tuple[float, float, float], *, at: tuple[float, float, float] = (0, 0, 0), narrow: float = 0.0
) -> Warp:
    """Shape of a soft block that stands at `at`, narrower at the top and fuller in front below."""

    def shape(points: np.ndarray) -> np.ndarray:
        x, y, z = points.T
        rise = (z + 1) / 2
        full = 1 + 0.12 * (0.5 - rise) * (y < 0)
        warped = np.stack([x * (1 - narrow * rise**2), y * full * (1 - narrow * rise), rise * 2], axis=1)
        return warped * np.array(size) / 2 + np.array(at)

    return shape


def _arched(across: float, low: float, high: float, *, square: float = 2.6) -> np.ndarray:
    """A seam's line (n, 2) in a ball's x and z: up, over in an arch, and down."""
    turn = np.linspace(0, np.pi, 48)
    power = 2 / square
    x = -np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power * across
    return np.stack([x, low + (high - low) * np.sin(turn) ** power], axis=1)


def _seam(shape: Warp, exponent: float, line: np.ndarray) -> None:
    """A zip along a line on the front of a cushion, with its puller."""
    path = shape(ball_front(line[:, 0], line[:, 1], exponent))
    rod("zip", path, 0.045, plastic(_ZIP, roughness=0.5), segments=8)
    at = path[int(len(path) * 0.7)]
    puller = box("puller", (0.1, 0.05, 0.3), metal((190, 190, 194)), bevel=0.015)
    move(puller, (at[0], at[1] - 0.05, at[2] - 0.28))


def _patch(
    shape: Warp, exponent: float, faces: Faces, share: float, middle: float, width: float, height: float
) -> None:
    """The brand's patch, `share` of the cushion wide, at a height `middle` in -1 to 1."""
    aspect = 1.4
    tall = share * width / aspect / height

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        front = ball_front(share * (2 * u - 1), middle + tall * (2 * v - 1), exponent)
        return shape(front) - np.array([0, 0.02, 0])

    steps = np.linspace(0, 1, 13)
    sheet(surface, printed(faces("plate", aspect, True), roughness=0.7), us=steps, vs=steps, name="patch")


def _straps(width: float, depth: float, height: float, material: Any) -> None:
    """Two shoulder straps behind, bowed out so that they show beside the pack."""
    for side in (-1, 1):
        path = smooth_path([
            (side * 0.2 * width, 0.3 * depth, 0.96 * height), (side * 0.32 * width, 0.62 * depth, 0.95 * height),
            (side * 0.5 * width, 0.95 * depth, 0.72 * height), (side * 0.56 * width, 0.85 * depth, 0.4 * height),
            (side * 0.5 * width, 0.6 * depth, 0.16 * height), (side * 0.4 * width, 0.45 * depth, 0.08 * height),
        ])  # fmt: skip
        band(path, np.array([1.0, 0.35 * side, 0]), 0.36, material, thickness=0.1)


def _loop(width: float, rise: float, foot: float, y: float, material: Any, *, wide: float = 0.2) -> None:
    """A handle on top."""
    turn = np.linspace(0, np.pi, 24)
    path = np.stack([-np.cos(turn) * width / 2, np.full(24, y), foot - 0.05 + rise * np.sin(turn) ** 0.7], axis=1)
    band(path, np.array([0, 1.0, 0]), wide, material, thickness=0.06)
