"""Tumblers, drinking bottles and vacuum flasks."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator import materials
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.containers import add_print, band, part_of, ribbed_cap, size_scale
from demo_generator.shapes.meshes import lathe, rod
from demo_generator.shapes.outlines import Array, rounded, smooth_path

_STEEL, _DARK, _PALE = (200, 202, 206), (32, 33, 36), (238, 237, 232)


def build(product: Product, faces: Faces) -> None:
    """A tapered tumbler with a straw or a handle, a bottle with a loop, or a flask with a cup, in powder coat."""
    rng = random.Random(product.line_seed)
    scale = size_scale(product, 500)
    style = rng.choice(
        ("flask", "flask", "bottle")
        if "Flask" in product.noun
        else ("straw", "straw", "handle", "handle", "bottle", "sport")
    )
    wide, tall = scale * rng.uniform(0.34, 0.38), scale * rng.uniform(1.65, 1.85)
    coat = materials.plastic(product.body, roughness=rng.choice((0.3, 0.5, 0.6)), coat=rng.choice((0.0, 0.4)))
    steel = materials.metal(_STEEL, roughness=0.25)
    lid = materials.plastic(rng.choice((_DARK, _PALE, product.body)), roughness=0.4)
    profile, low, high = _body(style, wide, tall)
    lathe("body", profile, coat)
    band("base", profile[1, 0] * 1.01, 0, 0.05, steel if rng.random() < 0.6 else lid)
    add_print(faces, "print", part_of(profile[2:], low, high), 106, roughness=0.4)
    radius, top = profile[-1]
    _TOPS[style](float(radius), float(top), lid, steel, scale)
    if style == "handle":
        _side_handle(profile, tall, lid)


def _body(style: str, wide: float, tall: float) -> tuple[Array, float, float]:
    """Profile and heights of the print's ends."""
    if style in ("straw", "handle"):
        high = tall * (0.78 if style == "handle" else 0.86)
        broad = wide * (1.3 if style == "handle" else 1.15)
        return rounded([(0, 0), (broad * 0.72, 0, 0.05), (broad, high, 0.02)]), 0.17 * high, 0.82 * high
    if style == "flask":
        corners = [(0, 0), (wide * 0.95, 0, 0.04), (wide * 0.95, 0.72 * tall, 0.06), (wide * 0.8, 0.77 * tall)]
        return rounded(corners), 0.1 * tall, 0.64 * tall
    neck = 0.62 if style == "bottle" else 0.78
    corners = [
        (0, 0),
        (wide, 0, 0.05),
        (wide, 0.74 * tall, 0.2),
        (wide * neck, 0.86 * tall, 0.06),
        (wide * neck, 0.88 * tall),
    ]
    return rounded(corners), 0.1 * tall, 0.66 * tall


def _straw_top(radius: float, top: float, lid: Any, steel: Any, scale: float) -> None:
    lathe("lid", _dish(radius, top, scale), lid)
    path = np.array([(0.08, -0.02, top - 0.1), (0.16, -0.04, top + 0.62 * scale)])
    rod("straw", path, 0.035, lid if scale < 0.9 else steel)


def _handle_top(radius: float, top: float, lid: Any, steel: Any, scale: float) -> None:
    lathe("ring", np.array([(radius * 1.005, top - 0.06), (radius * 1.005, top)]), steel)
    lathe("lid", _dish(radius, top, scale), lid)
    band("gate", radius * 0.3, top + 0.07, top + 0.13, lid)
    rod("straw", np.array([(0, 0, top), (-0.1, -0.05, top + 0.55 * scale)]), 0.045, lid)


def _bottle_top(radius: float, top: float, lid: Any, steel: Any, scale: float) -> None:
    """Steel ring, ribbed screw lid and a loop to carry it by."""
    band("ring", radius * 1.02, top - 0.03, top + 0.02, steel)
    high = top + 0.24 * scale
    ribbed_cap("lid", radius * 1.12, top + 0.02, high, lid)
    reach = radius * 0.8
    arch = [(-reach, 0, high - 0.03), (-reach * 0.95, 0, high + 0.1), (0, 0, high + 0.22 * scale)]
    path = smooth_path([*arch, (reach * 0.95, 0, high + 0.1), (reach, 0, high - 0.03)])
    rod("loop", path, 0.035, lid, flat=1.7)


def _sport_top(radius: float, top: float, lid: Any, steel: Any, scale: float) -> None:
    """A lid with a flip spout and a wire ring."""
    band("ring", radius * 1.03, top - 0.02, top + 0.03, steel)
    high = top + 0.2 * scale
    lathe("lid", rounded([(radius * 1.04, top + 0.02), (radius * 1.04, high, 0.08), (0, high + 0.03)]), lid)
    spout = smooth_path([(-0.1, 0, high), (-0.05, 0, high + 0.12), (0.12, 0, high + 0.16)])
    rod("spout", spout, 0.055, steel)
    turn = np.linspace(-0.6, np.pi + 0.2, 20)
    ring = np.column_stack([0.2 + 0.35 * radius + 0.14 * np.cos(turn), np.zeros(20), high + 0.02 + 0.14 * np.sin(turn)])
    rod("carrier", ring, 0.025, lid)


def _flask_top(radius: float, top: float, lid: Any, steel: Any, scale: float) -> None:
    """A steel neck and a steel cup turned over as the lid."""
    band("neck", radius * 0.97, top - 0.02, top + 0.06, lid)
    high = top + 0.42 * scale
    cup = [(radius * 1.1, top + 0.05), (radius * 1.1, top + 0.1, 0.01), (radius * 0.98, high, 0.07), (0, high + 0.01)]
    lathe("cup", rounded(cup), steel)


_TOPS = {
    "straw": _straw_top,
    "handle": _handle_top,
    "bottle": _bottle_top,
    "sport": _sport_top,
    "flask": _flask_top,
}


def _dish(radius: float, top: float, scale: float) -> Array:
    """Profile of a press-on lid."""
    edge = radius * 1.04
    return rounded(
        [(edge, top - 0.03), (edge, top + 0.05, 0.02), (edge * 0.85, top + 0.09 * scale, 0.04), (0, top + 0.08 * scale)]
    )


def _side_handle(profile: Array, tall: float, lid: Any) -> None:
    low, high = 0.25 * tall, 0.68 * tall
    foot, head = (float(np.interp(height, profile[1:, 1], profile[1:, 0])) - 0.02 for height in (low, high))
    reach = head + 0.32
    curve = rounded([(head, high), (reach, high + 0.02, 0.14), (reach * 0.94, low, 0.14), (foot, low)])
    rod("handle", np.column_stack([curve[:, 0], np.zeros(len(curve)), curve[:, 1]]), 0.06, lid, flat=1.3)
