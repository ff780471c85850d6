"""Food pouches: pillow bags, stand-up pouches and side-gusset bags."""

from __future__ import annotations

import random

import numpy as np

from demo_generator.materials import plastic, printed
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shapes.soft import Surface, from_behind, raised, sheet

#: Height in units (10 cm) by the weight printed on it.
_HEIGHTS = {"70 g": 1.75, "150 g": 2.1, "250 g": 2.45, "500 g": 2.9}
_SEAL = 0.07
_COLUMNS = np.linspace(0.0, 1.0, 37)
_ZIP = 0.85
_BELLY_ROWS = np.linspace(_SEAL, 1 - _SEAL, 33)
_FINE_ROWS = [np.linspace(start, stop, 13) for start, stop in ((0, _SEAL), (1 - _SEAL, 1), (_ZIP - 0.02, _ZIP + 0.02))]
_ROWS = np.unique(np.concatenate([_BELLY_ROWS, *_FINE_ROWS]))


def build(product: Product, faces: Faces) -> None:
    """Add the product: snacks in a pillow bag or pouch, the rest in pouches or side-gusset bags."""
    rng = random.Random(product.line_seed)
    height = _HEIGHTS[product.attributes["size"]]
    width = height * rng.uniform(0.64, 0.78)
    designs = {"Snack Chips": (_pillow, _pillow, _stand_up), "Ground Coffee": (_gusset, _gusset, _stand_up)}
    design = rng.choice(designs.get(product.noun, (_stand_up, _labelled, _labelled, _gusset)))
    design(product, faces, width, height, rng)


def _pillow(product: Product, faces: Faces, width: float, height: float, rng: random.Random) -> None:
    depth = width * rng.uniform(0.2, 0.26)
    _two_sides(product, faces, _wrinkled(_pillow_side(width, height, depth), rng, both=True), width, height, _SEAL)


def _pillow_side(width: float, height: float, depth: float) -> Surface:
    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        inner = np.clip((v - _SEAL) / (1 - 2 * _SEAL), 0, 1)
        belly = np.sin(np.pi * inner) ** 0.55
        x = (u - 0.5) * width * (1 - 0.09 * belly)
        y = -depth * belly * np.sin(np.pi * u) ** 0.62 - 0.006
        return np.stack([x, y, v * height], axis=1)

    return surface


def _stand_up(product: Product, faces: Faces, width: float, height: float, rng: random.Random) -> None:
    depth = width * rng.uniform(0.24, 0.3)
    _two_sides(product, faces, _wrinkled(_stand_up_side(width, height, depth), rng), width, height)


def _labelled(product: Product, faces: Faces, width: float, height: float, rng: random.Random) -> None:
    """A plain pouch in the body's colour with a paper label on its belly."""
    width *= 1.08
    side = _wrinkled(_stand_up_side(width, height, width * rng.uniform(0.24, 0.3)), rng)
    foil = plastic(product.body, roughness=rng.choice((0.35, 0.6)))
    sheet(side, foil, us=_COLUMNS, vs=_ROWS)
    sheet(from_behind(side), foil, us=_COLUMNS, vs=_ROWS)
    us, vs = np.linspace(0.12, 0.88, 25), np.linspace(0.14, 0.68, 25)
    aspect = width * np.ptp(us) / (height * np.ptp(vs))
    sheet(raised(side, 0.012), printed(faces("front", aspect, False), roughness=0.6), us=us, vs=vs, name="label")


def _stand_up_side(width: float, height: float, depth: float) -> Surface:
    """The front of a pouch: flat top and side seals, a deep oval foot, and the ridges of the zip below the seal."""

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        inner = np.clip(v / (1 - _SEAL), 0, 1)
        belly = (1 - inner**1.7) ** 0.9 * (1 + 0.35 * np.sin(np.pi * inner) ** 2)
        lens = np.sin(np.pi * np.clip((u - 0.03) / 0.94, 0, 1)) ** 0.75
        x = (u - 0.5) * width * (1 - 0.05 * np.sin(np.pi * inner))
        sag = 0.03 * height * (1 - lens) * np.exp(-((v / 0.12) ** 2))
        ridge = 0.016 * np.exp(-(((np.abs(v - _ZIP) - 0.008) / 0.004) ** 2))
        return np.stack([x, -depth * belly * lens - 0.006 - ridge, v * height + sag], axis=1)

    return surface


def _gusset(product: Product, faces: Faces, width: float, height: float, rng: random.Random) -> None:
    """A coffee bag: a block with folded-in sides, pinched to a seal at the top."""
    width, depth = width * 0.86, width * rng.uniform(0.4, 0.5)

    def reach(v: np.ndarray) -> np.ndarray:
        pinch = np.clip((v - 0.62) / (1 - _SEAL - 0.62), 0, 1)
        return depth / 2 * (1 - pinch * pinch * (3 - 2 * pinch)) + 0.008

    def front(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        bulge = 0.09 * depth * np.sin(np.pi * u) * np.sin(np.pi * np.clip(v / 0.9, 0, 1))
        return np.stack([(u - 0.5) * width, -reach(v) - bulge, v * height], axis=1)

    def fold(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        inward = (0.03 + 0.16 * v) * depth * (1 - np.abs(2 * u - 1)) + 0.08 * depth * v * np.sin(np.pi * u)
        return np.stack([width / 2 - inward, (2 * u - 1) * reach(v), v * height], axis=1)

    def bottom(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return np.stack([(u - 0.5) * width, (2 * v - 1) * reach(np.zeros_like(v)), np.full_like(v, 0.002)], axis=1)

    _two_sides(product, faces, _wrinkled(front, rng, strength=0.5), width, height)
    foil = plastic(product.label, roughness=0.35, coat=0.3)
    for side in (fold, lambda u, v: fold(1 - u, v) * np.array([-1, 1, 1])):
        sheet(side, foil, us=_COLUMNS[::2], vs=_ROWS, name="gusset")
    sheet(bottom, foil, us=_COLUMNS[::2], vs=_ROWS[::2], name="bottom")


def _two_sides(product: Product, faces: Faces, side: Surface, width: float, height: float, low: float = 0.0) -> None:
    """Print front and back between the seals (from `low` upwards), and leave the seals plain."""
    roughness, coat = random.Random(product.line_seed).choice(((0.28, 0.5), (0.5, 0.0)))
    seal = plastic(product.accent, roughness=roughness, coat=coat)
    high = 1 - _SEAL
    aspect = width / (height * (high - low))
    for face, surface in (("front", side), ("back", from_behind(side))):
        picture = printed(faces(face, aspect, False), roughness=roughness, coat=coat)
        sheet(surface, picture, us=_COLUMNS, vs=_rows(low, high), name=face)
        sheet(surface, seal, us=_COLUMNS, vs=_rows(high, 1.0), name="seal")
        if low > 0:
            sheet(surface, seal, us=_COLUMNS, vs=_rows(0.0, low), name="seal")


def _rows(low: float, high: float) -> np.ndarray:
    inside = _ROWS[(low + 1e-6 < _ROWS) & (high - 1e-6 > _ROWS)]
    return np.concatenate([[low], inside, [high]])


def _wrinkled(side: Surface, rng: random.Random, *, both: bool = False, strength: float = 1.0) -> Surface:
    """Add creases that run out from the seals, and the ribs of the crimp itself."""
    waves = [(rng.uniform(5, 13), rng.uniform(0, 6.28), rng.uniform(0.008, 0.02) * strength) for _ in range(4)]
    ends = (0.0, 1.0) if both else (1.0,)

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        points = side(u, v).copy()
        for end in ends:
            away = np.abs(v - end)
            fade = np.clip((away - _SEAL) / 0.05, 0, 1) * np.exp(-(((away - _SEAL) / 0.17) ** 2))
            for count, phase, size in waves:
                points[:, 1] += fade * size * np.sin(count * np.pi * u + phase + 6 * v) * np.sin(np.pi * u)
            points[:, 1] -= np.where(away < _SEAL, 0.008 * (1 - np.cos(away / _SEAL * 8 * np.pi)), 0.0)
        return points

    return surface
