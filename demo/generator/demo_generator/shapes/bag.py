"""Bags: backpacks and tote bags."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator.materials import fabric, metal, printed, rubber
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.backpack import build_backpack
from demo_generator.shapes.meshes import lathe, move, rod
from demo_generator.shapes.outlines import smooth_path
from demo_generator.shapes.soft import Surface, band, from_behind, raised, sheet
from demo_generator.shapes.tones import shade

_SCALE = {"S": 0.84, "M": 1.0, "L": 1.18}
_LEATHER: tuple[Colour, ...] = ((122, 76, 44), (70, 46, 34), (176, 122, 72))
_X = np.array([1.0, 0.0, 0.0])


def build(product: Product, faces: Faces) -> None:
    """Add the product: a backpack, or a tote bag with a print."""
    rng = random.Random(product.line_seed)
    scale = _SCALE[product.attributes["size"]]
    if product.noun == "Backpack":
        build_backpack(product, faces, scale, rng)
    else:
        _build_tote(product, faces, scale, rng)


def _build_tote(product: Product, faces: Faces, scale: float, rng: random.Random) -> None:
    design = rng.choice(("plain", "two tone", "rope"))
    width = scale * rng.uniform(3.3, 3.7)
    height = scale * (rng.uniform(2.6, 2.9) if design == "rope" else rng.uniform(3.6, 4.1))
    flare = {"plain": 0.0, "two tone": 0.06, "rope": 0.22}[design]
    side = _tote_side(width, height, flare, rng)
    cloth = fabric(product.body)
    us, vs = np.linspace(0, 1, 31), np.linspace(0, 1, 31)
    sheet(side, cloth, us=us, vs=vs, thickness=0.03)
    sheet(from_behind(side), cloth, us=us, vs=vs, thickness=0.03)
    sheet(raised(side, 0.02), cloth, us=us, vs=np.array([0.93, 0.96, 0.985]), thickness=0.02, name="hem")
    low = 0.1
    if design == "two tone":
        foot = np.linspace(0, 0.24, 9)
        second = fabric(shade(product.body, 0.45) if sum(product.body) > 300 else product.accent)
        for surface in (side, from_behind(side)):
            sheet(raised(surface, 0.02 if surface is side else -0.02), second, us=us, vs=foot, name="foot")
        low = 0.28
    _print(side, faces, width, height, low)
    _handles(product, side, height, design, rng)


def _tote_side(width: float, height: float, flare: float, rng: random.Random) -> Surface:
    """The front of a soft bag: some depth at the foot, hardly any at the hem, and soft folds."""
    folds = [(rng.uniform(1.5, 4), rng.uniform(0, 6.28), rng.uniform(0.008, 0.022)) for _ in range(4)]
    depth = width * rng.uniform(0.09, 0.13)

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        lens = np.sin(np.pi * u) ** 0.6
        y = -depth * lens * (1 - 0.62 * v**1.5) * (0.75 + 0.25 * np.sin(np.pi * np.clip(2 * v, 0, 1)))
        for count, phase, size in folds:
            y += size * lens * np.sin(count * np.pi * (u + 0.4 * v) + phase)
        x = (u - 0.5) * width * (1 - flare * (1 - v) + 0.03 * (v - 0.5) ** 2)
        corner = 0.035 * height * np.abs(2 * u - 1) ** 6 * np.exp(-((v / 0.1) ** 2))
        sag = -0.022 * height * np.sin(np.pi * u) * v**6
        return np.stack([x, y, v * height + corner + sag], axis=1)

    return surface


def _print(side: Surface, faces: Faces, width: float, height: float, low: float) -> None:
    """A square print, as large as fits between the foot and the handles' ends."""
    edge = min(0.78 * width, (0.84 - low) * height)
    middle = (low + 0.84) / 2
    us = np.linspace(0.5 - edge / width / 2, 0.5 + edge / width / 2, 25)
    vs = np.linspace(middle - edge / height / 2, middle + edge / height / 2, 25)
    sheet(raised(side, 0.022), printed(faces("print", 1.0, True), roughness=0.8), us=us, vs=vs, name="print")


def _handles(product: Product, side: Surface, height: float, design: str, rng: random.Random) -> None:
    reach, apart = rng.uniform(0.3, 0.5) * height, rng.uniform(0.24, 0.29)
    leather = rng.choice(_LEATHER)
    strap = {"plain": fabric(product.body), "two tone": rubber(leather), "rope": fabric((226, 214, 188), weave=30)}[
        design
    ]
    for number, surface in enumerate((side, from_behind(side))):
        top = reach * (1 - 0.13 * number)
        ends = surface(np.array([0.5 - apart, 0.5 + apart]), np.full(2, 0.95))
        ends = ends[np.argsort(ends[:, 0])]
        path = _arch(
            ends[0], ends[1], top, drop=0.0 if design == "rope" else 0.14 * height, sway=0.12 * (1 - 2 * number)
        )
        if design == "rope":
            rod("rope", path, 0.055, strap)
            _eyelets(ends, behind=number == 1)
        else:
            across = np.gradient(path, axis=0) @ np.array([[0, 0, -1.0], [0, 0, 0], [1.0, 0, 0]])
            band(path, across + 1e-6 * _X, 0.2, strap, thickness=0.035)


def _arch(left: np.ndarray, right: np.ndarray, top: float, *, drop: float, sway: float) -> np.ndarray:
    """A handle's line: up from `drop` below its ends, over in a bow, and down again."""
    out = np.array([0.0, -0.035 if left[1] < 0 else 0.035, 0.0])
    middle = (left + right) / 2 + np.array([sway, 0.25 * out[1], top])
    span = (right - left) * np.array([1.0, 0, 0])
    shoulder = np.array([0, 0, 0.62 * top])
    points = [left + out - [0, 0, drop], left + out, left + out + shoulder + 0.1 * span, middle]
    points += [right + out + shoulder - 0.1 * span, right + out, right + out - [0, 0, drop]]
    return smooth_path([tuple(point) for point in (points if drop else points[1:-1])], steps=8)


def _eyelets(ends: np.ndarray, *, behind: bool) -> None:
    brass: Any = metal((196, 160, 92), roughness=0.25)
    for x, y, z in ends:
        ring = lathe(
            "eyelet", np.array([[0.07, 0.0], [0.13, 0.0], [0.13, 0.04], [0.07, 0.04], [0.07, 0.0]]), brass, segments=24
        )
        move(ring, (x, y + (0.05 if behind else -0.05), z), (-90 if behind else 90, 0, 0))
