"""Phone cases, seen from the back: the camera's place depends on the device, the case's make on the line."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from demo_generator.materials import glass, metal, plastic, rubber
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.rounded import Point, circle, decal, prism, rectangle, slab, standing
from demo_generator.shapes.tones import DARK, SILVER, contrast_of, shade

_DEPTH = 0.11
_FRONT = -_DEPTH / 2
#: Of each device: width and height; middle, width, height and corner radius of the camera's plate; its lenses and,
#: last, its flash: place on the plate and radius.
_Camera = tuple[float, float, tuple[float, float, float, float, float], tuple[tuple[float, float, float], ...]]
_DEVICES: dict[str, _Camera] = {
    "Ponsa X1": (
        0.74,
        1.50,
        (-0.20, 0.51, 0.22, 0.42, 0.11),
        ((0, 0.10, 0.078), (0, -0.10, 0.078), (0.17, 0.1, 0.024)),
    ),
    "Ponsa X1 Pro": (
        0.78,
        1.58,
        (-0.16, 0.55, 0.38, 0.40, 0.09),
        ((-0.09, 0.09, 0.075), (-0.09, -0.10, 0.075), (0.09, 0.0, 0.075), (0.12, 0.13, 0.022)),
    ),
    "Ponsa X2": (
        0.76,
        1.56,
        (0.0, 0.58, 0.68, 0.21, 0.10),
        ((-0.22, 0, 0.075), (-0.02, 0, 0.075), (0.16, 0, 0.06), (0.27, 0, 0.022)),
    ),
    "Gadira 5": (
        0.77,
        1.60,
        (0.0, 0.52, 0.46, 0.46, 0.23),
        ((-0.09, 0.09, 0.065), (0.09, 0.09, 0.065), (-0.09, -0.09, 0.065), (0.09, -0.09, 0.065), (0, 0, 0.022)),
    ),
    "Gadira 5S": (
        0.73,
        1.54,
        (0.22, 0.47, 0.20, 0.56, 0.10),
        ((0, 0.18, 0.07), (0, 0.0, 0.07), (0, -0.18, 0.07), (-0.16, 0.2, 0.024)),
    ),
    "Gadira 6": (
        0.75,
        1.52,
        (0.0, 0.55, 0.34, 0.34, 0.10),
        ((-0.07, 0.07, 0.085), (0.07, -0.07, 0.06), (0.1, 0.1, 0.022)),
    ),
}


def build(product: Product, faces: Faces) -> None:
    """Build a phone case that leans back a little."""
    rng = random.Random(product.line_seed)
    feature_styles: dict[str, list[Callable[..., None]]] = {"Clear": [_clear], "Armor": [_armor], "Shock": [_armor]}
    style = rng.choice(feature_styles.get(product.feature, [_plain, _two_tone]))
    device = _DEVICES[product.attributes["device"]]
    with standing(lean=rng.uniform(7, 11)):
        style(product, device, rng)
        _camera(device, _surround(product, rng))
        width, height, (_, middle, _, plate_height, _), _ = device
        top, bottom = middle - plate_height / 2 - 0.05, -height / 2 + 0.10
        print_width = width - 0.14
        picture = faces("print", print_width / (top - bottom), True)
        decal(picture, print_width, top - bottom, at=(0, _FRONT, (top + bottom) / 2))


def _plain(product: Product, device: _Camera, rng: random.Random) -> None:
    """A soft matt or a glossy shell in one colour."""
    skin = rubber(product.body) if product.feature == "Matte" else plastic(product.body, coat=0.5)
    _shell(device, skin, rng.uniform(0.11, 0.16))
    _buttons(device, skin)


def _two_tone(product: Product, device: _Camera, rng: random.Random) -> None:
    """A shell with a frame and buttons in a second colour."""
    frame = rubber(contrast_of(product))
    _shell(device, frame, 0.13)
    slab(device[0] - 0.07, 0.04, device[1] - 0.07, plastic(product.body), at=(0, _FRONT + 0.018, 0), radius=0.10)
    _buttons(device, frame)


def _clear(product: Product, device: _Camera, rng: random.Random) -> None:
    """A clear shell around a phone in the product's colour."""
    width, height = device[:2]
    back = plastic(shade(product.body, 1.12), roughness=0.2, coat=0.6)
    slab(width - 0.07, _DEPTH - 0.012, height - 0.07, back, at=(0, 0.0, 0), radius=0.10)
    clear = glass(shade(product.body, 1.7), roughness=0.08)
    slab(width + 0.02, 0.07, height + 0.02, clear, at=(0, 0.01, 0), radius=0.15, edge=0.03)
    for x in (-1, 1):
        for z in (-1, 1):
            slab(0.15, 0.12, 0.15, clear, at=(x * (width / 2 - 0.055), 0.0, z * (height / 2 - 0.055)), radius=0.06)
    _buttons(device, clear)


def _armor(product: Product, device: _Camera, rng: random.Random) -> None:
    """A rugged shell: dark bumpers at the corners, ribs at the sides."""
    width, height = device[:2]
    bumper = rubber(DARK if sum(product.body) > 260 else shade(contrast_of(product), 0.9))
    _shell(device, plastic(product.body, roughness=0.5), 0.12)
    cut = rng.uniform(0.16, 0.24)
    for x in (-1, 1):
        for z in (-1, 1):
            corner: list[Point] = [(x * 0.03, z * 0.03), (x * 0.03, z * (0.03 - cut)), (x * (0.03 - cut), z * 0.03)]
            outline = corner if x * z < 0 else corner[::-1]
            prism(_soft(outline), _DEPTH + 0.03, bumper, at=(x * width / 2, 0, z * height / 2), edge=0.015)
        for rib in (-0.26, -0.14, -0.02, 0.10):
            slab(0.05, _DEPTH + 0.01, 0.075, bumper, at=(x * (width / 2), 0, rib), radius=0.02, edge=0.01)
    for z in (-1, 1):
        slab(0.26, _DEPTH + 0.015, 0.05, bumper, at=(0, 0, z * height / 2), radius=0.02, edge=0.01)


def _soft(corners: list[Point]) -> list[Point]:
    """Cut the corners of a counter-clockwise polygon."""
    points = []
    for number, (x, z) in enumerate(corners):
        for x0, z0 in (corners[number - 1], corners[(number + 1) % len(corners)]):
            points.append((x + (x0 - x) * 0.18, z + (z0 - z) * 0.18))
    return points


def _shell(device: _Camera, skin: Any, radius: float) -> None:
    slab(device[0], _DEPTH, device[1], skin, radius=radius, edge=0.045)


def _buttons(device: _Camera, skin: Any) -> None:
    for z, length in ((0.30, 0.16), (0.06, 0.12)):
        slab(0.03, 0.04, length, skin, at=(device[0] / 2, 0, z), radius=0.012, edge=0.006)


def _surround(product: Product, rng: random.Random) -> Colour:
    return rng.choice([contrast_of(product), shade(product.body, 0.75), SILVER])


def _camera(device: _Camera, surround: Colour) -> None:
    """The camera's plate inside the case's rim, with lenses and a flash."""
    _, _, (x, z, width, height, radius), (*lenses, flash) = device
    slab(width, 0.05, height, plastic(surround, roughness=0.4), at=(x, _FRONT - 0.01, z), radius=radius, edge=0.018)
    inner = plastic(DARK, roughness=0.15, coat=0.6)
    frame = rectangle(width - 0.045, height - 0.045, radius - 0.02)
    prism(frame, 0.03, inner, at=(x, _FRONT - 0.024, z), edge=0.006)
    ring, lens = metal(SILVER, roughness=0.25), plastic((12, 14, 26), roughness=0.05, coat=1.0)
    for dx, dz, size in lenses:
        prism(circle(size), 0.04, ring, at=(x + dx, _FRONT - 0.04, z + dz), edge=0.008)
        prism(circle(size - 0.016), 0.03, plastic(DARK, roughness=0.2), at=(x + dx, _FRONT - 0.048, z + dz), edge=0.005)
        prism(circle(size * 0.48), 0.03, lens, at=(x + dx, _FRONT - 0.052, z + dz), edge=0.012)
    light, (dx, dz, size) = plastic((250, 246, 226), roughness=0.3), flash
    prism(circle(size, 16), 0.08, light, at=(x + dx, _FRONT - 0.006, z + dz), edge=0.004)
