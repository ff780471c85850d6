"""The speckled enamel of granite and marble cookware."""

from __future__ import annotations

from typing import Any

from demo_generator.materials import linear, plastic
from demo_generator.products import Colour


def speckled(ground: Colour, flecks: Colour, *, size: float = 16.0) -> Any:
    """Enamel of one colour with flecks of another, `size` of them a unit."""
    material = plastic(ground, roughness=0.4)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    place = nodes.new("ShaderNodeTexCoord")
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = size
    noise.inputs["Detail"].default_value = 2.0
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.57, 0.61
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = linear(ground), linear(flecks)
    links.new(place.outputs["Object"], noise.inputs["Vector"])
    links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    return material
