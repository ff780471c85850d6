"""The light of a photo: a room's soft light and the lamps, windows and flashes that a seller has."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy
from mathutils import Vector

#: Linear RGB.
Tint = tuple[float, float, float]
_WHITE: Tint = (1.0, 1.0, 1.0)
_WARM: Tint = (1.0, 0.8, 0.58)
_COOL: Tint = (0.92, 0.96, 1.0)


@dataclass(frozen=True)
class Subject:
    """Where the light is aimed at: middle of the goods, and their radius in units of 10 cm."""

    middle: tuple[float, float, float]
    radius: float


@dataclass(frozen=True)
class Look:
    """How a seller develops the photo.

    Attributes
    ----------
    kelvin, tint
        White balance; 6500 and 10 leave the colours as they are.
    brightness, metered
        What the brightest parts of the picture come to, 0..255, and the share of its pixels that are darker.
    contrast
        Name of the contrast curve in Blender's colour management.
    blown
        Share of the goods' part of the picture that may be blown out.
    """

    kelvin: float
    tint: float
    brightness: float
    contrast: str
    blown: float = 0.2
    metered: float = 0.95


def add_light(subject: Subject, rng: random.Random) -> Look:
    """Light the scene in one of the sellers' styles; return how the photo is developed."""
    setup = rng.choices([setup for setup, _ in _SETUPS], [weight for _, weight in _SETUPS])[0]
    setup(subject, rng)
    careful = rng.random() < 0.55
    return Look(
        kelvin=6500 + rng.uniform(-150, 150) if careful else 6500 + rng.uniform(-900, 900),
        tint=10 + (0.0 if careful else rng.uniform(-7, 7)),
        brightness=rng.uniform(228, 252) if careful else rng.uniform(196, 254),
        contrast=rng.choice(("None", "None", "Medium High Contrast", "Medium Low Contrast", "High Contrast")),
    )


def _window(subject: Subject, rng: random.Random) -> None:
    """A window with daylight to one side, somewhat behind or before the goods."""
    side = rng.choice((-1, 1))
    _area(
        subject, (side * rng.uniform(35, 80), rng.uniform(20, 50)), size=rng.uniform(2.5, 4.5), strength=2.4, tint=_COOL
    )
    _ambient(rng.uniform(0.35, 0.7), rng)


def _ring_light(subject: Subject, rng: random.Random) -> None:
    """A large lamp about the lens: few shadows."""
    _area(subject, (rng.uniform(-8, 8), rng.uniform(28, 45)), size=2.2, strength=2.0, tint=_WHITE, disk=True)
    _ambient(rng.uniform(0.45, 0.8), rng)


def _softboxes(subject: Subject, rng: random.Random) -> None:
    """Two softboxes, one of them the brighter, and some light from above."""
    share = rng.uniform(0.3, 0.7)
    for side, part in ((-1, share), (1, 1 - share)):
        direction = (side * rng.uniform(35, 60), rng.uniform(25, 50))
        _area(subject, direction, size=rng.uniform(1.7, 2.7), strength=2.4 * part, tint=_WHITE)
    _ambient(rng.uniform(0.3, 0.6), rng)


def _warm_lamp(subject: Subject, rng: random.Random) -> None:
    """A bulb at home in the evening."""
    _area(subject, (rng.choice((-1, 1)) * rng.uniform(20, 60), rng.uniform(40, 65)), size=0.9, strength=2.0, tint=_WARM)
    _ambient(rng.uniform(0.35, 0.6), rng, tint=(1.0, 0.9, 0.78))


def _flash(subject: Subject, rng: random.Random) -> None:
    """A phone's flash beside its lens: hard shadows close to the goods."""
    _area(
        subject,
        (rng.uniform(-7, 7), rng.uniform(22, 34)),
        size=0.12,
        strength=2.0,
        tint=_WHITE,
        distance=6.0,
        disk=True,
    )
    _ambient(rng.uniform(0.35, 0.7), rng)


def _overcast(subject: Subject, rng: random.Random) -> None:
    """Light from the whole sky, a little more from above."""
    _area(subject, (rng.uniform(-30, 30), rng.uniform(60, 80)), size=4.0, strength=1.3, tint=_COOL, distance=5.0)
    _ambient(rng.uniform(1.3, 1.8), rng, tint=_COOL)


_SETUPS: tuple[tuple[Callable[[Subject, random.Random], None], float], ...] = (
    (_window, 0.27),
    (_softboxes, 0.25),
    (_ring_light, 0.14),
    (_overcast, 0.14),
    (_warm_lamp, 0.1),
    (_flash, 0.1),
)


def _area(
    subject: Subject,
    direction: tuple[float, float],
    *,
    size: float,
    strength: float,
    tint: Tint,
    distance: float = 6.0,
    disk: bool = False,
) -> Any:
    """A lamp: `direction` is azimuth (0 from the front, positive from the right) and elevation in degrees.

    `size` and `distance` are in radii of the goods; `strength` is the irradiance at the goods where 3.1 turns
    a white wall into a white picture.
    """
    azimuth, elevation = (math.radians(angle) for angle in direction)
    away = Vector(
        (math.sin(azimuth) * math.cos(elevation), -math.cos(azimuth) * math.cos(elevation), math.sin(elevation))
    )
    lamp = bpy.data.lights.new("lamp", "AREA")
    lamp.shape = "DISK" if disk else "SQUARE"
    lamp.size = size * subject.radius
    lamp.energy = strength * math.pi * (distance * subject.radius) ** 2
    lamp.color = tint
    body = bpy.data.objects.new("lamp", lamp)
    body.location = Vector(subject.middle) + away * distance * subject.radius
    body.rotation_euler = away.to_track_quat("Z", "Y").to_euler()
    body.visible_camera = False
    bpy.context.scene.collection.objects.link(body)
    return body


def _ambient(strength: float, rng: random.Random, *, tint: Tint = _WHITE) -> None:
    """The room's own light: brighter from above than from below, which glossy things show."""
    world = bpy.data.worlds.new("room")
    world.use_nodes = True
    world.cycles.sampling_method = "NONE"
    bpy.context.scene.world = world
    nodes, links = world.node_tree.nodes, world.node_tree.links
    ground = nodes["Background"]
    ramp = nodes.new("ShaderNodeValToRGB")
    low = rng.uniform(0.25, 0.6)
    ramp.color_ramp.elements[0].color = (low * tint[0], low * tint[1], low * tint[2], 1.0)
    ramp.color_ramp.elements[1].color = (*tint, 1.0)
    place, split, scale = (nodes.new(f"ShaderNode{kind}") for kind in ("TexCoord", "SeparateXYZ", "MapRange"))
    scale.inputs["From Min"].default_value = -1.0
    links.new(place.outputs["Generated"], split.inputs["Vector"])
    links.new(split.outputs["Z"], scale.inputs["Value"])
    links.new(scale.outputs["Result"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], ground.inputs["Color"])
    ground.inputs["Strength"].default_value = strength / math.pi * 1.2
