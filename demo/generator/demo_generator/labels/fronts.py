"""The front of a label or box: a template with the product's words in its places."""

from __future__ import annotations

from demo_generator.labels.calm import minimal
from demo_generator.labels.flavours import FLAVOURS
from demo_generator.labels.goods import GOODS
from demo_generator.labels.ink import DARK, WHITE, Colour, apart, contrast, ink_on, mix
from demo_generator.labels.logo import draw_logo
from demo_generator.labels.sheet import Sheet, details, headline, stamp, subject
from demo_generator.labels.templates import TEMPLATES
from demo_generator.labels.text import Box, write

#: The heavy cut of a font for what must be read from afar.
_BOLD = {
    "sans_text": "sans", "serif_text": "serif", "roboto_text": "roboto", "wide_text": "wide",
}  # fmt: skip


def draw_front(sheet: Sheet) -> None:
    """Draw the front into the sheet's zone, its ground over the whole sheet."""
    transparent = sheet.image.mode == "RGBA"
    slots = minimal(sheet) if transparent else TEMPLATES[sheet.look.template](sheet)
    if "art" in slots:
        box, ground = slots["art"]
        _art(sheet, box, ground)
    align = 0.0 if not transparent and _ragged(sheet) else 0.5
    draw_logo(sheet, *slots["brand"], align)
    _name(sheet, *slots["name"], align)
    _headline(sheet, *slots["headline"], align)
    _detail(sheet, *slots["detail"], align)


def _ragged(sheet: Sheet) -> bool:
    """Whether the words begin at the left edge of their places instead of standing in the middle."""
    narrow = sheet.zone[2] - sheet.zone[0] < 0.55 * (sheet.zone[3] - sheet.zone[1])
    return sheet.look.template == "tech" or (sheet.look.template == "column" and not narrow)


def _art(sheet: Sheet, box: Box, ground: Colour) -> None:
    """Put the drawing: of food three in a row where there is room, of things in the thing's own colour."""
    name, rim = subject(sheet.product), sheet.look.branch in ("food", "home")
    width, height = box[2] - box[0], box[3] - box[1]
    if name in FLAVOURS and sheet.look.branch == "food" and width > 1.7 * height:
        middle, step = (box[0] + box[2]) / 2, min(0.72 * height, 0.32 * width)
        for side in (-1, 1):
            x, reach = middle + side * step, 0.33 * height
            stamp(sheet, (x - reach, box[3] - 2.1 * reach, x + reach, box[3] - 0.1 * reach), name, ground, rim=rim)
    if name in FLAVOURS and height > 2.4 * width:
        middle, reach = (box[1] + box[3]) / 2, 0.35 * width
        for side in (-1, 1):
            y = middle + side * 1.05 * width
            stamp(sheet, (box[0], y - reach, box[2], y + reach), name, ground, rim=rim)
    shown = sheet.product.body if name in GOODS else sheet.product.accent
    bare = name in GOODS or not rim
    if bare and sheet.image.mode == "RGB" and contrast(shown, ground) < 1.5:
        box, ground = _disc(sheet, box, shown)
    colour = sheet.product.body if sheet.image.mode == "RGB" else None
    stamp(sheet, box, name, ground, colour, rim=rim)


def _disc(sheet: Sheet, box: Box, shown: Colour) -> tuple[Box, Colour]:
    """Put a disc behind a drawing that would not show on the ground; return the drawing's place and ground."""
    disc = WHITE if contrast(WHITE, shown) > 1.4 else mix(DARK, sheet.look.accent, 0.25)
    radius, x, y = min(box[2] - box[0], box[3] - box[1]) / 2, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sheet.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=disc)
    inner = 0.66 * radius
    return (x - inner, y - inner, x + inner, y + inner), disc


def _name(sheet: Sheet, box: Box, ground: Colour, align: float) -> None:
    name = sheet.product.name
    text = name.upper() if sheet.look.capitals else name
    write(sheet.draw, box, text, sheet.look.name_font, ink_on(ground), align=align)


def _headline(sheet: Sheet, box: Box, ground: Colour, align: float) -> None:
    look, text = sheet.look, headline(sheet.product)
    colour = apart(look.accent, ground, 7) if contrast(look.accent, ground) > 2.6 else ink_on(ground)
    text = text.upper() if look.capitals and text.replace(" ", "").isalpha() else text
    write(sheet.draw, box, text, _BOLD.get(look.name_font, look.name_font), colour, align=align)


def _detail(sheet: Sheet, box: Box, ground: Colour, align: float) -> None:
    text = " · ".join(details(sheet.product)) or sheet.product.noun_id
    write(sheet.draw, box, text, _BOLD[sheet.look.text_font], ink_on(ground), align=align, most=2)
