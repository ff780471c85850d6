"""The front of a label or box: a template with the product's words in its places."""

from __future__ import annotations

from tools.demo_catalogue.labels.ink import Colour, apart, contrast, ink_on
from tools.demo_catalogue.labels.logo import draw_logo
from tools.demo_catalogue.labels.sheet import Sheet, details, headline, stamp, subject
from tools.demo_catalogue.labels.templates import TEMPLATES, minimal
from tools.demo_catalogue.labels.text import Box, write


def draw_front(sheet: Sheet) -> None:
    """Draw the front into the sheet's zone, its ground over the whole sheet."""
    transparent = sheet.image.mode == "RGBA"
    slots = minimal(sheet) if transparent else TEMPLATES[sheet.look.template](sheet)
    if "art" in slots:
        box, ground = slots["art"]
        stamp(sheet, box, subject(sheet.product), ground, rim=sheet.look.branch in ("food", "home"))
    align = 0.0 if sheet.look.template in ("tech", "column") and not transparent else 0.5
    draw_logo(sheet, *slots["brand"], align)
    _name(sheet, *slots["name"], align)
    _headline(sheet, *slots["headline"], align)
    _detail(sheet, *slots["detail"], align)


def _name(sheet: Sheet, box: Box, ground: Colour, align: float) -> None:
    name = sheet.product.name
    text = name.upper() if sheet.look.capitals else name
    write(sheet.draw, box, text, sheet.look.name_font, ink_on(ground), align=align)


def _headline(sheet: Sheet, box: Box, ground: Colour, align: float) -> None:
    look = sheet.look
    colour = apart(look.accent, ground, 4.5) if contrast(look.accent, ground) > 2 else ink_on(ground)
    text = headline(sheet.product)
    name = look.name_font if look.name_font not in ("serif_text",) else "serif"
    write(
        sheet.draw,
        box,
        text.upper() if look.capitals and text[-1].isalpha() and not text[0].isdigit() else text,
        name,
        colour,
        align=align,
    )


def _detail(sheet: Sheet, box: Box, ground: Colour, align: float) -> None:
    text = " · ".join(details(sheet.product)) or sheet.product.noun_id
    write(sheet.draw, box, text, sheet.look.text_font, ink_on(ground), align=align, most=2)
