"""Printed faces as PNG files, drawn when first needed."""

from __future__ import annotations

import os
from pathlib import Path

from demo_generator.labels import draw_face
from demo_generator.products import Product
from demo_generator.shapes import Faces


def faces_of(product: Product, folder: Path) -> Faces:
    """Gives the PNG file of a product's face; several processes may request the same one at once."""

    def give(face: str, aspect: float, transparent: bool) -> Path:
        ground = "clear" if transparent else "opaque"
        path = folder / f"{product.product_id}_{face}_{aspect:.3f}_{ground}.png"
        if not path.exists():
            unfinished = path.with_name(f".{path.name}.{os.getpid()}")
            draw_face(product, face, aspect, transparent).save(unfinished, format="PNG", compress_level=1)
            unfinished.replace(path)
        return path

    return give
