"""Templates of a front: each paints the ground and gives the places of logo, name, attributes and drawing."""

from __future__ import annotations

from collections.abc import Callable

from tools.demo_catalogue.labels import patterns
from tools.demo_catalogue.labels.ink import WHITE, Colour, apart, contrast, ink_on, mix
from tools.demo_catalogue.labels.sheet import Sheet
from tools.demo_catalogue.labels.text import Box, part

#: Place and its ground, by what stands there: brand, name, headline, detail, art.
Slots = dict[str, tuple[Box, Colour]]
_Places = dict[str, tuple[float, float, float, float]]
_STACK: _Places = {
    "brand": (0.07, 0.05, 0.93, 0.24), "name": (0.08, 0.27, 0.92, 0.41), "headline": (0.07, 0.47, 0.93, 0.64),
    "art": (0.1, 0.68, 0.9, 0.86), "detail": (0.12, 0.885, 0.88, 0.955),
}  # fmt: skip
_SIDE: _Places = {
    "brand": (0.03, 0.08, 0.46, 0.5), "name": (0.03, 0.58, 0.46, 0.92), "headline": (0.53, 0.12, 0.8, 0.58),
    "art": (0.82, 0.1, 0.98, 0.9), "detail": (0.53, 0.68, 0.8, 0.9),
}  # fmt: skip


def _slots(sheet: Sheet, tall: _Places, wide: _Places, grounds: dict[str, Colour] | None = None) -> Slots:
    places = wide if sheet.wide else tall
    grounds = grounds or {}
    return {name: (part(sheet.zone, *place), grounds.get(name, sheet.look.ground)) for name, place in places.items()}


def _across(sheet: Sheet, top: float, bottom: float) -> Box:
    height = sheet.full[3] - sheet.full[1]
    return sheet.full[0], sheet.full[1] + top * height, sheet.full[2], sheet.full[1] + bottom * height


def _column(sheet: Sheet, left: float, right: float) -> Box:
    return part(sheet.zone, left, 0, right, 1)


def band(sheet: Sheet) -> Slots:
    """Paint a broad band of the accent behind the headline."""
    look = sheet.look
    box = _column(sheet, 0.5, 0.83) if sheet.wide else _across(sheet, 0.44, 0.67)
    sheet.draw.rectangle(box, fill=look.accent)
    edge = 0.012 * sheet.full[3]
    if not sheet.wide:
        for y in (box[1] - 2.5 * edge, box[3] + 1.5 * edge):
            sheet.draw.rectangle((box[0], y, box[2], y + edge), fill=look.deep)
    return _slots(sheet, _STACK, _SIDE, {"headline": look.accent, **({"detail": look.accent} if sheet.wide else {})})


def circle(sheet: Sheet) -> Slots:
    """Paint a large disc with drawing and headline in it."""
    look = sheet.look
    tall = {
        "brand": (0.07, 0.04, 0.93, 0.2), "name": (0.08, 0.215, 0.92, 0.315), "art": (0.3, 0.36, 0.7, 0.56),
        "headline": (0.14, 0.58, 0.86, 0.72), "detail": (0.1, 0.87, 0.9, 0.96),
    }  # fmt: skip
    if not sheet.wide:
        width, height = sheet.zone[2] - sheet.zone[0], sheet.zone[3] - sheet.zone[1]
        rx, ry = 0.49 * width, min(0.245 * height, 0.75 * width)
        x, y = (sheet.zone[0] + sheet.zone[2]) / 2, sheet.zone[1] + 0.59 * height
        sheet.draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=look.accent)
        sheet.draw.ellipse(
            (x - 0.94 * rx, y - 0.94 * ry, x + 0.94 * rx, y + 0.94 * ry), outline=ink_on(look.accent), width=3
        )
        return _slots(sheet, tall, _SIDE, {"art": look.accent, "headline": look.accent})
    sheet.draw.ellipse(part(sheet.zone, 0.79, -0.1, 1.05, 1.1), fill=look.accent)
    return _slots(sheet, tall, _SIDE, {"art": look.accent})


def split(sheet: Sheet) -> Slots:
    """Paint a slanted lower part in the accent."""
    look, zone, full = sheet.look, sheet.zone, sheet.full
    height = zone[3] - zone[1]
    if sheet.wide:
        x = zone[0] + 0.5 * (zone[2] - zone[0])
        sheet.draw.polygon(
            [(x + 0.1 * height, 0), (full[2], 0), (full[2], full[3]), (x - 0.1 * height, full[3])], fill=look.accent
        )
        return _slots(sheet, _STACK, _SIDE, {"headline": look.accent, "detail": look.accent, "art": look.accent})
    high, low = zone[1] + 0.38 * height, zone[1] + 0.5 * height
    ends = [(full[0], (high + low) / 2), (zone[0], low), (zone[2], high), (full[2], (high + low) / 2)]
    for shift, colour in ((-0.035 * height, look.deep), (0.0, look.accent)):
        sheet.draw.polygon([*((x, y + shift) for x, y in ends), (full[2], full[3]), (full[0], full[3])], fill=colour)
    tall = {
        "brand": (0.07, 0.04, 0.93, 0.2), "name": (0.07, 0.22, 0.8, 0.34), "headline": (0.07, 0.53, 0.93, 0.69),
        "art": (0.1, 0.71, 0.9, 0.88), "detail": (0.12, 0.895, 0.88, 0.965),
    }  # fmt: skip
    return _slots(sheet, tall, _SIDE, {"headline": look.accent, "detail": look.accent, "art": look.accent})


def minimal(sheet: Sheet) -> Slots:
    """Much ground, a thin rule: nothing that is not said."""
    ink = apart(sheet.look.accent, sheet.look.ground, 3)
    if sheet.wide:
        sheet.draw.rectangle(part(sheet.zone, 0.493, 0.15, 0.5, 0.85), fill=ink)
    else:
        sheet.draw.rectangle(part(sheet.zone, 0.36, 0.428, 0.64, 0.436), fill=ink)
    tall = {
        "brand": (0.08, 0.08, 0.92, 0.25), "name": (0.1, 0.29, 0.9, 0.4), "headline": (0.08, 0.47, 0.92, 0.62),
        "art": (0.3, 0.66, 0.7, 0.83), "detail": (0.14, 0.865, 0.86, 0.94),
    }  # fmt: skip
    return _slots(sheet, tall, _SIDE)


def frame(sheet: Sheet) -> Slots:
    """Paint a double frame with cut corners, as on old labels."""
    look, draw = sheet.look, sheet.draw
    ink = apart(look.deep, look.ground, 3)
    unit = min(sheet.zone[2] - sheet.zone[0], sheet.zone[3] - sheet.zone[1])
    for inset, width in ((0.03, 0.016), (0.065, 0.008)):
        x0, y0, x1, y1 = (v + s * inset * unit for v, s in zip(sheet.zone, (1, 1, -1, -1), strict=True))
        cut = 0.07 * unit
        corners = [(x0 + cut, y0), (x1 - cut, y0), (x1, y0 + cut), (x1, y1 - cut), (x1 - cut, y1), (x0 + cut, y1), (x0, y1 - cut), (x0, y0 + cut)]  # fmt: skip
        draw.line([*corners, corners[0], corners[1]], fill=ink, width=max(round(width * unit), 2))
    tall = {
        "brand": (0.13, 0.1, 0.87, 0.25), "name": (0.13, 0.28, 0.87, 0.4), "headline": (0.13, 0.46, 0.87, 0.61),
        "art": (0.2, 0.65, 0.8, 0.81), "detail": (0.16, 0.84, 0.84, 0.905),
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
    return _slots(sheet, tall, wide)


def stripes(sheet: Sheet) -> Slots:
    """Paint stripes behind a plain panel."""
    look = sheet.look
    patterns.stripes(sheet, sheet.full, look.accent, upright=look.seed % 2 == 0)
    panel = WHITE if contrast(WHITE, look.accent) > 2 else look.deep
    unit = min(sheet.zone[2] - sheet.zone[0], sheet.zone[3] - sheet.zone[1])
    box = part(sheet.zone, 0.03, 0.12, 0.97, 0.88) if sheet.wide else part(sheet.zone, 0.06, 0.08, 0.94, 0.92)
    sheet.draw.rounded_rectangle(box, 0.06 * unit, fill=panel)
    inner = sheet.inside(part(box, 0.02, 0.02, 0.98, 0.98))
    places = {name: panel for name in _STACK}
    return _slots(inner, _STACK, _SIDE, places)


def badge(sheet: Sheet) -> Slots:
    """Paint dots and a toothed seal with the headline."""
    look = sheet.look
    patterns.dots(sheet, sheet.full, mix(look.ground, look.accent, 0.3), 0.11 * sheet.full[3])
    tall = {
        "brand": (0.06, 0.04, 0.94, 0.22), "name": (0.06, 0.24, 0.94, 0.37), "headline": (0.2, 0.5, 0.8, 0.68),
        "art": (0.3, 0.77, 0.7, 0.88), "detail": (0.12, 0.9, 0.88, 0.965),
    }  # fmt: skip
    wide = {
        "brand": (0.03, 0.06, 0.46, 0.5), "name": (0.03, 0.56, 0.46, 0.94), "headline": (0.56, 0.26, 0.77, 0.74),
        "art": (0.84, 0.06, 0.99, 0.58), "detail": (0.84, 0.64, 0.99, 0.92),
    }  # fmt: skip
    seal = part(sheet.zone, 0.47, -0.04, 0.85, 1.04) if sheet.wide else part(sheet.zone, 0.02, 0.4, 0.98, 0.76)
    patterns.starburst(sheet, seal, look.deep)
    patterns.starburst(sheet, part(seal, 0.04, 0.04, 0.96, 0.96), look.accent)
    slots = _slots(sheet, tall, wide, {"headline": look.accent})
    radius = min(seal[2] - seal[0], seal[3] - seal[1]) / 2
    x, y = (seal[0] + seal[2]) / 2, (seal[1] + seal[3]) / 2
    slots["headline"] = ((x - 0.72 * radius, y - 0.42 * radius, x + 0.72 * radius, y + 0.42 * radius), look.accent)
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
    slots = _slots(sheet, tall, wide, {"art": shade, "headline": look.deep})
    x0, y0, x1, y1 = slots["art"][0]
    radius = 0.62 * min(x1 - x0, y1 - y0)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    sheet.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)
    ribbon = part(sheet.zone, 0.35, 0.66, 0.74, 0.94) if sheet.wide else _across(sheet, 0.715, 0.875)
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
    wide = {**_SIDE, "headline": (0.52, 0.16, 0.76, 0.54)}
    slots = _slots(sheet, tall, wide, {"headline": WHITE})
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
        return _slots(sheet, tall, wide, {"art": look.accent})
    sheet.draw.rectangle(_across(sheet, 0.86, 1.0), fill=look.accent)
    sheet.draw.rectangle(part(zone, 0.07, 0.655, 0.3, 0.664), fill=look.accent)
    return _slots(sheet, tall, wide, {"detail": look.accent})


def column(sheet: Sheet) -> Slots:
    """Paint a column of the accent at the left with the drawing."""
    look = sheet.look
    if sheet.zone[2] - sheet.zone[0] < 0.55 * (sheet.zone[3] - sheet.zone[1]):
        return band(sheet)
    sheet.draw.rectangle(_column(sheet, 0, 0.26), fill=look.accent)
    sheet.draw.rectangle(_column(sheet, 0.26, 0.275), fill=look.deep)
    tall = {
        "art": (0.03, 0.06, 0.23, 0.94), "brand": (0.31, 0.06, 0.96, 0.28), "name": (0.31, 0.33, 0.96, 0.52),
        "headline": (0.31, 0.57, 0.96, 0.79), "detail": (0.31, 0.85, 0.96, 0.94),
    }  # fmt: skip
    wide = {
        "art": (0.02, 0.08, 0.24, 0.92), "brand": (0.3, 0.08, 0.64, 0.5), "name": (0.3, 0.58, 0.64, 0.92),
        "headline": (0.68, 0.1, 0.97, 0.6), "detail": (0.68, 0.7, 0.97, 0.92),
    }  # fmt: skip
    return _slots(sheet, tall, wide, {"art": look.accent})


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
    return _slots(sheet, tall, _SIDE, {"art": look.accent, "detail": look.accent})


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
    return _slots(sheet, tall, _SIDE, dict.fromkeys(("art", "headline", "name", "detail"), look.accent))


TEMPLATES: dict[str, Callable[[Sheet], Slots]] = {
    "band": band, "circle": circle, "split": split, "minimal": minimal, "frame": frame, "stripes": stripes,
    "badge": badge, "picture": picture, "burst": burst, "tech": tech, "column": column, "wave": wavy, "arch": arch,
}  # fmt: skip
