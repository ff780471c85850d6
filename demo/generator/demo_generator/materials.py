"""Surfaces of the rendered things, as Cycles materials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from demo_generator.products import Colour


def linear(colour: Colour) -> tuple[float, float, float, float]:
    """An sRGB colour (0..255) as linear RGBA."""

    def channel(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = colour
    return channel(red), channel(green), channel(blue), 1.0


def plastic(colour: Colour, *, roughness: float = 0.35, coat: float = 0.0, soft: float = 0.0) -> Any:
    """Opaque plastic, lacquer or ceramic; `coat` adds a clear gloss, `soft` lets light into it."""
    settings = {"Roughness": roughness, "Coat Weight": coat, "Coat Roughness": 0.08, "Subsurface Weight": soft}
    return _principled("plastic", colour, settings)


def glass(colour: Colour, *, roughness: float = 0.02, ior: float = 1.45) -> Any:
    """Clear or tinted glass, or transparent plastic; use thin walls or solid bodies."""
    return _principled("glass", colour, {"Transmission Weight": 1.0, "Roughness": roughness, "IOR": ior})


def metal(colour: Colour, *, roughness: float = 0.3) -> Any:
    """Bare or tinted metal."""
    return _principled("metal", colour, {"Metallic": 1.0, "Roughness": roughness})


def paper(colour: Colour) -> Any:
    """Uncoated paper or cardboard."""
    return _principled("paper", colour, {"Roughness": 0.85, "Specular IOR Level": 0.2})


def rubber(colour: Colour) -> Any:
    """Matt rubber, foam or leatherette."""
    return _principled("rubber", colour, {"Roughness": 0.75, "Specular IOR Level": 0.3})


def fabric(colour: Colour, *, weave: float = 60.0) -> Any:
    """Woven cloth: a fine bump of `weave` threads a unit, and a slight sheen."""
    material = _principled("fabric", colour, {"Roughness": 0.95, "Sheen Weight": 0.3, "Specular IOR Level": 0.1})
    nodes, links = material.node_tree.nodes, material.node_tree.links
    wave = nodes.new("ShaderNodeTexNoise")
    wave.inputs["Scale"].default_value = weave
    wave.inputs["Detail"].default_value = 3.0
    place = nodes.new("ShaderNodeTexCoord")
    bump = nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = 0.35
    bump.inputs["Distance"].default_value = 0.02
    links.new(place.outputs["Object"], wave.inputs["Vector"])
    links.new(wave.outputs["Fac"], bump.inputs["Height"])
    links.new(bump.outputs["Normal"], nodes["Principled BSDF"].inputs["Normal"])
    return material


def glowing(colour: Colour, *, strength: float = 4.0) -> Any:
    """A lamp's shade or a small light."""
    settings = {"Emission Color": linear(colour), "Emission Strength": strength, "Roughness": 0.6}
    return _principled("glowing", colour, settings)


def printed(
    picture: Path, *, ground: Colour | None = None, roughness: float = 0.45, coat: float = 0.0, metallic: float = 0.0
) -> Any:
    """A surface that shows a picture by its UV map.

    With `ground`, the picture is printed on that colour; without, its transparent parts are holes (a decal).
    """
    settings = {"Roughness": roughness, "Coat Weight": coat, "Metallic": metallic}
    material = _principled("printed", (255, 255, 255), settings)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load(str(picture), check_existing=True)
    texture.extension = "EXTEND"
    shader = nodes["Principled BSDF"]
    if ground is None:
        links.new(texture.outputs["Color"], shader.inputs["Base Color"])
        links.new(texture.outputs["Alpha"], shader.inputs["Alpha"])
        return material
    mix = nodes.new("ShaderNodeMixRGB")
    mix.inputs["Color1"].default_value = linear(ground)
    links.new(texture.outputs["Alpha"], mix.inputs["Fac"])
    links.new(texture.outputs["Color"], mix.inputs["Color2"])
    links.new(mix.outputs["Color"], shader.inputs["Base Color"])
    return material


def _principled(name: str, colour: Colour, settings: dict[str, Any]) -> Any:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(colour)
    for key, value in settings.items():
        shader.inputs[key].default_value = value
    return material
