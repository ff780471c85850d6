"""Patterns of a ground: what repeats or radiates, drawn over the whole sheet so that a wrap has no seam."""

from __future__ import annotations

import math

from demo_generator.labels.ink import Colour
from demo_generator.labels.sheet import Sheet
from demo_generator.labels.sketch import star, wave
from demo_generator.labels.text import Box


def rays(sheet: Sheet, x: float, y: float, colour: Colour, count: int = 14) -> None:
    """Fill every other one of the sectors around a point; left mirrors right, so that the edges of a wrap meet."""
    reach = 2 * max(sheet.image.size)
    for k in range(count):
        start, end = math.tau * (k - 0.25) / count, math.tau * (k + 0.25) / count
        corners = [(x + reach * math.cos(a), y + reach * math.sin(a)) for a in (start, end)]
        sheet.draw.polygon([(x, y), *corners], fill=colour)


def stripes(sheet: Sheet, box: Box, colour: Colour, *, upright: bool = True) -> None:
    """Fill a box with stripes; a whole number of them fits its width."""
    length = box[2] - box[0] if upright else box[3] - box[1]
    count = max(round(length / (0.11 * min(sheet.zone[2] - sheet.zone[0], 600))), 3)
    step = length / count
    for k in range(count):
        if upright:
            sheet.draw.rectangle((box[0] + k * step, box[1], box[0] + (k + 0.5) * step, box[3]), fill=colour)
        else:
            sheet.draw.rectangle((box[0], box[1] + k * step, box[2], box[1] + (k + 0.5) * step), fill=colour)


def dots(sheet: Sheet, box: Box, colour: Colour, step: float) -> None:
    """Fill a box with dots in a quincunx."""
    columns = max(round((box[2] - box[0]) / step), 1)
    step = (box[2] - box[0]) / columns
    for row in range(int((box[3] - box[1]) / (step / 2)) + 1):
        for column in range(columns):
            x = box[0] + (column + (0.25 if row % 2 else 0.75)) * step
            y = box[1] + row * step / 2
            sheet.draw.ellipse((x - 0.12 * step, y - 0.12 * step, x + 0.12 * step, y + 0.12 * step), fill=colour)


def waves(sheet: Sheet, top: float, height: float, colours: tuple[Colour, ...]) -> None:
    """Layer waves from a height down to the sheet's bottom, each lower than the last."""
    x0, _, x1, y1 = sheet.full
    width = sheet.zone[2] - sheet.zone[0]
    periods = max(round((x1 - x0) / width), 1)
    length = (x1 - x0) * (periods + 1) / periods
    for k, colour in enumerate(colours):
        shift = x0 - 0.31 * k * width
        line = wave(top + k * 0.55 * height, 0.3 * height, periods + 1, shift, shift + length)
        sheet.draw.polygon([*line, (x1, y1), (x0, y1)], fill=colour)


def grid(sheet: Sheet, box: Box, colour: Colour, step: float) -> None:
    """Draw fine lines across a box."""
    for k in range(int((box[2] - box[0]) / step) + 1):
        sheet.draw.line((box[0] + k * step, box[1], box[0] + k * step, box[3]), fill=colour, width=2)
    for k in range(int((box[3] - box[1]) / step) + 1):
        sheet.draw.line((box[0], box[1] + k * step, box[2], box[1] + k * step), fill=colour, width=2)


def starburst(sheet: Sheet, box: Box, colour: Colour, points: int = 18) -> None:
    """Fill a round seal with a toothed edge."""
    radius = min(box[2] - box[0], box[3] - box[1]) / 2
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sheet.draw.polygon(star(points, radius, 0.9 * radius, x, y), fill=colour)
