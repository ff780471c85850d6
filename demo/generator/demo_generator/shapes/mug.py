"""Mugs and cups."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator import materials
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.containers import add_print, part_of, size_scale
from demo_generator.shapes.meshes import lathe, move, rod
from demo_generator.shapes.outlines import Array, rounded

_WHITE = (242, 241, 236)
_WALL = 0.035


def build(product: Product, faces: Faces) -> None:
    """A straight, bellied, conical or enamel mug, or a low cup on a saucer, with its print in front."""
    rng = random.Random(product.line_seed)
    scale = size_scale(product, 350)
    style = rng.choice(
        ("cup", "conical", "belly") if "Cup" in product.noun else ("straight", "belly", "conical", "enamel")
    )
    wide, tall = scale * rng.uniform(0.39, 0.43), scale * rng.uniform(0.9, 1.0)
    if style == "cup":
        wide, tall = wide * 1.12, tall * 0.72
    outside = _outside(style, wide, tall)
    glaze = materials.plastic(product.body, roughness=rng.choice((0.12, 0.15, 0.45)), coat=0.6)
    inner: Colour = _WHITE if style == "enamel" or rng.random() < 0.6 else product.body
    lathe("mug", outside, glaze)
    lathe("inside", _inside(outside), materials.plastic(inner, roughness=0.2, coat=0.5))
    if style == "enamel":
        _rim(outside, materials.plastic((30, 32, 40), roughness=0.2, coat=0.6))
    angle = 112
    low = 0.36 if style in ("belly", "cup") else 0.17
    add_print(faces, "print", part_of(outside[1:], low * tall, 0.88 * tall), angle, roughness=0.25)
    _handle(outside, tall, glaze, rng)
    if style == "cup":
        _saucer(wide, glaze)


def _outside(style: str, wide: float, tall: float) -> Array:
    if style == "belly":
        return rounded(
            [
                (0, 0.01),
                (wide * 0.72, 0, 0.03),
                (wide * 1.1, 0.32 * tall, 0.3),
                (wide * 0.95, 0.75 * tall, 0.2),
                (wide, tall),
            ]
        )
    if style == "conical":
        return rounded([(0, 0.01), (wide * 0.72, 0, 0.06), (wide * 1.1, tall)])
    if style == "cup":
        return rounded([(0, 0.05), (wide * 0.55, 0.03, 0.03), (wide * 0.95, 0.4 * tall, 0.35), (wide * 1.05, tall)])
    return rounded([(0, 0.01), (wide, 0, 0.06 if style == "enamel" else 0.1), (wide, tall)])


def _inside(outside: Array) -> Array:
    """The lip and the inner wall down to the bottom."""
    wall = outside[::-1].copy()
    top = wall[0, 1]
    wall[:, 0] = np.maximum(wall[:, 0] - _WALL, 0.0)
    wall[:, 1] = np.maximum(wall[:, 1], 0.08)
    lip = [
        (outside[-1, 0], top),
        (outside[-1, 0] - 0.2 * _WALL, top + 0.014),
        (outside[-1, 0] - 0.8 * _WALL, top + 0.014),
    ]
    return np.concatenate([np.array(lip), wall])


def _rim(outside: Array, surface: Any) -> None:
    radius, top = outside[-1]
    turn = np.linspace(0, 2 * np.pi, 41)
    ring = np.column_stack(
        [(radius - 0.4 * _WALL) * np.cos(turn), (radius - 0.4 * _WALL) * np.sin(turn), np.full(41, top + 0.005)]
    )
    rod("rim", ring, 0.024, surface, segments=10)


def _handle(outside: Array, tall: float, glaze: Any, rng: random.Random) -> None:
    """A round, square or ear-shaped handle at the right or the left."""
    low, high = 0.22 * tall, 0.8 * tall
    foot, head = (float(np.interp(height, outside[1:, 1], outside[1:, 0])) - 0.02 for height in (low, high))
    reach = max(foot, head) + rng.uniform(0.24, 0.3)
    kind = rng.choice(("round", "square", "ear"))
    if kind == "square":
        corners: list[tuple[float, ...]] = [(head, high), (reach, high, 0.08), (reach, low, 0.08), (foot, low)]
        curve = rounded(corners)
    else:
        turn = np.linspace(np.pi / 2, -np.pi / 2, 19)
        base = np.linspace(head, foot, 19)
        lean = 0.12 * (high - low) * np.cos(turn) if kind == "ear" else 0.0
        bow = base + (reach - base) * np.cos(turn) ** 0.8
        curve = np.column_stack([bow, (low + high) / 2 + (high - low) / 2 * np.sin(turn) + lean])
    path = np.column_stack([curve[:, 0], np.zeros(len(curve)), curve[:, 1]])
    side = rng.choice((1, 1, -1))
    move(rod("handle", path, 0.05, glaze, flat=1.3), turn=(0, 0, 0 if side > 0 else 180))


def _saucer(wide: float, glaze: Any) -> None:
    broad = wide * 1.45
    corners = [
        (0, 0),
        (broad * 0.55, 0, 0.02),
        (broad, 0.11, 0.02),
        (broad * 0.99, 0.13, 0.01),
        (broad * 0.52, 0.035, 0.05),
        (0, 0.03),
    ]
    lathe("saucer", rounded(corners), glaze)
