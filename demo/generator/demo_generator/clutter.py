"""Small things that lie about a seller's table: plants, books, stones, cups, boxes, leaves, ribbons, pens, balls."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from demo_generator import materials
from demo_generator.colours import RGB
from demo_generator.products import Colour
from demo_generator.stage import add_mesh

_GREENS: tuple[Colour, ...] = ((70, 112, 62), (104, 138, 84), (58, 92, 74), (128, 146, 110))
_EARTHS: tuple[Colour, ...] = ((196, 184, 170), (150, 140, 130), (224, 216, 204), (96, 92, 90))


def add_clutter(low: np.ndarray, high: np.ndarray, rng: random.Random) -> None:
    """Put one to four things beside and behind the goods, whose bounding box is `low` to `high`."""
    size = float(np.linalg.norm(high - low)) / 2
    taken: list[tuple[float, float, float]] = []
    for _ in range(rng.choice((1, 2, 2, 3, 4))):
        radius = size * rng.uniform(0.28, 0.52)
        for _ in range(8):
            x, y = _place(low, high, radius, rng)
            if all(math.hypot(x - other, y - beyond) > radius + reach for other, beyond, reach in taken):
                taken.append((x, y, radius))
                rng.choice(_THINGS)(np.array((x, y, 0.0)), radius, rng)
                break


def _place(low: np.ndarray, high: np.ndarray, radius: float, rng: random.Random) -> tuple[float, float]:
    """A place for something of `radius`: to one side of the goods' back half, or behind them."""
    width = high[0] - low[0]
    middle = (low[0] + high[0]) / 2
    if rng.random() < 0.6:
        away = width / 2 + radius * rng.uniform(1.1, 1.8)
        return middle + rng.choice((-1, 1)) * away, rng.uniform((low[1] + high[1]) / 2, high[1] + radius)
    side = rng.choice((-1, 1)) * (width / 2 + radius * rng.uniform(-0.2, 1.5))
    return middle + side, high[1] + radius * rng.uniform(1.2, 3.0)


def _plant(place: np.ndarray, radius: float, rng: random.Random) -> None:
    height = radius * rng.uniform(0.8, 1.2)
    pot = materials.plastic(rng.choice((*_EARTHS, (190, 112, 78), (240, 238, 234))), roughness=0.7)
    _lathe(place, [(0, 0), (0.42 * radius, 0), (0.6 * radius, height), (0.52 * radius, height), (0, 0.9 * height)], pot)
    green = materials.plastic(rng.choice(_GREENS), roughness=0.5)
    for number in range(rng.randint(9, 16)):
        angle = 2.4 * number + rng.uniform(-0.3, 0.3)
        _leaf(place + (0, 0, height * 0.9), angle, rng.uniform(0.35, 1.25), radius * rng.uniform(0.9, 1.4), green)


def _leaves(place: np.ndarray, radius: float, rng: random.Random) -> None:
    """A sprig that lies flat."""
    green = materials.plastic(rng.choice((*_GREENS, (188, 150, 96), (206, 170, 160))), roughness=0.55)
    for number in range(rng.randint(3, 7)):
        _leaf(place + (0, 0, 0.02 + 0.01 * number), 1.1 * number, rng.uniform(0.08, 0.2), radius * 1.1, green)


def _leaf(root: np.ndarray, angle: float, rise: float, length: float, material: Any) -> None:
    """A pointed leaf that bends down towards its tip."""
    forward = np.array((math.cos(angle), math.sin(angle), 0.0))
    side = np.array((-forward[1], forward[0], 0.0))
    vertices: list[np.ndarray] = []
    for step in range(6):
        share = step / 5
        height = math.sin(rise) * share * (1.25 - 0.5 * share)
        spine = root + length * (forward * share * math.cos(rise) + np.array((0, 0, height)))
        half = 0.2 * length * math.sin(math.pi * min(share * 0.9 + 0.08, 1.0))
        vertices += [spine - half * side, spine - (0, 0, 0.15 * half), spine + half * side]
    faces = [
        (3 * row + column, 3 * row + column + 1, 3 * row + column + 4, 3 * row + column + 3)
        for row in range(5)
        for column in (0, 1)
    ]
    add_mesh("leaf", np.array(vertices), faces, material, smooth=True)


def _books(place: np.ndarray, radius: float, rng: random.Random) -> None:
    """One to three books in a heap."""
    top = 0.0
    for _ in range(rng.randint(1, 3)):
        thick, turn = radius * rng.uniform(0.16, 0.34), rng.uniform(-0.5, 0.5)
        half = (radius * rng.uniform(0.55, 0.75), radius * rng.uniform(0.75, 0.95))
        cover = materials.plastic(_colour(rng), roughness=0.6)
        pages = materials.paper((236, 230, 216))
        _box(place + (0, 0, top + 0.09 * thick), (half[0] * 0.97, half[1] * 0.97, thick * 0.82), turn, pages)
        _box(place + (0, 0, top), (*half, thick * 0.09), turn, cover)
        _box(place + (0, 0, top + thick * 0.91), (*half, thick * 0.09), turn, cover)
        spine = place + (-half[0] * math.cos(turn), -half[0] * math.sin(turn), top)
        _box(spine, (thick * 0.06, half[1], thick), turn, cover)
        top += thick


def _boxes(place: np.ndarray, radius: float, rng: random.Random) -> None:
    """A gift box with a ribbon."""
    half, height, turn = radius * rng.uniform(0.5, 0.7), radius * rng.uniform(0.5, 1.1), rng.uniform(-0.7, 0.7)
    _box(place, (half, half, height), turn, materials.paper(_colour(rng)))
    ribbon = materials.plastic(_colour(rng), roughness=0.3)
    _box(place, (half * 1.01, half * 0.12, height * 1.01), turn, ribbon)
    _box(place, (half * 0.12, half * 1.01, height * 1.01), turn, ribbon)


def _stones(place: np.ndarray, radius: float, rng: random.Random) -> None:
    for _ in range(rng.randint(2, 4)):
        size = radius * rng.uniform(0.25, 0.5)
        beside = np.array((rng.uniform(-1, 1), rng.uniform(-0.6, 0.6), 0.0)) * radius * 0.6
        flat = rng.uniform(0.45, 0.7)
        _ball(place + beside, size, flat, materials.paper(rng.choice(_EARTHS)))


def _balls(place: np.ndarray, radius: float, rng: random.Random) -> None:
    """Glossy ornaments."""
    for _ in range(rng.randint(1, 3)):
        beside = np.array((rng.uniform(-1, 1), rng.uniform(-0.5, 0.5), 0.0)) * radius * 0.7
        shine = materials.metal if rng.random() < 0.4 else materials.plastic
        _ball(place + beside, radius * rng.uniform(0.22, 0.42), 1.0, shine(_colour(rng), roughness=0.2))


def _cup(place: np.ndarray, radius: float, rng: random.Random) -> None:
    """A cup without a handle, on a saucer."""
    size, height = radius * 0.5, radius * rng.uniform(0.7, 1.1)
    china = materials.plastic(rng.choice(((240, 238, 232), *_EARTHS, _colour(rng))), roughness=0.25)
    _lathe(place, [(0, 0.02), (1.5 * size, 0.08 * size), (1.5 * size, 0.14 * size), (0, 0.06)], china)
    wall = [(0, 0.06), (0.6 * size, 0.06), (0.95 * size, height), (0.88 * size, height), (0.85 * size, height * 0.8)]
    _lathe(place, wall, china)
    _lathe(place, [(0.86 * size, height * 0.85), (0, height * 0.85)], materials.plastic((70, 40, 24), roughness=0.1))


def _candle(place: np.ndarray, radius: float, rng: random.Random) -> None:
    size, height = radius * rng.uniform(0.3, 0.5), radius * rng.uniform(0.6, 1.4)
    wax = materials.plastic(rng.choice(((240, 230, 210), _colour(rng))), roughness=0.5)
    _lathe(
        place,
        [(0, 0), (size, 0), (size, height), (0.85 * size, height), (0.6 * size, 0.94 * height), (0, 0.93 * height)],
        wax,
    )
    _lathe(
        place,
        [(0.03 * size, 0.9 * height), (0.03 * size, 1.1 * height), (0, 1.1 * height)],
        materials.paper((40, 34, 30)),
    )


def _pens(place: np.ndarray, radius: float, rng: random.Random) -> None:
    """Pens that lie side by side."""
    turn = rng.uniform(-1.2, 1.2)
    across = np.array((math.cos(turn), math.sin(turn), 0.0))
    for number in range(rng.randint(1, 3)):
        centre = place + across * (number - 1) * radius * 0.22
        _box(
            centre,
            (0.045 * radius + 0.02, 0.85 * radius, 0.09 * radius + 0.03),
            turn + rng.uniform(-0.1, 0.1),
            materials.plastic(_colour(rng)),
        )


def _napkin(place: np.ndarray, radius: float, rng: random.Random) -> None:
    """A crumpled cloth."""
    steps = 24
    axis = np.linspace(-1, 1, steps)
    x, y = np.meshgrid(axis, axis)
    waves = [
        np.sin(rng.uniform(2, 6) * x + rng.uniform(2, 6) * y * rng.choice((-1, 1)) + rng.uniform(0, 6))
        for _ in range(4)
    ]
    height = (np.mean(waves, axis=0) * 0.22 + 0.2) * np.clip(1.3 - np.hypot(x, y), 0.05, 1)
    turn = rng.uniform(0, math.pi)
    cloud = np.stack(
        [x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn), height], axis=-1
    )
    corner = np.arange(steps * (steps - 1)).reshape(steps - 1, steps)[:, :-1].ravel()
    faces = np.stack([corner, corner + 1, corner + steps + 1, corner + steps], axis=-1)
    add_mesh(
        "napkin",
        cloud.reshape(-1, 3) * radius * 0.9 + place,
        faces.tolist(),
        materials.paper(_colour(rng)),
        smooth=True,
    )


_THINGS: tuple[Callable[[np.ndarray, float, random.Random], None], ...] = (
    _plant, _plant, _leaves, _books, _boxes, _stones, _balls, _cup, _candle, _pens, _napkin,
)  # fmt: skip


def _colour(rng: random.Random) -> Colour:
    """A colour of the list, softened towards grey so that clutter does not shout."""
    red, green, blue = rng.choice([*RGB.values()])
    grey = (red + green + blue) / 3
    return round(0.7 * red + 0.3 * grey), round(0.7 * green + 0.3 * grey), round(0.7 * blue + 0.3 * grey)


def _box(place: np.ndarray, half: Sequence[float], turn: float, material: Any) -> None:
    """A box that stands on `place`: half of its width and depth, its height, turned about Z."""
    corners = [(x * half[0], y * half[1], z * half[2]) for z in (0, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    spin = np.array(((math.cos(turn), -math.sin(turn), 0), (math.sin(turn), math.cos(turn), 0), (0, 0, 1)))
    faces = [(3, 2, 1, 0), (4, 5, 6, 7), *((side, (side + 1) % 4, 4 + (side + 1) % 4, 4 + side) for side in range(4))]
    add_mesh("box", np.array(corners) @ spin.T + place, faces, material)


def _ball(place: np.ndarray, radius: float, flat: float, material: Any) -> None:
    """An ellipsoid that rests on `place`, `flat` times as high as wide."""
    angles = np.linspace(0, math.pi, 13)
    _lathe(
        place,
        [(radius * math.sin(angle), flat * radius * (1 - math.cos(angle))) for angle in angles],
        material,
        smooth=True,
    )


def _lathe(
    place: np.ndarray, profile: Sequence[tuple[float, float]], material: Any, *, smooth: bool = False, count: int = 28
) -> None:
    """A body of revolution over a profile of (radius, z)."""
    angles = np.linspace(0, 2 * math.pi, count, endpoint=False)
    vertices = [place + (r * math.cos(angle), r * math.sin(angle), z) for r, z in profile for angle in angles]
    faces = [
        (
            row * count + here,
            row * count + (here + 1) % count,
            (row + 1) * count + (here + 1) % count,
            (row + 1) * count + here,
        )
        for row in range(len(profile) - 1)
        for here in range(count)
    ]
    add_mesh("lathe", np.array(vertices), faces, material, smooth=smooth)
