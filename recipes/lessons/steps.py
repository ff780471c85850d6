"""Draw the three steps of the method, from listings of the demo bundle.

    python -m recipes.lessons.steps

It writes ``streamlit_out/steps/NAME_THEME.svg``: ``represent``, ``retrieve`` and ``decide``, for light and dark pages.
The bars are the first numbers of a photo's and a title's vector, and the dots lie as far off as the photos' distances
say; their directions are drawn by `SEED`.
"""

from __future__ import annotations

import base64
import html
import io
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from product_matching.app.shared.pictures import shown_picture
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.lessons.neighbours import Neighbourhood, find_neighbours

BUNDLE, FOLDER = Path("embeddings/demo"), Path("streamlit_out/steps")
WIDTH, HEIGHT, SEED = 340, 200, 3
#: The query: a listing with this many others of its product.
_OTHERS, _EDGE, _NEAREST = 4, 88, 60


@dataclass(frozen=True)
class Theme:
    """Colours of a page."""

    text: str
    grey: str
    faint: str
    panel: str
    accent: str
    warm: str


THEMES = {
    "light": Theme("#1c2427", "#7b878d", "#c9d1d5", "#f3f5f6", "#0f6e6e", "#c8731c"),
    "dark": Theme("#e8eef0", "#93a0a6", "#3c484f", "#1c2428", "#1f9a96", "#d9822b"),
}


def choose_query(finder: Finder) -> Neighbourhood:
    """The first listing whose nearest listings are all others of its product, and then goods of another kind."""
    labels, kinds = finder.bundle.labels, finder.bundle.listings["kind"].to_numpy()
    sizes = Counter([] if labels is None else labels.tolist())
    for row in range(len(finder.bundle)):
        if labels is not None and sizes[labels[row]] == _OTHERS + 1 and finder.bundle.has_photo[row]:
            near = find_neighbours(finder, row, _NEAREST, "photo")
            if near is None or near.right is None or not near.right[:_OTHERS].all():
                continue
            if (kinds[near.rows[_OTHERS : _OTHERS + 2]] != kinds[row]).all():
                return near
    raise RuntimeError("no listing of the demo has all others of its product nearest")


def photo(bundle: Bundle, row: int, place: tuple[float, float], *, size: float, stroke: str) -> str:
    """A photo of a listing as a square with an edge of the colour `stroke`, `place` being its middle."""
    picture = bundle.thumbnails.get(row) if bundle.thumbnails is not None else None
    with Image.open(io.BytesIO(shown_picture(picture or b""))) as image:
        buffer = io.BytesIO()
        image.convert("RGB").resize((_EDGE, _EDGE), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=80)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    x, y = place[0] - size / 2, place[1] - size / 2
    return (
        f'<image x="{x:.1f}" y="{y:.1f}" width="{size}" height="{size}" href="data:image/jpeg;base64,{data}"/>'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{size}" height="{size}" rx="3" fill="none" stroke="{stroke}" '
        'stroke-width="2.5"/>'
    )


def bars(values: npt.NDArray[np.float64], place: tuple[float, float], height: float, colour: str) -> str:
    """Numbers as bars up and down from a line."""
    largest = float(np.abs(values).max()) or 1.0
    drawn = []
    for number, value in enumerate(values.tolist()):
        length = max(abs(value) / largest * height, 1.0)
        y = place[1] - length if value > 0 else place[1]
        drawn.append(f'<rect x="{place[0] + 6 * number:.1f}" y="{y:.1f}" width="4" height="{length:.1f}" rx="1"/>')
    return f'<g fill="{colour}">{"".join(drawn)}</g>'


def words(text: str, place: tuple[float, float], colour: str, *, size: int = 13, weight: int = 400) -> str:
    """A line of text, `place` being its left end."""
    return (
        f'<text x="{place[0]}" y="{place[1]}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
        f'font-family="Source Sans, system-ui, sans-serif">{html.escape(text)}</text>'
    )


def arrow(x: float, y: float, colour: str) -> str:
    """An arrow to the right."""
    return f'<path d="M {x} {y} h 22 m -7 -6 l 7 6 l -7 6" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def title_lines(title: str, chars: int = 14, most: int = 3) -> list[str]:
    """A title on a few short lines."""
    lines = [""]
    for word in title.split():
        if len(lines[-1]) + len(word) >= chars and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [*lines[: most - 1], lines[most - 1] + " …"] if len(lines) > most else lines


def represent(finder: Finder, around: Neighbourhood, theme: Theme) -> str:
    """A photo and a title, each beside the first numbers of its vector."""
    bundle, query = finder.bundle, finder.listing_query(around.row)
    n = 24
    photo_values = np.asarray(query.photo, dtype=np.float64)[:n] if query.photo is not None else np.zeros(n)
    title_values = np.zeros(n)
    if query.title is not None:
        held = query.title.data[: n // 3].astype(np.float64)
        title_values[1 : 1 + 3 * len(held) : 3] = held
    parts = [
        photo(bundle, around.row, (64, 56), size=84, stroke=theme.accent),
        arrow(132, 56, theme.grey),
        bars(photo_values, (174, 56), 34, theme.accent),
    ]
    parts += [
        words(line, (22, 136 + 16 * number), theme.text, size=12) for number, line in enumerate(title_lines(query.text))
    ]
    return "".join([*parts, arrow(132, 150, theme.grey), bars(title_values, (174, 168), 44, theme.warm)])


def retrieve(finder: Finder, around: Neighbourhood, theme: Theme) -> str:
    """The listing in the middle of a circle, its neighbours as far off as their distances say."""
    generator, middle = np.random.default_rng(SEED), (WIDTH / 2, HEIGHT / 2)
    edge = float(around.distances[_OTHERS - 1] + around.distances[_OTHERS]) / 2
    radius = 78 / edge
    parts = [
        f'<circle cx="{middle[0]}" cy="{middle[1]}" r="78" fill="{theme.accent}" fill-opacity="0.12" '
        f'stroke="{theme.accent}" stroke-width="2" stroke-dasharray="5 4"/>'
    ]
    turn = float(generator.uniform(0, 2 * math.pi))
    for rank in range(len(around.rows) - 1, -1, -1):
        near = rank < _OTHERS
        angle = turn + rank * math.pi / 2 if near else float(generator.uniform(0, 2 * math.pi))
        off = max(float(around.distances[rank]) * radius, 52) if near else 78 + 14 + (rank - _OTHERS) * 1.6
        x, y = middle[0] + off * math.cos(angle), middle[1] - off * math.sin(angle)
        if near:
            parts.append(photo(finder.bundle, int(around.rows[rank]), (x, y), size=34, stroke=theme.accent))
        elif 6 < x < WIDTH - 6 and 6 < y < HEIGHT - 6:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{theme.grey}"/>')
    return "".join([*parts, photo(finder.bundle, around.row, middle, size=46, stroke=theme.text)])


def decide(finder: Finder, around: Neighbourhood, theme: Theme) -> str:
    """Listings from near to far on both sides of a threshold."""
    shown = [*range(_OTHERS), _OTHERS, _OTHERS + 1]
    parts = []
    step = (WIDTH - 32) / len(shown)
    border = 16 + step * _OTHERS
    parts.append(
        f'<rect x="10" y="34" width="{border - 14:.0f}" height="120" rx="10" fill="{theme.accent}" '
        'fill-opacity="0.12"/>'
        f'<path d="M {border:.0f} 22 V 166" stroke="{theme.accent}" stroke-width="2" stroke-dasharray="5 4"/>'
    )
    for place, rank in enumerate(shown):
        x, same = 16 + step * (place + 0.5), rank < _OTHERS
        colour = theme.accent if same else theme.warm
        parts.append(photo(finder.bundle, int(around.rows[rank]), (x, 84), size=44, stroke=colour))
        mark = "l 6 7 l 11 -14" if same else "m 2 -6 l 13 13 m -13 0 l 13 -13"
        parts.append(f'<path d="M {x - 8:.1f} 130 {mark}" fill="none" stroke="{colour}" stroke-width="3.5"/>')
    parts.append(words("same product", (18, 186), theme.accent, weight=600))
    parts.append(words("others", (border + 8, 186), theme.warm, weight=600))
    return "".join(parts)


STEPS: Sequence[Callable[[Finder, Neighbourhood, Theme], str]] = (represent, retrieve, decide)


def main() -> None:
    """Write the pictures."""
    finder = Finder(open_bundle(BUNDLE))
    around = choose_query(finder)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, theme in THEMES.items():
        for step in STEPS:
            svg = (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
                f'height="{HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="{theme.panel}"/>'
                f"{step(finder, around, theme)}</svg>\n"
            )
            (FOLDER / f"{step.__name__}_{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
