"""Templates of a front by name."""

from __future__ import annotations

from collections.abc import Callable

from demo_generator.labels import calm, loud
from demo_generator.labels.places import Slots
from demo_generator.labels.sheet import Sheet

TEMPLATES: dict[str, Callable[[Sheet], Slots]] = {
    "band": calm.band, "circle": calm.circle, "split": calm.split, "minimal": calm.minimal, "frame": calm.frame,
    "column": calm.column, "wave": calm.wavy, "arch": calm.arch, "stripes": loud.stripes, "badge": loud.badge,
    "picture": loud.picture, "burst": loud.burst, "tech": loud.tech,
}  # fmt: skip
