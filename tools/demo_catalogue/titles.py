"""Titles as sellers write them, from a product's attributes."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tools.demo_catalogue.products import Product


@dataclass(frozen=True)
class TitleStyle:
    """How informative sellers are."""

    brand: float = 0.8


def make_titles(product: Product, count: int, style: TitleStyle, rng: random.Random) -> list[str]:
    """Write so many sellers' titles of a product."""
    return [f"{product.brand} {product.name} {' '.join(product.attributes.values())}" for _ in range(count)]
