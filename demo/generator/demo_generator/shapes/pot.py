"""Cookware: cooking pots, saucepans and frying pans."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator.materials import glass, metal, plastic, printed
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.enamel import speckled
from demo_generator.shapes.meshes import lathe, move, patch, patch_aspect, rod
from demo_generator.shapes.outlines import rounded, smooth_path
from demo_generator.shapes.pose import lean
from demo_generator.shapes.soft import sheet
from demo_generator.shapes.tones import DARK

_STEEL: Colour = (206, 208, 212)
_WOOD: Colour = (166, 112, 66)
_SPECKLED = ("Granite", "Marble")
_WALL = 0.035


def build(product: Product, faces: Faces) -> None:
    """Add the product; its diameter is the size in cm, and its handles are as large as a hand."""
    rng = random.Random(product.line_seed)
    radius = int(product.attributes["size"].split()[0]) / 20
    grip = rng.choice((plastic(DARK, roughness=0.5), plastic(_WOOD, roughness=0.6), plastic(product.body, coat=0.5)))
    {"Cooking Pot": _cooking_pot, "Saucepan": _saucepan, "Frying Pan": _frying_pan}[product.noun](
        product, faces, radius, grip, rng
    )


def _cooking_pot(product: Product, faces: Faces, radius: float, grip: Any, rng: random.Random) -> None:
    height = radius * rng.uniform(0.95, 1.25)
    belly = rng.choice((1.0, 1.0, 1.12))
    foot = radius * (0.97 if belly == 1.0 else 0.86)
    _vessel(product, foot, radius, height, belly=belly)
    flat = rng.random() < 0.5
    for side in (-1, 1):
        _side_handle(side, radius, 0.78 * height, grip, flat)
    _nameplate(faces, radius * belly, foot * belly, height)
    _lid(product, radius, height, grip, rng)


def _saucepan(product: Product, faces: Faces, radius: float, grip: Any, rng: random.Random) -> None:
    height, foot = radius * rng.uniform(0.9, 1.1), radius * rng.uniform(0.82, 0.98)
    _vessel(product, foot, radius, height)
    _long_handle(radius, 0.84 * height, 1.5, grip, turn=rng.choice((-12, 8, 20)))
    _nameplate(faces, radius, foot, height)
    if rng.random() < 0.65:
        _lid(product, radius, height, grip, rng)
    lean(0)


def _frying_pan(product: Product, faces: Faces, radius: float, grip: Any, rng: random.Random) -> None:
    height = radius * rng.uniform(0.3, 0.42)
    tilt = rng.choice((0, 38, 62))
    _vessel(product, radius * 0.76, radius, height)
    turn = rng.choice((28, 40)) if tilt else rng.choice((-30, -12, 15))
    _long_handle(radius, 0.85 * height, 1.75, grip, turn=turn)
    width = radius * 0.9
    if product.feature in _SPECKLED:
        sticker = np.array([(0.58 * radius, _WALL + 0.003), (0, _WALL + 0.003)])
        lathe("sticker", sticker, plastic(product.body, roughness=0.5))
    tall = width / 2.2

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return np.stack([(u - 0.5) * width, (v - 0.5) * tall, np.full_like(u, _WALL + 0.007)], axis=1)

    sheet(surface, printed(faces("plate", 2.2, True), roughness=0.5), name="imprint")
    lean(-tilt)


def _vessel(product: Product, foot: float, rim: float, height: float, *, belly: float = 1.0) -> None:
    """A wall coloured outside, with a coating inside that goes with the product's name, and a bright rim."""
    round_off = 0.16 * rim if foot > 0.8 * rim else 0.3 * rim
    middle = (foot + rim) / 2 * belly
    outside = rounded([(0, 0), (foot, 0), (middle, 0.5 * height), (rim, height)], round_off)
    lathe("outside", outside, plastic(product.body, roughness=0.3, coat=0.6))
    inside = rounded(
        [(0, _WALL), (foot - _WALL, _WALL), (middle - _WALL, 0.5 * height), (rim - _WALL, height)], round_off
    )
    lathe("inside", inside[::-1], _coating(product))
    edge = [
        (rim - _WALL, height - 0.01),
        (rim - _WALL, height + 0.012),
        (rim + 0.012, height + 0.012),
        (rim + 0.012, height - 0.03),
    ]
    lathe("rim", np.array(edge)[::-1], metal(_STEEL, roughness=0.2))


def _coating(product: Product) -> Any:
    if product.feature == "Granite":
        return speckled((74, 74, 78), (222, 220, 214))
    if product.feature == "Marble":
        return speckled((236, 230, 218), (96, 88, 82))
    return metal(_STEEL, roughness=0.3) if product.feature == "Chef" else plastic((44, 44, 47), roughness=0.4)


def _lid(product: Product, radius: float, height: float, grip: Any, rng: random.Random) -> None:
    """A domed lid of glass with a steel rim, or of the pot's own colour, with a knob."""
    dome = radius * rng.uniform(0.2, 0.3)
    turn = np.linspace(0.0, np.pi / 2, 12)
    curve = np.stack([(radius - 0.02) * np.cos(turn), height + 0.03 + dome * np.sin(turn)], axis=1)
    clear = rng.random() < 0.5
    thickness = np.array([0.0, 0.025])
    shell = np.concatenate([curve, curve[::-1] - thickness]) if clear else curve
    lathe("lid", shell, glass((236, 242, 240)) if clear else plastic(product.body, roughness=0.3, coat=0.6))
    edge = [
        (radius - 0.07, height + 0.015),
        (radius + 0.02, height + 0.015),
        (radius + 0.02, height + 0.05),
        (radius - 0.07, height + 0.07),
    ]
    lathe("lid rim", np.array(edge), metal(_STEEL, roughness=0.2))
    top = height + 0.03 + dome
    ball = rng.random() < 0.5
    knob = [(0, 0), (0.1, 0), (0.09, 0.1), (0.2, 0.16), (0.2, 0.26 if ball else 0.2), (0, 0.34 if ball else 0.22)]
    move(lathe("knob", rounded(knob, 0.06), grip, segments=32), (0, 0, top - 0.01))


def _side_handle(side: int, radius: float, height: float, grip: Any, flat: bool) -> None:
    reach, half = (0.36, 0.3) if flat else (0.42, 0.34)
    path = smooth_path([
        (side * (radius - 0.06), -half, height), (side * (radius + 0.6 * reach), -0.92 * half, height + 0.02),
        (side * (radius + reach), 0, height + 0.04),
        (side * (radius + 0.6 * reach), 0.92 * half, height + 0.02), (side * (radius - 0.06), half, height),
    ])  # fmt: skip
    rod("handle", path, 0.1 if flat else 0.07, grip, flat=0.5 if flat else 1.0)


def _long_handle(radius: float, height: float, length: float, grip: Any, *, turn: float) -> None:
    """A handle to the right, turned by `turn` degrees to the back, on a steel neck."""
    start, end = radius - 0.05, radius + length
    neck = rod(
        "neck",
        np.linspace((start, 0, height - 0.06), (start + 0.4, 0, height + 0.03), 6),
        0.08,
        metal(_STEEL),
        flat=1.0,
    )
    path = smooth_path([
        (start + 0.28, 0, height), (start + 0.7, 0, height + 0.1), (end - 0.5, 0, height + 0.22),
        (end, 0, height + 0.24),
    ])  # fmt: skip
    along = np.linspace(0, 1, len(path))
    radii = (0.1 + 0.05 * along) * np.clip(np.sin(np.pi * np.clip(along, 0.04, 0.96)) * 6, 0.5, 1)
    bar = rod("handle", path, radii, grip)
    ring = rod(
        "ring",
        np.array([(0.06 * np.cos(a), 0, 0.06 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 17)]),
        0.018,
        metal(_STEEL),
    )
    move(ring, (end + 0.05, 0, height + 0.24), (90, 0, 0))
    for part in (neck, bar, ring):
        move(part, turn=(0, 0, turn))


def _nameplate(faces: Faces, rim: float, foot: float, height: float) -> None:
    def radius_at(share: float) -> float:
        return foot + (rim - foot) * share

    levels = (0.24, 0.76)
    profile = np.array([(radius_at(share), share * height) for share in levels])
    angle = 84.0
    patch("plate", profile, angle, printed(faces("plate", patch_aspect(profile, angle), True)), lift=0.015)
