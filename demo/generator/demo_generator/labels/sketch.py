"""A pen for little drawings on a square of 100 x 100 units, drawn large and reduced so that edges are smooth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

from demo_generator.labels.ink import Colour

Point = tuple[float, float]
_SCALE = 4.0


class Pen:
    """Draws shapes in units 0..100 on a transparent picture.

    `colour` is the colour of drawings that take the product's colour, `paper` what shows through them.
    """

    def __init__(self, colour: Colour, paper: Colour) -> None:
        self.colour, self.paper = colour, paper
        self.image = Image.new("RGBA", (int(100 * _SCALE),) * 2, (*colour, 0))
        self._draw = ImageDraw.Draw(self.image)

    def poly(self, points: Sequence[Point], fill: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour, angle: float = 0.0) -> None:
        """Fill an ellipse, turned by an angle in degrees."""
        turn = math.radians(angle)
        points = []
        for step in range(48):
            a, b = rx * math.cos(step * math.tau / 48), ry * math.sin(step * math.tau / 48)
            points.append((x + a * math.cos(turn) - b * math.sin(turn), y + a * math.sin(turn) + b * math.cos(turn)))
        self.poly(points, fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """Fill a circle."""
        self.oval(x, y, radius, radius, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: Colour) -> None:
        """Draw a circle's line; the radius is that of its outer edge."""
        box = [(v + s * radius) * _SCALE for s in (-1, 1) for v in (x, y)]
        self._draw.ellipse(box, outline=fill, width=int(width * _SCALE))

    def arc(self, box: tuple[float, float, float, float], start: float, end: float, fill: Colour, width: float) -> None:
        """Draw an arc from one angle to another in degrees, clockwise from the right."""
        self._draw.arc([v * _SCALE for v in box], start, end, fill=fill, width=int(width * _SCALE))

    def pie(self, box: tuple[float, float, float, float], start: float, end: float, fill: Colour) -> None:
        """Fill a sector."""
        self._draw.pieslice([v * _SCALE for v in box], start, end, fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: Colour) -> None:
        """Draw a line with round joints and ends."""
        scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._draw.line(scaled, fill=fill, width=int(width * _SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, fill)

    def bar(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, radius: float = 0.0) -> None:
        """Fill a rectangle with rounded corners."""
        box = [v * _SCALE for v in (x0, y0, x1, y1)]
        self._draw.rounded_rectangle(box, radius * _SCALE, fill=fill)

    def leaf(self, x: float, y: float, angle: float, length: float, width: float, fill: Colour) -> None:
        """Fill a leaf that begins at a point and grows in a direction (degrees, 0 is right, -90 is up)."""
        turn = math.radians(angle)
        points = []
        for step in range(25):
            along = step / 24
            points.append((along * length, width / 2 * math.sin(math.pi * along**0.8)))
        outline = [*points, *((a, -b) for a, b in reversed(points))]
        cos, sin = math.cos(turn), math.sin(turn)
        self.poly([(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in outline], fill)


Drawing = Callable[[Pen], None]


def around(
    count: int, radius: float, x: float = 50, y: float = 50, start: float = -90
) -> list[tuple[float, float, float]]:
    """Points on a circle with their direction in degrees."""
    made = []
    for step in range(count):
        angle = start + 360 * step / count
        made.append((x + radius * math.cos(math.radians(angle)), y + radius * math.sin(math.radians(angle)), angle))
    return made


def star(points: int, outer: float, inner: float, x: float = 50, y: float = 50) -> list[Point]:
    """Outline of a star."""
    corners = around(2 * points, 1, 0, 0)
    return [
        (x + a * (inner if k % 2 else outer), y + b * (inner if k % 2 else outer))
        for k, (a, b, _) in enumerate(corners)
    ]


def wave(y: float, height: float, periods: float, x0: float = 0, x1: float = 100) -> list[Point]:
    """Points of a wave from left to right."""
    return [
        (x0 + (x1 - x0) * k / 60, y + height * math.sin(math.tau * periods * k / 60)) for k in range(61)
    ]  # fmt: skip
