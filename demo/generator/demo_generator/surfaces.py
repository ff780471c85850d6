"""Procedural surfaces that goods are photographed on: wood, marble, concrete, tiles, carpet, cloth, painted walls."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from demo_generator.materials import linear, paper, plastic
from demo_generator.products import Colour

_WOODS: tuple[tuple[Colour, Colour], ...] = (
    ((196, 154, 108), (158, 112, 70)),
    ((222, 196, 160), (198, 164, 122)),
    ((120, 78, 50), (82, 50, 32)),
    ((168, 120, 82), (128, 84, 54)),
    ((226, 218, 206), (198, 188, 174)),
    ((92, 70, 58), (66, 48, 40)),
)
_CLOTHS: tuple[Colour, ...] = (
    (236, 232, 224), (214, 204, 190), (198, 206, 214), (176, 190, 176), (222, 196, 194), (120, 132, 150), (96, 92, 92),
    (242, 240, 238), (206, 178, 150), (170, 150, 176), (60, 70, 96), (226, 210, 160),
)  # fmt: skip
_CARPETS: tuple[Colour, ...] = (
    (168, 160, 150), (132, 124, 116), (186, 170, 146), (120, 44, 48), (72, 92, 82), (96, 108, 128), (208, 200, 188),
)  # fmt: skip


def painted(colour: Colour, rng: random.Random) -> Any:
    """A wall or seamless paper, matt or with a slight sheen."""
    return plastic(colour, roughness=rng.uniform(0.6, 0.95))


def wood(rng: random.Random) -> Any:
    """Boards or a veneer with grain along X."""
    light, dark = rng.choice(_WOODS)
    material = plastic(light, roughness=rng.uniform(0.35, 0.6))
    graph = _Graph(material)
    fibres = graph.noise(scale=rng.uniform(1.6, 2.6), detail=4.0, stretch=(0.25, 4.0, 4.0), distortion=0.6, rng=rng)
    graph.colour(graph.ramp(fibres, ((0.3, dark), (0.72, light))))
    if rng.random() < 0.6:
        graph.boards(rng.uniform(0.9, 2.2), dark)
    graph.bump(fibres, strength=0.12)
    return material


def marble(rng: random.Random) -> Any:
    """White, grey or black polished stone with veins."""
    ground, vein = rng.choice(
        (((236, 234, 230), (160, 158, 156)), ((206, 204, 202), (130, 128, 128)), ((46, 46, 50), (150, 148, 146)))
    )
    material = plastic(ground, roughness=rng.uniform(0.12, 0.3))
    graph = _Graph(material)
    cloud = graph.noise(scale=rng.uniform(0.35, 0.6), detail=5.0, distortion=rng.uniform(1.2, 2.2), rng=rng)
    graph.colour(graph.ramp(cloud, ((0.40, ground), (0.485, ground), (0.5, vein), (0.53, ground), (0.7, ground))))
    return material


def concrete(rng: random.Random) -> Any:
    """Grey screed or plaster with stains."""
    grey = rng.randint(120, 196)
    tone = rng.randint(-8, 12)
    ground = (grey + tone, grey, grey - tone)
    material = paper(ground)
    graph = _Graph(material)
    stain = graph.noise(scale=rng.uniform(0.5, 1.0), detail=4.0, rng=rng)
    graph.colour(graph.ramp(stain, ((0.3, _shade(ground, 0.78)), (0.7, _shade(ground, 1.1)))))
    graph.bump(graph.noise(scale=14.0, detail=2.0), strength=0.12)
    return material


def tiles(rng: random.Random) -> Any:
    """Glazed tiles with joints."""
    ground = rng.choice(((238, 238, 236), (210, 222, 224), (186, 200, 190), (226, 214, 196), (150, 164, 178)))
    material = plastic(ground, roughness=rng.uniform(0.12, 0.3))
    graph = _Graph(material)
    graph.bricks(rng.uniform(1.2, 2.6), ground, _shade(ground, 0.72), offset=rng.choice((0.0, 0.0, 0.5)))
    return material


def carpet(rng: random.Random) -> Any:
    """Short pile, mottled."""
    ground = rng.choice(_CARPETS)
    material = paper(ground)
    graph = _Graph(material)
    pile = graph.noise(scale=rng.uniform(14, 22), detail=3.0)
    graph.colour(graph.ramp(pile, ((0.32, _shade(ground, 0.62)), (0.68, _shade(ground, 1.12)))))
    graph.bump(pile, strength=0.9)
    return material


def cloth(rng: random.Random) -> Any:
    """Linen or cotton: plain, striped or checked."""
    ground = rng.choice(_CLOTHS)
    material = paper(ground)
    graph = _Graph(material)
    if rng.random() < 0.35:
        graph.stripes(ground, rng.choice(_CLOTHS), rng.uniform(0.25, 0.8), crossed=rng.random() < 0.5)
    graph.bump(graph.noise(scale=40.0, detail=1.0), strength=0.25)
    return material


#: Surfaces of a table or floor.
FLOORS: dict[str, Callable[[random.Random], Any]] = {
    "wood": wood, "marble": marble, "concrete": concrete, "tiles": tiles, "carpet": carpet, "cloth": cloth,
}  # fmt: skip


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (max(0, min(255, round(value * factor))) for value in colour)
    return red, green, blue


class _Graph:
    """Adds nodes to a material before its Principled shader."""

    def __init__(self, material: Any) -> None:
        self.nodes, self.links = material.node_tree.nodes, material.node_tree.links
        self.shader = self.nodes["Principled BSDF"]
        self.place = self.nodes.new("ShaderNodeTexCoord").outputs["Object"]

    def mapping(self, stretch: tuple[float, float, float], shift: float = 0.0) -> Any:
        """Object coordinates, stretched and shifted."""
        node = self.nodes.new("ShaderNodeMapping")
        node.inputs["Scale"].default_value = stretch
        node.inputs["Location"].default_value = (shift, shift, shift)
        self.links.new(self.place, node.inputs["Vector"])
        return node.outputs["Vector"]

    def noise(
        self,
        *,
        scale: float,
        detail: float,
        stretch: tuple[float, float, float] = (1.0, 1.0, 1.0),
        distortion: float = 0.0,
        rng: random.Random | None = None,
    ) -> Any:
        """Fractal noise 0..1; with `rng` another place of it for every photo."""
        node = self.nodes.new("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = scale
        node.inputs["Detail"].default_value = detail
        node.inputs["Distortion"].default_value = distortion
        self.links.new(self.mapping(stretch, rng.uniform(-40, 40) if rng else 0.0), node.inputs["Vector"])
        return node.outputs["Fac"]

    def ramp(self, value: Any, stops: tuple[tuple[float, Colour], ...]) -> Any:
        """Colours by a value 0..1."""
        node = self.nodes.new("ShaderNodeValToRGB")
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position, element.color = position, linear(colour)
        self.links.new(value, node.inputs["Fac"])
        return node.outputs["Color"]

    def colour(self, value: Any) -> None:
        """Take a value as the surface's colour."""
        self.links.new(value, self.shader.inputs["Base Color"])

    def bump(self, height: Any, *, strength: float) -> None:
        """Take a value as the surface's height."""
        node = self.nodes.new("ShaderNodeBump")
        node.inputs["Strength"].default_value = strength
        node.inputs["Distance"].default_value = 0.03
        self.links.new(height, node.inputs["Height"])
        self.links.new(node.outputs["Normal"], self.shader.inputs["Normal"])

    def bricks(self, width: float, ground: Colour, joint: Colour, *, offset: float) -> None:
        """Tiles of `width` units with joints."""
        node = self.nodes.new("ShaderNodeTexBrick")
        node.offset = offset
        for name, value in (
            ("Color1", linear(ground)),
            ("Color2", linear(_shade(ground, 0.97))),
            ("Mortar", linear(joint)),
        ):
            node.inputs[name].default_value = value
        for name, size in (("Scale", 1.0), ("Mortar Size", 0.03), ("Brick Width", width), ("Row Height", width)):
            node.inputs[name].default_value = size
        self.links.new(self.place, node.inputs["Vector"])
        self.colour(node.outputs["Color"])

    def boards(self, width: float, joint: Colour) -> None:
        """Dark joints every `width` units of Y, over the colour that is there."""
        self._over(self._bands(1, width, 0.985), joint, 0.75)

    def stripes(self, ground: Colour, other: Colour, width: float, *, crossed: bool) -> None:
        """Woven stripes along Y, crossed by others along X."""
        rgb = self.nodes.new("ShaderNodeRGB")
        rgb.outputs[0].default_value = linear(ground)
        self.colour(rgb.outputs[0])
        for axis in (0, 1) if crossed else (0,):
            self._over(self._bands(axis, width, 0.5), other, 0.6)

    def _bands(self, axis: int, width: float, threshold: float) -> Any:
        split = self.nodes.new("ShaderNodeSeparateXYZ")
        self.links.new(self.place, split.inputs[0])
        value = split.outputs[axis]
        for operation, operand in (("DIVIDE", width), ("FRACT", 0.0), ("GREATER_THAN", threshold)):
            node = self.nodes.new("ShaderNodeMath")
            node.operation = operation
            node.inputs[1].default_value = operand
            self.links.new(value, node.inputs[0])
            value = node.outputs[0]
        return value

    def _over(self, mask: Any, colour: Colour, share: float) -> None:
        under = self.shader.inputs["Base Color"].links[0].from_socket
        weight = self.nodes.new("ShaderNodeMath")
        weight.operation = "MULTIPLY"
        weight.inputs[1].default_value = share
        self.links.new(mask, weight.inputs[0])
        mix = self.nodes.new("ShaderNodeMixRGB")
        mix.inputs["Color2"].default_value = linear(colour)
        self.links.new(weight.outputs[0], mix.inputs["Fac"])
        self.links.new(under, mix.inputs["Color1"])
        self.colour(mix.outputs["Color"])
