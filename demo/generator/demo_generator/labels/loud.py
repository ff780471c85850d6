"""Templates with loud or patterned grounds: each paints the ground and gives the places of words and drawing."""

from __future__ import annotations

from demo_generator.labels import patterns
from demo_generator.labels.ink import WHITE, contrast, ink_on, mix
from demo_generator.labels.places import SIDE, STACK, Slots, across, place
from demo_generator.labels.sheet import Sheet
from demo_generator.labels.text import part


def stripes(sheet: Sheet) -> Slots:
    """Paint stripes behind a plain panel."""
    look = sheet.look
    patterns.stripes(sheet, sheet.full, look.accent, upright=look.seed % 2 == 0)
    panel = WHITE if contrast(WHITE, look.accent) > 2 else look.deep
    unit = min(sheet.zone[2] - sheet.zone[0], sheet.zone[3] - sheet.zone[1])
    box = part(sheet.zone, 0.03, 0.12, 0.97, 0.88) if sheet.wide else part(sheet.zone, 0.06, 0.08, 0.94, 0.92)
    sheet.draw.rounded_rectangle(box, 0.06 * unit, fill=panel)
    inner = sheet.inside(part(box, 0.02, 0.02, 0.98, 0.98))
    places = dict.fromkeys(STACK, panel)
    return place(inner, STACK, SIDE, places)


def badge(sheet: Sheet) -> Slots:
    """Paint dots and a toothed seal with the headline."""
    look = sheet.look
    patterns.dots(sheet, sheet.full, mix(look.ground, look.accent, 0.3), 0.11 * sheet.full[3])
    tall = {
        "brand": (0.06, 0.04, 0.94, 0.22), "name": (0.06, 0.235, 0.94, 0.345), "headline": (0.2, 0.5, 0.8, 0.68),
        "art": (0.05, 0.765, 0.95, 0.88), "detail": (0.1, 0.89, 0.9, 0.97),
    }  # fmt: skip
    wide = {
        "brand": (0.03, 0.06, 0.46, 0.5), "name": (0.03, 0.56, 0.46, 0.94), "headline": (0.56, 0.26, 0.77, 0.74),
        "art": (0.84, 0.06, 0.99, 0.58), "detail": (0.84, 0.64, 0.99, 0.92),
    }  # fmt: skip
    seal = part(sheet.zone, 0.47, -0.04, 0.85, 1.04) if sheet.wide else part(sheet.zone, 0.02, 0.37, 0.98, 0.755)
    patterns.starburst(sheet, seal, look.deep)
    patterns.starburst(sheet, part(seal, 0.04, 0.04, 0.96, 0.96), look.accent)
    slots = place(sheet, tall, wide, {"headline": look.accent})
    radius = min(seal[2] - seal[0], seal[3] - seal[1]) / 2
    x, y = (seal[0] + seal[2]) / 2, (seal[1] + seal[3]) / 2
    slots["headline"] = ((x - 0.75 * radius, y - 0.46 * radius, x + 0.75 * radius, y + 0.46 * radius), look.accent)
    return slots


def picture(sheet: Sheet) -> Slots:
    """Paint a large picture of the flavour below the words."""
    look = sheet.look
    shade = mix(look.ground, WHITE if ink_on(look.ground) == WHITE else look.deep, 0.16)
    tall = {
        "brand": (0.06, 0.04, 0.94, 0.2), "name": (0.07, 0.22, 0.93, 0.32), "art": (0.02, 0.33, 0.98, 0.7),
        "headline": (0.08, 0.735, 0.92, 0.855), "detail": (0.14, 0.905, 0.86, 0.97),
    }  # fmt: skip
    wide = {
        "art": (0.0, 0.02, 0.34, 0.98), "brand": (0.35, 0.06, 0.97, 0.4), "name": (0.35, 0.44, 0.97, 0.6),
        "headline": (0.37, 0.69, 0.72, 0.91), "detail": (0.78, 0.68, 0.97, 0.92),
    }  # fmt: skip
    slots = place(sheet, tall, wide, {"art": shade, "headline": look.deep})
    x0, y0, x1, y1 = slots["art"][0]
    radius = 0.62 * min(x1 - x0, y1 - y0)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    sheet.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)
    ribbon = part(sheet.zone, 0.35, 0.66, 0.74, 0.94) if sheet.wide else across(sheet, 0.715, 0.875)
    sheet.draw.rectangle(ribbon, fill=look.deep)
    return slots


def burst(sheet: Sheet) -> Slots:
    """Paint rays from behind the drawing, the words on solid plates."""
    look, zone = sheet.look, sheet.zone
    x, y = zone[0] + (0.86 if sheet.wide else 0.5) * (zone[2] - zone[0]), zone[1] + 0.58 * (zone[3] - zone[1])
    shade = mix(look.ground, WHITE if ink_on(look.ground) == WHITE else look.accent, 0.2)
    patterns.rays(sheet, x, y, shade)
    tall = {
        "brand": (0.04, 0.04, 0.96, 0.25), "name": (0.07, 0.27, 0.93, 0.38), "art": (0.06, 0.4, 0.94, 0.66),
        "headline": (0.09, 0.71, 0.91, 0.85), "detail": (0.2, 0.895, 0.8, 0.965),
    }  # fmt: skip
    wide = {**SIDE, "headline": (0.52, 0.16, 0.76, 0.54)}
    slots = place(sheet, tall, wide, {"headline": WHITE})
    plate = part(zone, 0.5, 0.06, 0.78, 0.62) if sheet.wide else part(zone, 0.04, 0.685, 0.96, 0.875)
    radius = 0.2 * (plate[3] - plate[1])
    sheet.draw.rounded_rectangle(
        plate, radius, fill=WHITE, outline=look.deep, width=max(int(0.06 * (plate[3] - plate[1])), 2)
    )
    return slots


def tech(sheet: Sheet) -> Slots:
    """Paint fine lines and a slanted stripe; the figure large."""
    look, zone = sheet.look, sheet.zone
    patterns.grid(sheet, sheet.full, mix(look.ground, ink_on(look.ground), 0.07), 0.06 * max(sheet.full[2:]))
    tall = {
        "brand": (0.07, 0.04, 0.75, 0.15), "art": (0.12, 0.19, 0.88, 0.5), "name": (0.07, 0.54, 0.93, 0.64),
        "headline": (0.07, 0.68, 0.93, 0.83), "detail": (0.07, 0.885, 0.93, 0.965),
    }  # fmt: skip
    wide = {
        "brand": (0.03, 0.08, 0.36, 0.32), "name": (0.03, 0.4, 0.36, 0.92), "headline": (0.39, 0.12, 0.72, 0.58),
        "detail": (0.39, 0.72, 0.72, 0.92), "art": (0.76, 0.06, 0.98, 0.94),
    }  # fmt: skip
    if sheet.wide:
        sheet.draw.rectangle(part(zone, 0.74, 0, 1, 1), fill=look.accent)
        return place(sheet, tall, wide, {"art": look.accent})
    sheet.draw.rectangle(across(sheet, 0.86, 1.0), fill=look.accent)
    sheet.draw.rectangle(part(zone, 0.07, 0.655, 0.3, 0.664), fill=look.accent)
    return place(sheet, tall, wide, {"detail": look.accent})
