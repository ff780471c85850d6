"""Covers of notebooks, journals and planners: a pattern, a title plate, the brand small."""

from __future__ import annotations

import random
from collections.abc import Callable

from demo_generator.labels import patterns
from demo_generator.labels.ink import WHITE, Colour, apart, contrast, ink_on, mix
from demo_generator.labels.logo import draw_logo
from demo_generator.labels.sheet import Sheet, details, headline, stamp
from demo_generator.labels.text import part, write


def _botanical(sheet: Sheet, ink: Colour, rng: random.Random) -> None:
    for row in range(6):
        for column in range(4):
            x, y = 0.25 * column + (0.12 if row % 2 else 0) - 0.06, row / 6
            stamp(
                sheet,
                part(sheet.full, x, y, x + 0.24, y + 0.16),
                rng.choice(("sprout", "Leaf", "bloom")),
                sheet.product.body,
                ink,
            )


def _triangles(sheet: Sheet, ink: Colour, rng: random.Random) -> None:
    for row in range(8):
        for column in range(6):
            x0, y0, x1, y1 = part(sheet.full, column / 6, row / 8, (column + 1) / 6, (row + 1) / 8)
            corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
            del corners[rng.randrange(4)]
            sheet.draw.polygon(corners, fill=mix(sheet.product.body, ink, rng.choice((0.15, 0.4, 0.7, 1.0))))


def _lines(sheet: Sheet, ink: Colour, rng: random.Random) -> None:
    patterns.stripes(sheet, sheet.full, ink, upright=rng.random() < 0.5)


def _dots(sheet: Sheet, ink: Colour, rng: random.Random) -> None:
    patterns.dots(sheet, sheet.full, ink, rng.choice((0.09, 0.14)) * sheet.full[3])


def _hills(sheet: Sheet, ink: Colour, rng: random.Random) -> None:
    height = sheet.full[3]
    shades = tuple(mix(sheet.product.body, ink, share) for share in (0.35, 0.65, 1.0))
    sheet.draw.ellipse(part(sheet.full, 0.6, 0.42, 0.84, 0.6), fill=mix(sheet.product.body, ink, 0.5))
    patterns.waves(sheet, 0.6 * height, 0.24 * height, shades)


def _half(sheet: Sheet, ink: Colour, rng: random.Random) -> None:
    sheet.draw.rectangle(part(sheet.full, 0, rng.choice((0.55, 0.66)), 1, 1), fill=ink)
    sheet.draw.rectangle(part(sheet.full, 0, 0, 0.12, 1), fill=ink)


_PATTERNS: tuple[Callable[[Sheet, Colour, random.Random], None], ...] = (
    _botanical, _triangles, _lines, _dots, _hills, _half,
)  # fmt: skip


def draw_cover(sheet: Sheet) -> None:
    """Draw a cover on the body's colour: pattern, plate with the title, size and pages, the brand."""
    product, look = sheet.product, sheet.look
    body = product.body
    sheet.draw.rectangle(sheet.full, fill=body)
    rng = random.Random(f"cover {product.line_seed}")
    ink = apart(product.accent, body, 1.8) if contrast(product.accent, body) > 1.3 else mix(body, ink_on(body), 0.4)
    rng.choice(_PATTERNS)(sheet, ink, rng)
    plate = rng.choice((WHITE, (250, 238, 208), (34, 32, 38)))
    box = part(sheet.zone, 0.12, 0.16, 0.88, 0.56)
    sheet.draw.rounded_rectangle(box, rng.choice((0, 24)), fill=plate, outline=ink_on(plate), width=4)
    words = ink_on(plate)
    write(sheet.draw, part(box, 0.07, 0.1, 0.93, 0.5), product.noun.upper(), look.name_font, words, most=1)
    write(sheet.draw, part(box, 0.1, 0.54, 0.9, 0.65), product.feature, look.text_font, words, most=1)
    write(
        sheet.draw,
        part(box, 0.06, 0.72, 0.94, 0.92),
        " · ".join((headline(product), *details(product))),
        "sans",
        words,
        most=1,
    )
    foot = part(sheet.zone, 0.24, 0.82, 0.76, 0.94)
    sheet.draw.rounded_rectangle(foot, 12, fill=plate)
    draw_logo(sheet, part(foot, 0.08, 0.15, 0.92, 0.85), plate)
