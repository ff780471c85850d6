"""Places of a front's parts, for upright and for wide zones."""

from __future__ import annotations

from demo_generator.labels.ink import Colour
from demo_generator.labels.sheet import Sheet
from demo_generator.labels.text import Box, part

#: Place and its ground, by what stands there: brand, name, headline, detail, art.
Slots = dict[str, tuple[Box, Colour]]
#: Fractions of the zone: left, top, right, bottom.
Places = dict[str, tuple[float, float, float, float]]
#: The usual order from top to bottom.
STACK: Places = {
    "brand": (0.07, 0.045, 0.93, 0.215), "name": (0.08, 0.24, 0.92, 0.355), "headline": (0.07, 0.425, 0.93, 0.57),
    "art": (0.05, 0.625, 0.95, 0.855), "detail": (0.1, 0.88, 0.9, 0.965),
}  # fmt: skip
#: The usual order side by side.
SIDE: Places = {
    "brand": (0.03, 0.08, 0.46, 0.5), "name": (0.03, 0.58, 0.46, 0.92), "headline": (0.53, 0.12, 0.8, 0.58),
    "art": (0.82, 0.1, 0.98, 0.9), "detail": (0.53, 0.68, 0.8, 0.9),
}  # fmt: skip


def place(sheet: Sheet, tall: Places, wide: Places, grounds: dict[str, Colour] | None = None) -> Slots:
    """Put fractions of the zone into pixels, each with its ground (the look's own where none is given)."""
    chosen = wide if sheet.wide else tall
    grounds = grounds or {}
    return {name: (part(sheet.zone, *box), grounds.get(name, sheet.look.ground)) for name, box in chosen.items()}


def across(sheet: Sheet, top: float, bottom: float) -> Box:
    """Return a strip across the whole sheet by fractions of its height."""
    height = sheet.full[3] - sheet.full[1]
    return sheet.full[0], sheet.full[1] + top * height, sheet.full[2], sheet.full[1] + bottom * height


def upright(sheet: Sheet, left: float, right: float) -> Box:
    """Return a strip from top to bottom by fractions of the zone's width."""
    return part(sheet.zone, left, 0, right, 1)
