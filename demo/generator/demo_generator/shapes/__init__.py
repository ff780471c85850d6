"""Shapes of the goods, a module each kind."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from demo_generator.products import Product

#: Gives the PNG of a printed face: its name, width / height, and whether its ground is transparent.
Faces = Callable[[str, float, bool], Path]


def build_shape(product: Product, faces: Faces) -> None:
    """Build a product in the current scene, standing on z = 0 with its front towards -Y; one unit is 10 cm."""
    import_module(f"demo_generator.shapes.{product.kind}").build(product, faces)
