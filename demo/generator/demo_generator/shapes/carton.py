"""Food cartons: upright and flat boxes, cubes with a gable top, and boxes with a hanger."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from demo_generator.materials import paper, printed
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import add_mesh, move
from demo_generator.shapes.outlines import rounded_rectangle
from demo_generator.shapes.sales_box import tuck_flap
from demo_generator.shapes.solids import box, prism
from demo_generator.shapes.tones import DARK

#: Width, depth and height of each form, in units.
_FORMS = {
    "upright": (1.8, 0.55, 2.6),
    "slim": (1.35, 0.5, 2.3),
    "flat": (2.3, 0.6, 1.25),
    "lying": (2.2, 1.5, 0.75),
    "gable": (1.4, 0.85, 1.55),
    "hanger": (1.35, 0.5, 1.75),
}
_FORMS_OF = {
    "Tea Bags": ("flat", "lying", "gable"),
    "Biscuits": ("flat", "slim", "lying", "upright"),
    "Cereal": ("upright", "upright", "slim"),
    "Instant Porridge": ("gable", "hanger", "upright"),
}
_SCALE = {"100 g": 0.82, "200 g": 1.0, "350 g": 1.2}


def build(product: Product, faces: Faces) -> None:
    """Add the product: a printed box whose form goes with what is in it."""
    rng = random.Random(product.line_seed)
    form = rng.choice(_FORMS_OF[product.noun])
    scale = _SCALE[product.attributes["size"]]
    width, depth, height = (edge * scale * rng.uniform(0.93, 1.07) for edge in _FORMS[form])
    coat = rng.choice((0.0, 0.4))

    def side(face: str, aspect: float) -> Any:
        return printed(faces(face, aspect, False), roughness=0.45, coat=coat)

    prints = {"front": side("front", width / height), "back": side("back", width / height)}
    prints["left"] = prints["right"] = side("carton_side", depth / height)
    if form == "lying":
        prints["top"] = side("carton_front", width / depth)
    box("carton", (width, depth, height), paper(product.accent), bevel=0.012, prints=prints)
    if form == "gable":
        _gable(product, width, depth, height)
    elif form != "lying":
        tuck_flap(product, width, depth, height)
    if form == "hanger":
        _hanger(product, width, depth, height)


def _gable(product: Product, width: float, depth: float, height: float) -> None:
    """A roof over the box: two slopes up to a flat seam, and gussets folded in at its ends."""
    x, y, fold, rise, top = width / 2, depth / 2, 0.015, 0.5 * depth, 0.2
    corners = [(sx * x, sy * y, height) for sy in (-1, 1) for sx in (-1, 1)]
    ridge = [(sx * x, sy * fold, height + rise) for sy in (-1, 1) for sx in (-1, 1)]
    seam = [(sx * x, sy * fold, height + rise + top) for sy in (-1, 1) for sx in (-1, 1)]
    inner = [(sx * (x - 0.3 * depth), 0, height + 0.45 * rise) for sx in (-1, 1)]
    faces: list[tuple[int, ...]] = [(0, 1, 5, 4), (3, 2, 6, 7), (4, 5, 9, 8), (7, 6, 10, 11), (8, 9, 11, 10)]
    faces += [(0, 4, 12), (4, 6, 12), (6, 2, 12), (2, 0, 12), (1, 13, 5), (5, 13, 7), (7, 13, 3), (3, 13, 1)]
    faces += [(4, 8, 10, 6), (5, 7, 11, 9)]
    add_mesh("gable", np.array(corners + ridge + seam + inner), faces, paper(product.accent))


def _hanger(product: Product, width: float, depth: float, height: float) -> None:
    """The panel behind that the box hangs from, with its slot."""
    panel = prism("hanger", rounded_rectangle(width, 0.5, 0.1), 0.03, paper(product.accent), bevel=0.005)
    move(panel, (0, depth / 2 - 0.02, height - 0.06))
    slot = prism("slot", rounded_rectangle(0.34, 0.09, 0.04), 0.004, paper(DARK), bevel=0)
    move(slot, (0, depth / 2 - 0.038, height + 0.22))
