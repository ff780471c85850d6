"""Drawing of a brand's logo on any ground."""

from __future__ import annotations

from demo_generator.labels.ink import WHITE, Colour, apart, contrast, ink_on
from demo_generator.labels.sheet import Sheet, stamp
from demo_generator.labels.text import Box, fit, part, write


def draw_logo(sheet: Sheet, box: Box, ground: Colour, align: float = 0.5) -> None:
    """Draw the logo as large as fits in a box; where the emblem would make the word small it is left out."""
    logo = sheet.look.logo
    colour = logo.colour if contrast(logo.colour, ground) > 3.2 else ink_on(ground)
    shape = _shape(logo.shape, box, logo.word)
    if shape in ("pill", "block", "oval"):
        _on_plate(sheet, box, ground, shape, align)
    elif shape == "above":
        stamp(sheet, part(box, 0, 0, 1, 0.42), logo.emblem, ground, colour)
        write(sheet.draw, part(box, 0, 0.48, 1, 1), logo.word, logo.font, colour, most=1)
    elif shape == "beside":
        _beside(sheet, box, ground, colour, align)
    elif shape == "underline":
        left, _, right, bottom = write(sheet.draw, part(box, 0, 0, 1, 0.84), logo.word, logo.font, colour, align=align)
        thick = 0.045 * (box[3] - box[1])
        bar = (left, bottom + thick, right, bottom + 2.4 * thick)
        sheet.draw.rectangle(bar, fill=apart(sheet.look.accent, ground, 2))
    else:
        write(sheet.draw, box, logo.word, logo.font, colour, align=align, most=2)


def _shape(shape: str, box: Box, word: str) -> str:
    ratio = (box[2] - box[0]) / max(box[3] - box[1], 1) / max(len(word), 1)
    if shape == "beside" and ratio < 0.55:
        return "above" if ratio < 0.33 else "plain"
    return "plain" if shape == "above" and ratio > 0.42 else shape


def _beside(sheet: Sheet, box: Box, ground: Colour, colour: Colour, align: float) -> None:
    logo = sheet.look.logo
    width, height = box[2] - box[0], box[3] - box[1]
    setting = fit(logo.word, logo.font, round(0.78 * width, 1), round(height, 1), 1)
    side = min(0.2 * width, 1.25 * setting.height, height)
    left = box[0] + align * (width - setting.width - 1.15 * side)
    middle = (box[1] + box[3]) / 2
    stamp(sheet, (left, middle - side / 2, left + side, middle + side / 2), logo.emblem, ground, colour)
    word = (left + 1.15 * side, box[1], left + 1.15 * side + setting.width + 1, box[3])
    write(sheet.draw, word, logo.word, logo.font, colour, most=1, align=0)


def _on_plate(sheet: Sheet, box: Box, ground: Colour, shape: str, align: float) -> None:
    logo = sheet.look.logo
    plate = logo.colour if contrast(logo.colour, ground) > 1.7 else WHITE
    ink = WHITE if plate != WHITE else logo.colour
    inner = part(box, 0.14, 0.2, 0.86, 0.8) if shape == "oval" else part(box, 0.08, 0.14, 0.92, 0.86)
    setting = fit(logo.word, logo.font, round(inner[2] - inner[0], 1), round(inner[3] - inner[1], 1), 2)
    dx, dy = (inner[0] - box[0]), 0.32 * setting.height if shape != "oval" else 0.55 * setting.height
    left = box[0] + align * (box[2] - box[0] - setting.width - 2 * dx)
    middle = (box[1] + box[3]) / 2
    dy = min(dy, (box[3] - box[1] - setting.height) / 2)
    top, bottom = middle - setting.height / 2 - dy, middle + setting.height / 2 + dy
    outline = (left, top, left + setting.width + 2 * dx, bottom)
    if shape == "oval":
        sheet.draw.ellipse(outline, fill=plate, outline=ink, width=max(int(0.04 * (bottom - top)), 2))
    else:
        radius = (bottom - top) / 2 if shape == "pill" else 0.12 * (bottom - top)
        sheet.draw.rounded_rectangle(outline, radius, fill=plate)
    words = (left + dx, middle - setting.height / 2 - 1, left + dx + setting.width + 1, middle + setting.height / 2 + 1)
    write(sheet.draw, words, logo.word, logo.font, ink, most=2)
