"""Text that fills a box: broken into lines, as large as fits, never beyond the box."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from PIL import ImageDraw

from demo_generator.labels.fonts import font
from demo_generator.labels.ink import Colour

#: Left, top, right, bottom in pixels.
Box = tuple[float, float, float, float]
_REFERENCE = 200


@dataclass(frozen=True)
class Setting:
    """Lines of a text, their size in pixels, and each line's ink around its origin: left, top, right, bottom."""

    lines: tuple[str, ...]
    size: int
    extents: tuple[tuple[float, float, float, float], ...]
    pitch: float

    @property
    def height(self) -> float:
        """Height of the ink of all lines."""
        return -self.extents[0][1] + (len(self.lines) - 1) * self.pitch + self.extents[-1][3]

    @property
    def width(self) -> float:
        """Width of the widest line's ink."""
        return max(right - left for left, _, right, _ in self.extents)


def part(box: Box, left: float, top: float, right: float, bottom: float) -> Box:
    """Part of a box by fractions of its width and height."""
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    return x0 + left * width, y0 + top * height, x0 + right * width, y0 + bottom * height


@lru_cache(maxsize=8192)
def _extent(line: str, name: str) -> tuple[float, float, float, float]:
    left, top, right, bottom = font(name, _REFERENCE).getbbox(line, anchor="ls")
    return left, top, right, bottom


def _breaks(text: str, most: int) -> list[tuple[str, ...]]:
    words = text.split()
    ways = []
    for lines in range(1, min(most, len(words)) + 1):
        for cuts in combinations(range(1, len(words)), lines - 1):
            edges = [0, *cuts, len(words)]
            ways.append(tuple(" ".join(words[a:b]) for a, b in pairwise(edges)))
    return ways


def _scale(lines: tuple[str, ...], name: str, width: float, height: float) -> float:
    extents = [_extent(line, name) for line in lines]
    widest = max(right - left for left, _, right, _ in extents)
    tall = -extents[0][1] + (len(lines) - 1) * _pitch(lines, name) + extents[-1][3]
    return min(width / max(widest, 1), height / max(tall, 1))


def _pitch(lines: tuple[str, ...], name: str) -> float:
    """Baseline distance at the reference size: no line's ink touches the next one's."""
    extents = [_extent(line, name) for line in lines]
    needed = [above[3] - below[1] for above, below in pairwise(extents)]
    return max([*needed, 0.0]) + 0.16 * _REFERENCE


@lru_cache(maxsize=4096)
def fit(text: str, name: str, width: float, height: float, most: int = 3, largest: float = 1e9) -> Setting:
    """Set a text as large as its box allows, over the number of lines (at most `most`) that makes it largest."""
    scales = [(_scale(lines, name, width, height), -len(lines), lines) for lines in _breaks(text, most)]
    scale, _, lines = max(scales)
    size = max(int(min(scale * _REFERENCE, largest)), 5)
    factor = size / _REFERENCE
    extents = tuple(
        (left * factor, top * factor, right * factor, bottom * factor)
        for left, top, right, bottom in (_extent(line, name) for line in lines)
    )
    return Setting(lines, size, extents, _pitch(lines, name) * factor)


def write(
    draw: ImageDraw.ImageDraw,
    box: Box,
    text: str,
    name: str,
    fill: Colour,
    *,
    align: float = 0.5,
    valign: float = 0.5,
    most: int = 3,
    largest: float = 1e9,
) -> Box:
    """Write a text as large as fits its box (align, valign: 0..1 from left, top); return the box of its ink."""
    width, height = box[2] - box[0], box[3] - box[1]
    setting = fit(text, name, round(width, 1), round(height, 1), most, round(largest, 1))
    top = box[1] + valign * (height - setting.height)
    baseline = top - setting.extents[0][1]
    for line, (left, _, right, _) in zip(setting.lines, setting.extents, strict=True):
        x = box[0] + align * (width - (right - left)) - left
        draw.text((x, baseline), line, fill, font(name, setting.size), anchor="ls")
        baseline += setting.pitch
    x0 = box[0] + align * (width - setting.width)
    return x0, top, x0 + setting.width, top + setting.height
