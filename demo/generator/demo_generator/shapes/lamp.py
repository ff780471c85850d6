"""Lamps: jointed, bar and goose-neck desk lamps; mushroom, moon and drum night lamps."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator.materials import glowing, metal, plastic, printed
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import lathe, move, patch, patch_aspect, rod
from demo_generator.shapes.outlines import rounded, rounded_rectangle, smooth_path
from demo_generator.shapes.rounded import decal
from demo_generator.shapes.solids import box, prism
from demo_generator.shapes.tones import SILVER, contrast_of, shade

_SCALE = {"5 W": 0.9, "7 W": 1.0, "12 W": 1.14}
_WARM: Colour = (255, 226, 178)
_COOL: Colour = (244, 246, 255)
_WOOD: Colour = (178, 126, 80)


def build(product: Product, faces: Faces) -> None:
    """Add the product: a desk lamp on an arm, or a night lamp whose shade glows."""
    rng = random.Random(product.line_seed)
    scale = _SCALE[product.attributes["power"]]
    designs = (_jointed, _bar, _goose_neck) if product.noun == "Desk Lamp" else (_mushroom, _moon, _drum)
    rng.choice(designs)(product, faces, scale, rng)


def _jointed(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A round foot, two arms and a cone-shaped shade that hangs forward."""
    lacquer, bright = plastic(product.body, roughness=0.3, coat=0.5), metal(SILVER, roughness=0.25)
    _round_foot(product, faces, 0.95, lacquer, x=0.5)
    elbow, tip = np.array([1.0, 0.1, 2.0]), np.array([-0.3, -0.1, 3.3 * (0.8 + 0.2 * scale)])
    arm = bright if rng.random() < 0.5 else lacquer
    for start, end in (((0.5, 0, 0.25), elbow), (elbow, tip)):
        for y in (-0.07, 0.07):
            rod("arm", np.linspace(start, end, 4) + np.array([0, y, 0]), 0.045, arm)
    for at in ((0.5, 0, 0.26), elbow, tip):
        joint = lathe(
            "joint", rounded([(0, -0.14), (0.13, -0.14), (0.13, 0.14), (0, 0.14)], 0.03), lacquer, segments=24
        )
        move(joint, tuple(at), (90, 0, 0))
    _shade(tip, scale, lacquer, turn=(-14, 22, 0), wide=rng.uniform(0.85, 1.05), tall=rng.uniform(0.75, 1.0))


def _goose_neck(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A bent tube with a small dome at its end."""
    lacquer = plastic(product.body, roughness=0.35, coat=0.4)
    _round_foot(product, faces, 0.85, lacquer, x=0.45)
    top = rng.uniform(2.9, 3.3) * (0.8 + 0.2 * scale)
    path = smooth_path(
        [(0.45, 0.1, 0.2), (0.5, 0.1, 0.55 * top), (0.3, 0.05, 0.9 * top), (-0.25, 0, top), (-0.7, -0.1, 0.86 * top)]
    )
    rod("neck", path, 0.07, metal(SILVER, roughness=0.3) if rng.random() < 0.5 else lacquer)
    _shade(path[-1], scale, lacquer, turn=(-12, 28, 0), wide=0.72, tall=0.5)


def _bar(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A flat foot, a flat stem and a long light bar."""
    body = plastic(product.body, roughness=0.35, coat=0.3)
    foot = prism("foot", rounded_rectangle(1.9, 1.3, 0.25), 0.2, body, bevel=0.03)
    move(foot, (0.3, -0.55, 0.1), (-90, 0, 0))
    front = decal(faces("plate", 2.4, True), 1.3, 1.3 / 2.4, at=(0.3, -0.25, 0.202), facing="up")
    front.name = "plate"
    top, long = 2.9 * (0.8 + 0.2 * scale), rng.uniform(2.2, 2.6) * scale
    path = smooth_path([(0.85, 0.4, 0.15), (0.9, 0.42, 0.5 * top), (0.75, 0.4, 0.96 * top), (0.5, 0.4, top)])
    rod("stem", path, 0.09, body, flat=1.8)
    tilt = rng.uniform(4, 12)
    place = (0.6 - long / 2, 0.2, top + 0.02)
    move(box("bar", (long, 0.42, 0.12), body, bevel=0.04), place, (16, tilt, 0))
    light = box("light", (0.92 * long, 0.34, 0.05), glowing(_COOL, strength=3.0), bevel=0.02)
    move(light, (place[0], place[1], place[2] - 0.04), (16, tilt, 0))


def _round_foot(product: Product, faces: Faces, radius: float, material: Any, *, x: float) -> None:
    profile = [(0, 0), (radius, 0), (radius, 0.12), (0.94 * radius, 0.17), (0.16, 0.17), (0.12, 0.3), (0, 0.3)]
    move(lathe("foot", rounded(profile, 0.03), material), (x, 0, 0))
    wide = 1.05 * radius
    edge = decal(faces("plate", 2.4, True), wide, wide / 2.4, at=(x, -0.52 * radius, 0.172), facing="up")
    edge.name = "plate"


def _shade(at: Any, scale: float, material: Any, *, turn: tuple[float, float, float], wide: float, tall: float) -> None:
    """A cone or dome open below, with the bulb inside, hung at its top."""
    wide, tall = wide * scale, tall * scale
    shell = rounded(
        [(0, 0.08), (0.2, 0.08), (0.26, -0.14 * tall), (0.72 * wide, -0.7 * tall), (wide * 0.9, -tall)], 0.3 * wide
    )
    inner = shell[::-1] - np.array([0.03, 0.02])
    inner[:, 0] = np.clip(inner[:, 0], 0, None)
    move(lathe("shade", shell, material), tuple(at), turn)
    move(lathe("lining", inner, glowing((255, 246, 226), strength=0.7)), tuple(at), turn)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 12)
    bulb = np.stack([0.27 * wide * np.cos(angle), 0.27 * wide * np.sin(angle) - 0.78 * tall], axis=1)
    move(lathe("bulb", bulb, glowing(_WARM, strength=5.0), segments=24), tuple(at), turn)


def _mushroom(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A glowing stem under a cap of the lamp's colour."""
    radius, height = rng.uniform(0.85, 1.05) * scale, rng.uniform(1.15, 1.4) * scale
    stem = rounded(
        [(0, 0), (0.62 * radius, 0), (0.5 * radius, 0.5 * height), (0.36 * radius, height), (0, height)], 0.12
    )
    lathe("stem", stem, glowing(_WARM, strength=0.55))
    lathe(
        "foot",
        rounded([(0, 0), (0.68 * radius, 0), (0.66 * radius, 0.4), (0, 0.4)], 0.05),
        plastic(product.body, coat=0.4),
    )
    angle = np.linspace(0, np.pi / 2, 14)
    dome = np.stack([radius * np.cos(angle), height + rng.uniform(0.6, 0.95) * radius * np.sin(angle)], axis=1)
    cap = np.concatenate([[(0.3 * radius, height - 0.02), (0.96 * radius, height - 0.05)], dome])
    lathe("cap", cap, glowing(product.body, strength=0.35))
    _plate(faces, np.array([(0.682 * radius, 0.03), (0.665 * radius, 0.37)]), 72)


def _moon(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A glowing ball on a foot; half of these have ears."""
    radius = rng.uniform(0.9, 1.1) * scale
    foot = rounded([(0, 0), (0.72 * radius, 0), (0.6 * radius, 0.42), (0, 0.42)], 0.05)
    lathe("foot", foot, plastic(product.body, roughness=0.4, coat=0.3))
    angle = np.linspace(-np.pi / 2, np.pi / 2, 24)
    ball = np.stack([radius * np.cos(angle), radius * np.sin(angle) + radius + 0.2], axis=1)
    glow = glowing(_WARM, strength=0.6)
    lathe("ball", ball, glow)
    if rng.random() < 0.5:
        ear = np.stack([0.3 * radius * np.cos(angle), 0.62 * radius * np.sin(angle)], axis=1)
        for side in (-1, 1):
            at = (side * 0.45 * radius, 0, 2.1 * radius + 0.2)
            move(
                lathe("ear", ear, glowing(product.body, strength=0.3), segments=24), at, (0, side * 18, 0), (1, 0.6, 1)
            )
    _plate(faces, np.array([(0.715 * radius, 0.04), (0.615 * radius, 0.38)]), 62)


def _drum(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    """A glowing fabric drum over a turned foot."""
    radius, tall = rng.uniform(0.85, 1.0) * scale, rng.uniform(1.1, 1.5) * scale
    rise = rng.uniform(0.9, 1.2)
    foot = rounded(
        [
            (0, 0),
            (0.62, 0),
            (0.62, 0.1),
            (0.5, 0.3),
            (0.5, rise - 0.15),
            (0.12, rise),
            (0.06, rise + 0.4),
            (0, rise + 0.4),
        ],
        0.1,
    )
    lathe(
        "foot", foot, plastic(product.body, roughness=0.35, coat=0.5) if rng.random() < 0.6 else plastic(product.body)
    )
    slope = rng.choice((1.0, 0.72))
    shade_profile = np.array([(radius, rise + 0.02), (radius * slope, rise + tall)])
    lathe("shade", shade_profile, glowing(_WARM, strength=0.6))
    trim = plastic(contrast_of(product) if rng.random() < 0.5 else shade(_WOOD, 0.9))
    for share in (0.0, 1.0):
        size, z = radius * (1 + (slope - 1) * share), rise + 0.02 + share * (tall - 0.06)
        lathe(
            "trim",
            np.array([(size - 0.01, z), (size + 0.012, z), (size + 0.012, z + 0.06), (size - 0.01, z + 0.06)]),
            trim,
        )
    _plate(faces, np.array([(0.5, 0.32), (0.5, rise - 0.18)]), 94)


def _plate(faces: Faces, profile: np.ndarray, angle: float) -> None:
    patch("plate", profile, angle, printed(faces("plate", patch_aspect(profile, angle), True)), lift=0.012)
