"""Templates with calm grounds: each paints the ground and gives the places of words and drawing."""

from __future__ import annotations

from demo_generator.labels import patterns
from demo_generator.labels.ink import apart, ink_on, mix
from demo_generator.labels.places import SIDE, STACK, Slots, across, place, upright
from demo_generator.labels.sheet import Sheet
from demo_generator.labels.text import part


def band(sheet: Sheet) -> Slots:
    """Paint a broad band of the accent behind the headline."""
    look = sheet.look
    box = upright(sheet, 0.5, 0.83) if sheet.wide else across(sheet, 0.405, 0.59)
    sheet.draw.rectangle(box, fill=look.accent)
    edge = 0.012 * sheet.full[3]
    if not sheet.wide:
        for y in (box[1] - 2.5 * edge, box[3] + 1.5 * edge):
            sheet.draw.rectangle((box[0], y, box[2], y + edge), fill=look.deep)
    return place(sheet, STACK, SIDE, {"headline": look.accent, **({"detail": look.accent} if sheet.wide else {})})


def circle(sheet: Sheet) -> Slots:
    """Paint a large disc with drawing and headline in it."""
    look = sheet.look
    tall = {
        "brand": (0.07, 0.04, 0.93, 0.2), "name": (0.08, 0.215, 0.92, 0.315), "art": (0.25, 0.37, 0.75, 0.57),
        "headline": (0.13, 0.6, 0.87, 0.74), "detail": (0.1, 0.875, 0.9, 0.965),
    }  # fmt: skip
    if not sheet.wide:
        width, height = sheet.zone[2] - sheet.zone[0], sheet.zone[3] - sheet.zone[1]
        rx, ry = 0.49 * width, min(0.245 * height, 0.75 * width)
        x, y = (sheet.zone[0] + sheet.zone[2]) / 2, sheet.zone[1] + 0.59 * height
        sheet.draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=look.accent)
        sheet.draw.ellipse(
            (x - 0.94 * rx, y - 0.94 * ry, x + 0.94 * rx, y + 0.94 * ry), outline=ink_on(look.accent), width=3
        )
        return place(sheet, tall, SIDE, {"art": look.accent, "headline": look.accent})
    sheet.draw.ellipse(part(sheet.zone, 0.79, -0.1, 1.05, 1.1), fill=look.accent)
    return place(sheet, tall, SIDE, {"art": look.accent})


def split(sheet: Sheet) -> Slots:
    """Paint a slanted lower part in the accent."""
    look, zone, full = sheet.look, sheet.zone, sheet.full
    height = zone[3] - zone[1]
    if sheet.wide:
        x = zone[0] + 0.5 * (zone[2] - zone[0])
        sheet.draw.polygon(
            [(x + 0.1 * height, 0), (full[2], 0), (full[2], full[3]), (x - 0.1 * height, full[3])], fill=look.accent
        )
        return place(sheet, STACK, SIDE, {"headline": look.accent, "detail": look.accent, "art": look.accent})
    high, low = zone[1] + 0.38 * height, zone[1] + 0.5 * height
    ends = [(full[0], (high + low) / 2), (zone[0], low), (zone[2], high), (full[2], (high + low) / 2)]
    for shift, colour in ((-0.035 * height, look.deep), (0.0, look.accent)):
        sheet.draw.polygon([*((x, y + shift) for x, y in ends), (full[2], full[3]), (full[0], full[3])], fill=colour)
    tall = {
        "brand": (0.07, 0.04, 0.93, 0.2), "name": (0.07, 0.215, 0.93, 0.325), "headline": (0.07, 0.53, 0.93, 0.69),
        "art": (0.05, 0.7, 0.95, 0.87), "detail": (0.1, 0.885, 0.9, 0.97),
    }  # fmt: skip
    return place(sheet, tall, SIDE, {"headline": look.accent, "detail": look.accent, "art": look.accent})


def minimal(sheet: Sheet) -> Slots:
    """Much ground, a thin rule: nothing that is not said."""
    ink = apart(sheet.look.accent, sheet.look.ground, 3)
    if sheet.wide:
        sheet.draw.rectangle(part(sheet.zone, 0.493, 0.15, 0.5, 0.85), fill=ink)
    else:
        sheet.draw.rectangle(part(sheet.zone, 0.36, 0.408, 0.64, 0.416), fill=ink)
    tall = {
        "brand": (0.07, 0.06, 0.93, 0.23), "name": (0.09, 0.265, 0.91, 0.38), "headline": (0.07, 0.45, 0.93, 0.6),
        "art": (0.15, 0.635, 0.85, 0.84), "detail": (0.1, 0.87, 0.9, 0.955),
    }  # fmt: skip
    return place(sheet, tall, SIDE)


def frame(sheet: Sheet) -> Slots:
    """Paint a double frame with cut corners, as on old labels."""
    look, draw = sheet.look, sheet.draw
    ink = apart(look.deep, look.ground, 3)
    unit = min(sheet.zone[2] - sheet.zone[0], sheet.zone[3] - sheet.zone[1])
    for inset, width in ((0.03, 0.016), (0.065, 0.008)):
        x0, y0, x1, y1 = (v + s * inset * unit for v, s in zip(sheet.zone, (1, 1, -1, -1), strict=True))
        cut = 0.07 * unit
        corners = [
            (x0 + cut, y0), (x1 - cut, y0), (x1, y0 + cut), (x1, y1 - cut),
            (x1 - cut, y1), (x0 + cut, y1), (x0, y1 - cut), (x0, y0 + cut),
        ]  # fmt: skip
        draw.line([*corners, corners[0], corners[1]], fill=ink, width=max(round(width * unit), 2))
    tall = {
        "brand": (0.13, 0.1, 0.87, 0.25), "name": (0.13, 0.28, 0.87, 0.4), "headline": (0.13, 0.46, 0.87, 0.61),
        "art": (0.15, 0.64, 0.85, 0.81), "detail": (0.16, 0.83, 0.84, 0.91),
    }  # fmt: skip
    wide = {
        "brand": (0.06, 0.16, 0.46, 0.52), "name": (0.06, 0.6, 0.46, 0.84), "headline": (0.52, 0.17, 0.77, 0.58),
        "detail": (0.52, 0.66, 0.77, 0.83), "art": (0.79, 0.17, 0.94, 0.83),
    }  # fmt: skip
    if not sheet.wide:
        y = sheet.zone[1] + 0.43 * (sheet.zone[3] - sheet.zone[1])
        x = (sheet.zone[0] + sheet.zone[2]) / 2
        size = 0.022 * unit
        draw.line((*part(sheet.zone, 0.2, 0.43, 0.8, 0.43),), fill=ink, width=2)
        draw.polygon([(x, y - size), (x + 1.6 * size, y), (x, y + size), (x - 1.6 * size, y)], fill=ink)
    return place(sheet, tall, wide)


def column(sheet: Sheet) -> Slots:
    """Paint a column of the accent at the left with the drawing."""
    look = sheet.look
    if sheet.zone[2] - sheet.zone[0] < 0.55 * (sheet.zone[3] - sheet.zone[1]):
        return band(sheet)
    sheet.draw.rectangle(upright(sheet, 0, 0.26), fill=look.accent)
    sheet.draw.rectangle(upright(sheet, 0.26, 0.275), fill=look.deep)
    tall = {
        "art": (0.03, 0.06, 0.23, 0.94), "brand": (0.31, 0.06, 0.96, 0.28), "name": (0.31, 0.33, 0.96, 0.52),
        "headline": (0.31, 0.57, 0.96, 0.79), "detail": (0.31, 0.85, 0.96, 0.94),
    }  # fmt: skip
    wide = {
        "art": (0.02, 0.08, 0.24, 0.92), "brand": (0.3, 0.08, 0.64, 0.5), "name": (0.3, 0.58, 0.64, 0.92),
        "headline": (0.68, 0.1, 0.97, 0.6), "detail": (0.68, 0.7, 0.97, 0.92),
    }  # fmt: skip
    return place(sheet, tall, wide, {"art": look.accent})


def wavy(sheet: Sheet) -> Slots:
    """Paint waves of the accent over the lower half."""
    look = sheet.look
    height = sheet.zone[3] - sheet.zone[1]
    if sheet.wide:
        return split(sheet)
    pale = mix(look.accent, look.ground, 0.55)
    patterns.waves(
        sheet, sheet.zone[1] + 0.56 * height, 0.11 * height, (pale, mix(pale, look.accent, 0.5), look.accent)
    )
    tall = {
        "brand": (0.07, 0.04, 0.93, 0.2), "name": (0.08, 0.22, 0.92, 0.33), "headline": (0.07, 0.37, 0.93, 0.51),
        "art": (0.2, 0.62, 0.8, 0.85), "detail": (0.14, 0.885, 0.86, 0.96),
    }  # fmt: skip
    return place(sheet, tall, SIDE, {"art": look.accent, "detail": look.accent})


def arch(sheet: Sheet) -> Slots:
    """Paint an arched window with the words, the brand above it."""
    look = sheet.look
    if sheet.wide:
        return band(sheet)
    box = part(sheet.zone, 0.07, 0.24, 0.93, 1.04)
    radius = (box[2] - box[0]) / 2
    squeeze = min(radius, 0.3 * (box[3] - box[1]))
    sheet.draw.ellipse((box[0], box[1], box[2], box[1] + 2 * squeeze), fill=look.accent)
    sheet.draw.rectangle((box[0], box[1] + squeeze, box[2], box[3]), fill=look.accent)
    tall = {
        "brand": (0.07, 0.05, 0.93, 0.2), "art": (0.3, 0.28, 0.7, 0.46), "headline": (0.13, 0.49, 0.87, 0.65),
        "name": (0.14, 0.69, 0.86, 0.81), "detail": (0.16, 0.86, 0.84, 0.94),
    }  # fmt: skip
    return place(sheet, tall, SIDE, dict.fromkeys(("art", "headline", "name", "detail"), look.accent))
