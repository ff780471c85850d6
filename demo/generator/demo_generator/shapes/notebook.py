"""Notebooks: hard covers with an elastic band, ring-bound, soft-bound and with a clasp and a pen."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator.materials import fabric, metal, paper, plastic, printed, rubber
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import lathe, move, rod
from demo_generator.shapes.outlines import rounded_rectangle
from demo_generator.shapes.pose import lean
from demo_generator.shapes.solids import box, prism
from demo_generator.shapes.tones import DARK, SILVER, contrast_of, shade

#: Width and height by paper size, and the page block's thickness (a little generous), in units.
_SIZES = {"A5": (1.48, 2.1), "A6": (1.1, 1.52), "B5": (1.78, 2.5)}
_THICKNESS = {"80 sheets": 0.14, "100 sheets": 0.18, "200 sheets": 0.3}
_PAGES: Colour = (250, 245, 230)
_BOARD = 0.03


def build(product: Product, faces: Faces) -> None:
    """Add the product: a closed book that leans back a little and shows its page block."""
    rng = random.Random(product.line_seed)
    width, height = _SIZES[product.attributes["size"]]
    thick = _THICKNESS[product.attributes["pages"]]
    rng.choice((_elastic, _rings_left, _rings_top, _soft_bound, _clasp))(product, faces, width, height, thick)
    lean(rng.uniform(7, 14), turn=-rng.uniform(10, 18))


def _elastic(product: Product, faces: Faces, width: float, height: float, thick: float) -> None:
    """A hard cover with an elastic band near the fore-edge."""
    _pages(width - 0.08, height - 0.1, thick, x=-0.02)
    _covers(product, faces, width, height, thick, corner=0.08)
    _spine(width, height, thick, plastic(product.body, roughness=0.5))
    cloth = fabric(contrast_of(product))
    depth = thick + 2 * _BOARD + 0.04
    move(box("elastic", (0.07, depth, height + 0.02), cloth, bevel=0.012), (0.4 * width, 0, -0.01))


def _rings_left(product: Product, faces: Faces, width: float, height: float, thick: float) -> None:
    _pages(width - 0.04, height - 0.06, thick)
    _covers(product, faces, width, height, thick, corner=0.1)
    for z in np.linspace(0.1, height - 0.1, round(height / 0.13)):
        _ring((-width / 2 + 0.05, 0, z), thick, (0, 0, 0))


def _rings_top(product: Product, faces: Faces, width: float, height: float, thick: float) -> None:
    _pages(width - 0.04, height - 0.06, thick)
    _covers(product, faces, width, height, thick, corner=0.1)
    for x in np.linspace(-width / 2 + 0.1, width / 2 - 0.1, round(width / 0.13)):
        _ring((x, 0, height - 0.05), thick, (0, 90, 0))


def _soft_bound(product: Product, faces: Faces, width: float, height: float, thick: float) -> None:
    """A soft cover flush with its pages, and a strip of cloth over the spine."""
    _pages(width - 0.01, height - 0.01, thick)
    _covers(product, faces, width, height, thick, corner=0.03)
    strip, depth = 0.11 * width, thick + 2 * _BOARD + 0.012
    move(
        box("spine", (strip, depth, height + 0.006), fabric(contrast_of(product)), bevel=0.01),
        (0.5 * (strip - width), 0, -0.003),
    )


def _clasp(product: Product, faces: Faces, width: float, height: float, thick: float) -> None:
    """A leatherette cover closed by a tab with a stud, and a pen in a loop."""
    _pages(width - 0.1, height - 0.12, thick, x=-0.03)
    _covers(product, faces, width, height, thick, corner=0.14)
    _spine(width, height, thick, rubber(product.body))
    leather, middle, front = rubber(contrast_of(product)), 0.32 * height, -thick / 2 - _BOARD
    tab = prism("tab", rounded_rectangle(0.4, 0.24, 0.1), 0.03, leather, bevel=0.008)
    move(tab, (width / 2 - 0.12, front - 0.018, middle - 0.12))
    move(
        box("tab side", (0.03, thick + 2 * _BOARD + 0.05, 0.24), leather, bevel=0.01),
        (width / 2 + 0.05, 0, middle - 0.12),
    )
    stud = lathe("stud", np.array([(0, 0), (0.05, 0), (0.05, 0.02), (0, 0.035)]), metal(SILVER), segments=20)
    move(stud, (width / 2 - 0.2, front - 0.03, middle), (90, 0, 0))
    _pen(width / 2 + 0.12, height, product)


def _pages(width: float, height: float, thick: float, *, x: float = 0.0) -> None:
    """The page block: stacks of paper of two whites, so that it reads as sheets."""
    stacks = 7
    for number in range(stacks):
        white = shade(_PAGES, 1.0 if number % 2 else 0.88)
        y = (number + 0.5) / stacks * thick - thick / 2
        move(box("pages", (width - 0.008 * (number % 2), thick / stacks, height), paper(white), bevel=0), (x, y, 0.03))


def _covers(product: Product, faces: Faces, width: float, height: float, thick: float, *, corner: float) -> None:
    outline = rounded_rectangle(width, height, corner)
    cover = printed(faces("cover", width / height, False), roughness=0.5)
    board = plastic(product.body, roughness=0.5)
    for side, prints in ((-1, {"front": cover}), (1, {})):
        part = prism("cover", outline, _BOARD, board, bevel=0.008, prints=prints)
        move(part, (0, side * (thick + _BOARD) / 2, 0))


def _spine(width: float, height: float, thick: float, material: Any) -> None:
    depth = thick + 2 * _BOARD
    move(box("spine", (0.05, depth, height), material, bevel=0.02), (-width / 2 + 0.012, 0, 0))


def _ring(at: tuple[float, float, float], thick: float, turn: tuple[float, float, float]) -> None:
    """One wire ring through the covers' edge."""
    radius = thick / 2 + _BOARD + 0.035
    angle = np.linspace(0, 2 * np.pi, 17)
    path = np.stack([0.09 * np.cos(angle), radius * np.sin(angle), np.zeros(17)], axis=1)
    wire = rod("ring", path, 0.016, metal(SILVER, roughness=0.2), segments=6)
    move(wire, at, turn)
    if not any(turn):
        move(wire, (-0.045, 0, 0))


def _pen(x: float, height: float, product: Product) -> None:
    long = 0.82 * height
    shell = np.array(
        [(0, 0), (0.015, 0.02), (0.05, 0.16), (0.055, 0.2), (0.055, long), (0.03, long + 0.03), (0, long + 0.03)]
    )
    move(lathe("pen", shell, plastic(shade(product.body, 0.6), coat=0.5), segments=24), (x, 0, 0.09 * height))
    loop = np.array([(0.062, 0.0), (0.068, 0.0), (0.068, 0.2), (0.062, 0.2)])
    move(lathe("loop", loop, rubber(DARK), segments=24), (x, 0, 0.62 * height))
    move(box("clip", (0.025, 0.02, 0.4), metal(SILVER), bevel=0.005), (x, -0.065, 0.87 * height - 0.4))
