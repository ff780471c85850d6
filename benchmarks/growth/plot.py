"""A plot of times by size on logarithmic axes, as an SVG of a few kilobytes that reads on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 360, 64, 230, 34, 44
#: Okabe and Ito's colours, which people who see few colours can tell apart.
_COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.t{font-size:14px;font-weight:600}.g{stroke:#8884;stroke-width:1}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}}"
)
_LABEL_GAP = 16


@dataclass(frozen=True)
class Line:
    """One contender.

    Attributes
    ----------
    name
        Its name.
    points
        Sizes and figures.
    slope
        The exponent of its growth; None with one size.
    own
        Whether it is of this project, which is drawn stronger.
    """

    name: str
    points: Sequence[tuple[int, float]]
    slope: float | None
    own: bool


def plot(title: str, unit: str, lines: Sequence[Line], sizes: Sequence[int]) -> str:
    """Draw the lines; each is named at its end, with its exponent."""
    values = [value for line in lines for _, value in line.points] or [1.0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    left, right = math.log10(min(sizes)), max(math.log10(max(sizes)), math.log10(min(sizes)) + 1)

    def x(n: float) -> float:
        return _LEFT + (math.log10(n) - left) / (right - left) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (math.log10(value) - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<text class="t" x="{_LEFT}" y="18">{escape(title)}, {unit}</text>']
    for power in range(low, high + 1):
        height = y(10.0**power)
        parts.append(f'<path class="g" d="M{_LEFT} {height:.1f}H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{10.0**power:,g}</text>')
    for n in sizes:
        parts.append(f'<path class="g" d="M{x(n):.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>')
        parts.append(f'<text x="{x(n):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{n:,}</text>')
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 6}">listings; both axes logarithmic</text>')
    ends = _label_heights([y(line.points[-1][1]) for line in lines])
    for place, (line, height) in enumerate(zip(lines, ends, strict=True)):
        colour, width = _COLOURS[place % len(_COLOURS)], 3 if line.own else 1.5
        way = " ".join(f"{x(n):.1f},{y(value):.1f}" for n, value in line.points)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        parts += [f'<circle cx="{x(n):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>' for n, value in line.points]
        end_x, end_y, label_x = x(line.points[-1][0]), y(line.points[-1][1]), _WIDTH - _RIGHT + 12
        parts.append(
            f'<path d="M{end_x + 4:.1f} {end_y:.1f}L{label_x - 4} {height:.1f}" stroke="{colour}" '
            'stroke-dasharray="1 3" fill="none"/>'
        )
        grows = "" if line.slope is None else f", N^{line.slope:g}"
        parts.append(f'<text x="{label_x}" y="{height + 4:.1f}">{escape(line.name)}{grows}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><style>{_STYLE}</style>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _label_heights(wanted: Sequence[float]) -> list[float]:
    """Heights near those that are wanted, far enough from one another."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    heights = list(wanted)
    for before, here in pairwise(order):
        heights[here] = max(heights[here], heights[before] + _LABEL_GAP)
    beyond = max((heights[place] for place in order), default=0.0) - (_HEIGHT - _BOTTOM)
    return [height - max(0.0, beyond) for height in heights]
