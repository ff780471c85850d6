"""Backs and sides: small print, a table, a barcode, facts in large letters."""

from __future__ import annotations

import random

from demo_generator.labels.ink import WHITE, Colour, apart, ink_on, mix
from demo_generator.labels.logo import draw_logo
from demo_generator.labels.sheet import Sheet, stamp, subject
from demo_generator.labels.text import Box, part, write

_WORDS = [
    "aqua",
    "glycerin",
    "sodium",
    "extract",
    "oil",
    "natural",
    "fragrance",
    "acid",
    "vitamin",
    "sugar",
    "salt",
    "store",
    "cool",
    "dry",
    "place",
    "keep",
    "away",
    "children",
    "before",
    "opening",
    "made",
    "in",
    "quality",
    "with",
    "care",
    "use",
    "daily",
]
_LABELS = {
    "size": "Size", "scent": "Scent", "flavour": "Flavour", "active": "Active", "sort": "Type", "colour": "Colour",
    "design": "Design", "device": "For", "capacity": "Capacity", "power": "Power", "model": "Model", "pages": "Pages",
}  # fmt: skip


def small_print(sheet: Sheet, box: Box, ink: Colour, rng: random.Random) -> None:
    """Fill a box with lines of small print."""
    step = max(0.042 * max(sheet.full[2:]), 20.0)
    y = box[1]
    while y + step <= box[3]:
        line = " ".join(rng.choice(_WORDS) for _ in range(max(int((box[2] - box[0]) / step / 3.6), 2)))
        write(
            sheet.draw,
            (box[0], y, box[2], y + 0.8 * step),
            line,
            "sans_text",
            ink,
            align=0,
            most=1,
            largest=0.85 * step,
        )
        y += step


def barcode(sheet: Sheet, box: Box) -> None:
    """Draw a barcode on white with the product's own number."""
    rng = random.Random(f"barcode {sheet.product.seed}")
    sheet.draw.rectangle(box, fill=WHITE)
    inner = part(box, 0.08, 0.1, 0.92, 0.78)
    x = inner[0]
    unit = (inner[2] - inner[0]) / 95
    while x < inner[2] - 3 * unit:
        width = rng.choice((1, 1, 2, 3)) * unit
        sheet.draw.rectangle((x, inner[1], x + width, inner[3]), fill=(10, 10, 10))
        x += width + rng.choice((1, 2, 2, 3)) * unit
    number = "899" + "".join(str(rng.randrange(10)) for _ in range(10))
    write(sheet.draw, part(box, 0.1, 0.81, 0.9, 0.97), number, "roboto_text", (10, 10, 10), most=1)


def table(sheet: Sheet, box: Box, ground: Colour) -> None:
    """Draw the product's facts as a ruled table."""
    ink = ink_on(ground)
    facts = [(_LABELS.get(name, name.title()), value) for name, value in sheet.product.attributes.items()]
    facts = [*facts, ("Brand", sheet.product.brand)][:4]
    sheet.draw.rectangle(box, outline=ink, width=3)
    for k, (name, value) in enumerate(facts):
        row = part(box, 0, k / len(facts), 1, (k + 1) / len(facts))
        sheet.draw.line((row[0], row[1], row[2], row[1]), fill=ink, width=2)
        write(sheet.draw, part(row, 0.04, 0.22, 0.4, 0.78), name, "sans_text", ink, align=0, most=1)
        write(sheet.draw, part(row, 0.44, 0.16, 0.96, 0.84), value, "sans", ink, align=1, most=1)


def draw_back(sheet: Sheet) -> None:
    """Draw brand, table, small print and barcode into the sheet's zone."""
    look, zone = sheet.look, sheet.zone
    rng = random.Random(f"back {look.seed}")
    ink = mix(ink_on(look.ground), look.ground, 0.12)
    if sheet.wide:
        draw_logo(sheet, part(zone, 0.03, 0.08, 0.31, 0.4), look.ground)
        write(sheet.draw, part(zone, 0.03, 0.5, 0.31, 0.9), sheet.product.name, look.name_font, ink_on(look.ground))
        small_print(sheet, part(zone, 0.35, 0.08, 0.66, 0.95), ink, rng)
        table(sheet, part(zone, 0.69, 0.07, 0.97, 0.5), look.ground)
        barcode(sheet, part(zone, 0.69, 0.58, 0.97, 0.93))
        return
    draw_logo(sheet, part(zone, 0.1, 0.04, 0.9, 0.14), look.ground)
    write(
        sheet.draw, part(zone, 0.1, 0.16, 0.9, 0.235), sheet.product.name, look.name_font, ink_on(look.ground), most=2
    )
    small_print(sheet, part(zone, 0.08, 0.265, 0.92, 0.48), ink, rng)
    table(sheet, part(zone, 0.08, 0.5, 0.92, 0.74), look.ground)
    barcode(sheet, part(zone, 0.14, 0.78, 0.86, 0.95))


def draw_side(sheet: Sheet) -> None:
    """Draw the side of a box: the logo and the product's facts in large letters."""
    look, product = sheet.look, sheet.product
    ground = look.accent
    sheet.draw.rectangle(sheet.full, fill=ground)
    ink = ink_on(ground)
    values = list(product.attributes.values())[:3]
    if sheet.wide:
        draw_logo(sheet, part(sheet.zone, 0.04, 0.1, 0.44, 0.52), ground)
        write(sheet.draw, part(sheet.zone, 0.04, 0.6, 0.44, 0.9), product.name, look.name_font, ink)
        facts = part(sheet.zone, 0.52, 0.1, 0.96, 0.9)
    else:
        draw_logo(sheet, part(sheet.zone, 0.08, 0.04, 0.92, 0.2), ground)
        write(sheet.draw, part(sheet.zone, 0.1, 0.23, 0.9, 0.34), product.name, look.name_font, ink)
        stamp(
            sheet,
            part(sheet.zone, 0.2, 0.79, 0.8, 0.96),
            subject(product),
            ground,
            apart(look.deep, ground, 2.5),
            rim=True,
        )
        facts = part(sheet.zone, 0.1, 0.39, 0.9, 0.76)
    for k, value in enumerate(values):
        row = part(facts, 0, k / len(values), 1, (k + 1) / len(values))
        sheet.draw.line((row[0], row[1], row[2], row[1]), fill=ink, width=4)
        write(sheet.draw, part(row, 0, 0.16, 1, 0.86), value, look.name_font, ink, most=2)
