"""What is printed on a thing itself: a design, a logo, a pattern, a nameplate; transparent around the ink."""

from __future__ import annotations

import random

from demo_generator.labels.ink import Colour, apart, contrast, ink_on
from demo_generator.labels.logo import draw_logo
from demo_generator.labels.sheet import Sheet, details, headline, stamp, subject
from demo_generator.labels.text import part, write

#: Things whose print also names their kind.
_WORDY = ("power_bank", "charger", "speaker", "tumbler", "pot", "toy", "phone_case", "headphones", "bag", "lamp")


def _print_ink(sheet: Sheet) -> Colour:
    body, accent = sheet.product.body, sheet.product.accent
    return apart(accent, body, 3.0) if contrast(accent, body) > 1.8 else ink_on(body)


def draw_print(sheet: Sheet) -> None:
    """Draw a mug's design, else the logo with an emblem or a pattern and what the product is in words."""
    product, zone = sheet.product, sheet.zone
    ink = _print_ink(sheet)
    if "design" in product.attributes:
        stamp(sheet, part(zone, 0.06, 0.05, 0.94, 0.78), product.attributes["design"], product.body, ink)
        write(
            sheet.draw, part(zone, 0.14, 0.83, 0.86, 0.95), product.brand.upper(), "wide", ink_on(product.body), most=1
        )
        return
    rng = random.Random(f"print {product.line_seed}")
    choice = rng.choice(("logo", "emblem", "rows"))
    if sheet.wide:
        _wide(sheet, ink)
        return
    if choice == "emblem":
        stamp(sheet, part(zone, 0.12, 0.06, 0.88, 0.5), sheet.look.logo.emblem, product.body, ink)
        draw_logo(sheet, part(zone, 0.08, 0.54, 0.92, 0.72), product.body)
    elif choice == "rows":
        name = rng.choice(("Star", "Leaf", "bloom", "diamond", "Wave", "mountain"))
        for row in range(2):
            for column in range(3):
                place = part(zone, 0.06 + 0.31 * column, 0.06 + 0.2 * row, 0.32 + 0.31 * column, 0.23 + 0.2 * row)
                stamp(sheet, place, name, product.body, ink)
        draw_logo(sheet, part(zone, 0.08, 0.5, 0.92, 0.7), product.body)
    else:
        draw_logo(sheet, part(zone, 0.06, 0.2, 0.94, 0.5), product.body)
        write(sheet.draw, part(zone, 0.1, 0.55, 0.9, 0.72), product.name, sheet.look.name_font, ink_on(product.body))
    if product.kind in _WORDY:
        write(
            sheet.draw,
            part(zone, 0.08, 0.78, 0.92, 0.95),
            headline(product),
            sheet.look.name_font,
            ink_on(product.body),
        )


def _wide(sheet: Sheet, ink: Colour) -> None:
    product, zone = sheet.product, sheet.zone
    draw_logo(sheet, part(zone, 0.04, 0.1, 0.96, 0.56), product.body)
    if product.kind in _WORDY:
        write(
            sheet.draw,
            part(zone, 0.08, 0.64, 0.92, 0.92),
            headline(product),
            sheet.look.name_font,
            ink_on(product.body),
        )
    else:
        stamp(sheet, part(zone, 0.08, 0.62, 0.92, 0.94), subject(product), product.body, ink)


def draw_plate(sheet: Sheet) -> None:
    """Draw a nameplate: logo, the figure that matters, the others smaller."""
    product, zone = sheet.product, sheet.zone
    ink = ink_on(product.body)
    others = " · ".join(details(product)) or product.name
    if sheet.wide:
        draw_logo(sheet, part(zone, 0.03, 0.12, 0.48, 0.88), product.body)
        write(sheet.draw, part(zone, 0.54, 0.1, 0.97, 0.62), headline(product), sheet.look.name_font, ink, most=2)
        write(sheet.draw, part(zone, 0.54, 0.7, 0.97, 0.92), others, "sans_text", ink, most=2)
        return
    draw_logo(sheet, part(zone, 0.05, 0.05, 0.95, 0.38), product.body)
    write(sheet.draw, part(zone, 0.06, 0.46, 0.94, 0.74), headline(product), sheet.look.name_font, ink)
    write(sheet.draw, part(zone, 0.1, 0.82, 0.9, 0.95), others, "sans_text", ink, most=2)
