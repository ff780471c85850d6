"""Small glass bottles with a rubber bulb: serum, hair oil."""

from __future__ import annotations

import random
from typing import Any

from demo_generator import materials
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.containers import (
    add_labels,
    band,
    part_of,
    ribbed_cap,
    size_scale,
    tinted,
)
from demo_generator.shapes.meshes import lathe
from demo_generator.shapes.outlines import Array, Section, rounded

_AMBER, _GREEN, _COBALT = (190, 98, 26), (84, 150, 100), (52, 84, 190)
_GOLD, _SILVER = (216, 172, 110), (205, 207, 212)


def build(product: Product, faces: Faces) -> None:
    """A round, slim, square or flat-shouldered bottle of tinted, frosted or lacquered glass, with its dropper."""
    rng = random.Random(product.line_seed)
    scale = size_scale(product, 30)
    wide, tall = scale * rng.uniform(0.165, 0.185), scale * rng.uniform(0.62, 0.7)
    neck = 0.085 * scale
    style = rng.choice(("round", "slim", "square", "dome"))
    profile, section, angle = _body(style, wide, tall, neck)
    lathe("bottle", profile, _wall(product, rng), section=section)
    top = 0.78 if style != "dome" else 0.68
    add_labels(faces, part_of(profile[2:-1], 0.1 * tall, top * tall), angle, section=section)
    _dropper(product, tall, neck, scale, rng)


def _body(style: str, wide: float, tall: float, neck: float) -> tuple[Array, Section, float]:
    if style == "square":
        corners = [(0, 0), (wide, 0, 0.02), (wide, 0.9 * tall, 0.04), (neck, 0.93 * tall, 0.02), (neck, tall)]
        return rounded(corners), Section(1.0, 6.0), 86
    if style == "dome":
        corners = [
            (0, 0),
            (wide * 1.1, 0, 0.05),
            (wide * 1.1, 0.84 * tall, 0.2),
            (neck, 0.93 * tall, 0.03),
            (neck, tall),
        ]
        return rounded(corners), Section(), 108
    if style == "slim":
        wide, tall = wide * 0.88, tall * 1.0
    corners = [(0, 0), (wide, 0, 0.03), (wide, 0.87 * tall, 0.07), (neck, 0.92 * tall, 0.02), (neck, tall)]
    return rounded(corners), Section(), 108


def _wall(product: Product, rng: random.Random) -> Any:
    """Amber, green or blue glass; clear glass with a coloured liquid; frosted; or lacquered in the body's colour."""
    kind = rng.choice(("amber", "amber", "green", "cobalt", "liquid", "liquid", "lacquer", "lacquer", "frosted"))
    dark: dict[str, Colour] = {"amber": _AMBER, "green": _GREEN, "cobalt": _COBALT}
    if kind in dark:
        return tinted(dark[kind], clear=0.2)
    if kind == "lacquer":
        return materials.plastic(product.body, roughness=0.2, coat=0.8)
    pale: Colour = tuple(round(0.45 * 255 + 0.55 * value) for value in product.accent)  # type: ignore[assignment]
    return tinted(pale, clear=0.15, roughness=0.35 if kind == "frosted" else 0.05)


def _dropper(product: Product, tall: float, neck: float, scale: float, rng: random.Random) -> None:
    """Screw ring and rubber bulb."""
    finish = rng.choice(("black", "white", "gold", "silver", "accent"))
    hard = {
        "black": materials.plastic((26, 26, 28), roughness=0.35),
        "white": materials.plastic((242, 242, 240), roughness=0.3, coat=0.3),
        "gold": materials.metal(_GOLD, roughness=0.22),
        "silver": materials.metal(_SILVER, roughness=0.22),
        "accent": materials.plastic(product.accent, roughness=0.35),
    }[finish]
    pale = finish in ("white", "gold") or (finish == "silver" and rng.random() < 0.5)
    bulb = materials.rubber((232, 230, 226) if pale else (30, 30, 32))
    low, ring = tall - 0.02 * scale, 0.17 * scale
    wide = neck * 1.4
    if finish in ("black", "white", "accent"):
        ribbed_cap("ring", wide, low, low + ring, hard)
    else:
        band("ring", wide, low, low + ring, hard)
    foot, long = low + ring - 0.005, scale * rng.uniform(0.24, 0.32)
    corners = [
        (wide * 0.8, foot),
        (wide * 0.8, foot + 0.03 * scale, 0.02),
        (wide * 0.62, foot + 0.05 * scale, 0.02),
        (wide * 0.66, foot + 0.55 * long, 0.2),
        (wide * 0.4, foot + long, 0.06 * scale),
        (0, foot + long),
    ]
    lathe("bulb", rounded(corners), bulb, segments=32)
