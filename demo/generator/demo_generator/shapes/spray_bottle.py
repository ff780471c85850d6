"""Bottles and cans that spray: room spray, glass cleaner, disinfectant."""

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
from demo_generator.shapes.meshes import lathe, move, patch_aspect, rod
from demo_generator.shapes.outlines import Array, Section, rounded, smooth_path
from demo_generator.shapes.solids import prism

_STYLES = {
    "Room Spray": ("aerosol", "mist", "mist"),
    "Glass Cleaner": ("waist", "barrel", "slope"),
    "Disinfectant": ("waist", "slope", "aerosol", "mist"),
}
_STEEL = (208, 210, 214)


def build(product: Product, faces: Faces) -> None:
    """A bottle with a trigger, a slim bottle with a mist head, or an aerosol can, by its noun."""
    rng = random.Random(product.line_seed)
    style = rng.choice(_STYLES[product.noun])
    scale = size_scale(product, 500 if style in _STYLES["Glass Cleaner"] else 400)
    fitting = materials.plastic(fitting_colour(product, rng.randrange(3)), roughness=0.3, coat=0.3)
    if style == "aerosol":
        _aerosol(product, faces, scale, fitting, rng)
        return
    profile, section, low, high, angle = _bottle(style, scale, rng)
    clear = style != "waist" and rng.random() < 0.4
    if clear:
        wall = tinted(product.body, clear=0.15, roughness=0.1)
    else:
        wall = materials.plastic(product.body, roughness=0.3, coat=0.4)
    lathe("bottle", profile, wall, section=section)
    add_labels(faces, part_of(profile[2:-1], low, high), angle, section=section)
    neck, top = (float(value) for value in profile[-1])
    if style == "mist":
        _mist_head(neck, top, fitting)
    else:
        _trigger(neck, top, fitting, materials.plastic(product.accent, roughness=0.35), rng)


def _bottle(style: str, scale: float, rng: random.Random) -> tuple[Array, Section, float, float, float]:
    """Profile, cross-section, heights of the label's ends and its angle."""
    tall = scale * rng.uniform(1.7, 1.9)
    neck = 0.12
    if style == "mist":
        wide, tall = scale * rng.uniform(0.26, 0.3), 0.85 * tall
        corners = [(0, 0), (wide, 0, 0.05), (wide, 0.9 * tall, 0.12), (neck, 0.95 * tall, 0.04), (neck, tall)]
        return rounded(corners), Section(), 0.1 * tall, 0.82 * tall, 108
    wide = scale * rng.uniform(0.44, 0.48)
    if style == "waist":
        corners = [
            (0, 0),
            (wide, 0, 0.08),
            (wide, 0.58 * tall, 0.2),
            (wide * 0.42, 0.76 * tall, 0.2),
            (wide * 0.4, 0.92 * tall, 0.1),
        ]
        corners += [(neck, 0.96 * tall, 0.02), (neck, tall)]
        return rounded(corners), Section(0.6, 2.6), 0.07 * tall, 0.55 * tall, 128
    if style == "slope":
        corners = [
            (0, 0),
            (wide * 0.95, 0, 0.06),
            (wide, 0.5 * tall, 0.4),
            (neck * 1.2, 0.95 * tall, 0.1),
            (neck, tall),
        ]
        return rounded(corners), Section(0.62, 2.4), 0.07 * tall, 0.6 * tall, 124
    wide *= 0.82
    corners = [(0, 0), (wide, 0, 0.05), (wide, 0.74 * tall, 0.3), (neck, 0.93 * tall, 0.1), (neck, tall)]
    return rounded(corners), Section(), 0.08 * tall, 0.66 * tall, 108


def _trigger(neck: float, top: float, fitting: Any, lever: Any, rng: random.Random) -> None:
    """A trigger sprayer whose nozzle points to the left or the right."""
    ribbed_cap("collar", neck * 1.3, top - 0.03, top + 0.13, fitting)
    corners = [(-0.09, 0), (0.09, 0), (0.12, 0.18, 0.05), (0.2, 0.22, 0.03), (0.15, 0.37, 0.06), (-0.22, 0.37, 0.08)]
    corners += [(-0.36, 0.32, 0.03), (-0.36, 0.2, 0.02), (-0.09, 0.19, 0.05), (-0.09, 0.0)]
    head = prism("head", rounded(corners)[:-1], 0.18, fitting, bevel=0.03)
    nozzle = rod("nozzle", np.array([(-0.34, 0, 0.26), (-0.46, 0, 0.26)]), 0.075, lever)
    pull = smooth_path([(-0.18, 0, 0.22), (-0.27, 0, 0.06), (-0.24, 0, -0.08), (-0.32, 0, -0.2)])
    trigger = rod("trigger", pull, 0.038, lever, flat=1.8)
    turn = rng.choice((12, 168, 25, 155))
    for part in (head, nozzle, trigger):
        move(part, (0, 0, top + 0.1), (0, 0, turn))


def _mist_head(neck: float, top: float, fitting: Any) -> None:
    """Collar and a press-down head with its nozzle in front."""
    ribbed_cap("collar", neck * 1.25, top - 0.03, top + 0.12, fitting)
    low, high = top + 0.11, top + 0.3
    lathe("head", rounded([(0, low), (neck * 0.85, low), (neck * 0.85, high, 0.04), (0, high + 0.015)]), fitting)
    middle = low + 0.6 * (high - low)
    rod("nozzle", np.array([(0, -0.8 * neck, middle), (0, -1.0 * neck, middle)]), 0.035, materials.rubber((60, 60, 64)))


def _aerosol(product: Product, faces: Faces, scale: float, fitting: Any, rng: random.Random) -> None:
    """A can printed all around, with its metal rims, and a cap or a spray head."""
    wide, tall = scale * rng.uniform(0.3, 0.34), scale * rng.uniform(1.5, 1.7)
    steel = materials.metal(_STEEL, roughness=0.25)
    side = np.array([(wide, 0.03), (wide, tall)])
    lathe("side", side, materials.printed(faces("wrap", patch_aspect(side, 360), False), roughness=0.3, coat=0.4))
    band("foot", wide * 1.025, 0, 0.045, steel)
    band("rim", wide * 1.025, tall - 0.02, tall + 0.025, steel)
    lathe("dome", rounded([(wide, tall), (wide * 0.9, tall + 0.09, 0.08), (wide * 0.5, tall + 0.14)]), steel)
    if rng.random() < 0.6:
        cap = [(wide * 0.93, tall + 0.02), (wide * 0.88, tall + 0.42, rng.choice((0.05, 0.18))), (0, tall + 0.43)]
        lathe("cap", rounded(cap), fitting)
        return
    band("valve", wide * 0.52, tall + 0.1, tall + 0.17, steel)
    lathe("head", rounded([(wide * 0.42, tall + 0.15), (wide * 0.38, tall + 0.34, 0.05), (0, tall + 0.31)]), fitting)
    height = tall + 0.25
    rod(
        "nozzle", np.array([(0, -0.3 * wide, height), (0, -0.44 * wide, height)]), 0.035, materials.rubber((50, 50, 54))
    )
