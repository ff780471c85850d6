"""Cartons: the box that a product is sold in."""

from __future__ import annotations

from demo_generator.materials import paper, printed
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import move
from demo_generator.shapes.solids import box
from demo_generator.shapes.tones import shade

_BEVEL = 0.012


def build_sales_box(product: Product, faces: Faces, width: float, depth: float, height: float) -> None:
    """Add the printed carton of a product, centred on the origin and standing on z = 0, its front towards -Y."""
    front = printed(faces("carton_front", width / height, False))
    side = printed(faces("carton_side", depth / height, False))
    prints = {"front": front, "back": front, "left": side, "right": side}
    box("carton", (width, depth, height), paper(product.accent), bevel=_BEVEL, prints=prints)
    tuck_flap(product, width, depth, height)


def tuck_flap(product: Product, width: float, depth: float, height: float) -> None:
    """Add the closed flap on top of a carton: its seams along the sides and its thumb notch in front."""
    line = paper(shade(product.accent, 0.45))
    for x in (-0.47 * width, 0.47 * width):
        move(box("seam", (0.008, 0.94 * depth, 0.003), line, bevel=0), (x, 0, height))
    move(box("notch", (min(0.22, 0.2 * width), 0.02, 0.003), line, bevel=0), (0, -0.46 * depth, height))
