"""Colours of a thing's parts, taken from those of the product."""

from __future__ import annotations

from demo_generator.products import Colour, Product

DARK: Colour = (26, 27, 30)
SILVER: Colour = (205, 207, 210)
_APART = 55


def shade(colour: Colour, share: float) -> Colour:
    """Darken a colour towards black (`share` below 1) or lighten it towards white (above 1, at most 2)."""
    if share <= 1:
        red, green, blue = (round(value * share) for value in colour)
    else:
        red, green, blue = (round(value + (255 - value) * (share - 1)) for value in colour)
    return red, green, blue


def contrast_of(product: Product) -> Colour:
    """The accent colour where it stands out from the body; otherwise a much lighter or darker body colour."""
    apart = sum(abs(a - b) for a, b in zip(product.accent, product.body, strict=True)) / 3
    if apart >= _APART:
        return product.accent
    return shade(product.body, 0.35) if sum(product.body) > 330 else shade(product.body, 1.6)
