"""Labels that go around a cylinder once."""

from __future__ import annotations

import random

from demo_generator.labels.backs import barcode, small_print, table
from demo_generator.labels.fronts import draw_front
from demo_generator.labels.ink import ink_on, mix
from demo_generator.labels.sheet import Sheet
from demo_generator.labels.text import part


def draw_wrap(sheet: Sheet) -> None:
    """Draw the front where it is wholly visible, small print and barcode at the outer parts."""
    draw_front(sheet.inside(part(sheet.full, 0.35, 0, 0.65, 1)))
    if sheet.image.mode == "RGBA":
        return
    ground = sheet.look.ground
    paper = mix(ground, (255, 255, 252), 0.85)
    rng = random.Random(f"wrap {sheet.look.seed}")
    left, right = part(sheet.full, 0.03, 0.1, 0.28, 0.9), part(sheet.full, 0.72, 0.1, 0.97, 0.9)
    for panel in (left, right):
        sheet.draw.rounded_rectangle(panel, 10, fill=paper)
    small_print(sheet, part(left, 0.07, 0.05, 0.93, 0.95), ink_on(paper), rng)
    table(sheet, part(right, 0.06, 0.06, 0.94, 0.5), paper)
    barcode(sheet, part(right, 0.06, 0.58, 0.94, 0.94))
