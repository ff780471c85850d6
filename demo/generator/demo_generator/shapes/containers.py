"""What bottles, jars and cups have in common: their size, their labels, ribbed caps and tinted walls."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from demo_generator import materials
from demo_generator.products import Colour, Product
from demo_generator.shapes import Faces
from demo_generator.shapes.meshes import add_mesh, lathe, patch, patch_aspect
from demo_generator.shapes.outlines import ROUND, Array, Section, rounded

_RIBS = 40


def size_scale(product: Product, usual: float) -> float:
    """Scale of a thing by its size attribute against the usual one (ml or g): a little more than the cube root."""
    found = re.fullmatch(r"([\d.]+) (ml|l|g|kg)", product.attributes.get("size", ""))
    if not found:
        return 1.0
    amount = float(found[1]) * (1000 if found[2] in ("l", "kg") else 1)
    return float((amount / usual) ** 0.4)


def part_of(profile: Array, low: float, high: float) -> Array:
    """The part of a profile (radius, height), rising in height, between two heights."""
    heights = profile[:, 1]
    inner = heights[(heights > low) & (heights < high)]
    wanted = np.concatenate([[low], inner, [high]])
    return np.column_stack([np.interp(wanted, heights, profile[:, 0]), wanted])


def add_labels(
    faces: Faces,
    profile: Array,
    angle: float,
    *,
    section: Section = ROUND,
    back: bool = True,
    roughness: float = 0.4,
    coat: float = 0.2,
) -> None:
    """Paper labels on a body: "front" and, if wanted, "back", each `angle` degrees wide, as high as `profile`."""
    aspect = patch_aspect(profile, angle, section)
    for face, behind in (("front", False), ("back", True))[: 2 if back else 1]:
        surface = materials.printed(faces(face, aspect, False), roughness=roughness, coat=coat)
        patch(f"label {face}", profile, angle, surface, back=behind, section=section)


def add_print(
    faces: Faces, face: str, profile: Array, angle: float, *, section: Section = ROUND, roughness: float = 0.4
) -> None:
    """A print on the body's own colour, such as "print" or "plate", in front."""
    aspect = patch_aspect(profile, angle, section)
    surface = materials.printed(faces(face, aspect, True), roughness=roughness)
    patch(face, profile, angle, surface, section=section, lift=0.003)


def band(name: str, radius: float, low: float, high: float, material: Any, *, edge: float = 0.012) -> Any:
    """A closed round disc or ring from one height to another, with rounded edges."""
    return lathe(name, rounded([(0, low), (radius, low), (radius, high), (0, high)], edge), material)


def ribbed_cap(name: str, radius: float, low: float, high: float, material: Any, *, depth: float = 0.04) -> Any:
    """A screw cap with upright grooves (their depth is a share of the radius) and a rounded, smooth top."""
    edge = min(0.03, 0.25 * (high - low))
    profile = np.array([(0.9, low), (1.0, low), (1.0, high - edge), (0.97, high - 0.3 * edge), (0.93, high), (0, high)])
    profile[:, 0] *= radius
    count = 2 * _RIBS
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    groove = 1.0 - depth * (np.arange(count) % 2)
    rings = []
    for number, (half_width, height) in enumerate(profile[:-1]):
        out = half_width * (groove if number in (1, 2) else 1.0 - depth)
        rings.append(np.column_stack([out * np.cos(turn), out * np.sin(turn), np.full(count, height)]))
    quads = [
        (ring + step, ring + (step + 1) % count, ring + count + (step + 1) % count, ring + count + step)
        for ring in range(0, count * (len(rings) - 1), count)
        for step in range(count)
    ]
    top = tuple(range(count * (len(rings) - 1), count * len(rings)))
    return add_mesh(name, np.concatenate(rings), [*quads, top], material)


def tinted(colour: Colour, *, clear: float = 0.15, roughness: float = 0.05) -> Any:
    """Tinted glass or gel of a solid body: a share of `clear` of the light passes; a large one shows grain."""
    surface = materials.glass(colour, roughness=roughness)
    surface.node_tree.nodes["Principled BSDF"].inputs["Transmission Weight"].default_value = clear
    surface.node_tree.nodes["Principled BSDF"].inputs["Coat Weight"].default_value = 0.5
    return surface


def fitting_colour(product: Product, choice: int) -> Colour:
    """Colour of caps and pumps: white, near black, the accent, or the body's own."""
    return ((242, 242, 240), (30, 30, 32), product.accent, product.body)[choice % 4]
