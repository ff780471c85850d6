"""The printed faces of a product by name."""

from __future__ import annotations

from PIL import Image

from demo_generator.labels.backs import draw_back, draw_side
from demo_generator.labels.covers import draw_cover
from demo_generator.labels.fronts import draw_front
from demo_generator.labels.look import look_of
from demo_generator.labels.prints import draw_plate, draw_print
from demo_generator.labels.sheet import Sheet, new_sheet
from demo_generator.labels.wraps import draw_wrap
from demo_generator.products import Product

_DRAW = {
    "front": draw_front, "back": draw_back, "wrap": draw_wrap, "carton_front": draw_front, "carton_side": draw_side,
    "cover": draw_cover, "print": draw_print, "plate": draw_plate,
}  # fmt: skip
FACES = tuple(_DRAW)
_ON_BODY = ("print", "plate")


def draw_face(product: Product, face: str, aspect: float, transparent: bool = False) -> Image.Image:
    """Draw what is printed on a face.

    Parameters
    ----------
    product
        Product; the design comes from its line's seed, so that the variants of a line share it.
    face
        One of `FACES`.
    aspect
        Width / height; the long side has 768 pixels.
    transparent
        Print on the body's own colour: RGBA, transparent where nothing is printed; else opaque RGB.

    Raises
    ------
    KeyError
        If the face is unknown.
    """
    clear = transparent or face in _ON_BODY
    sheet = new_sheet(product, look_of(product), aspect, transparent=clear)
    _DRAW[face](sheet)
    return sheet.image if transparent == clear else _on_body(sheet)


def _on_body(sheet: Sheet) -> Image.Image:
    opaque = Image.new("RGB", sheet.image.size, sheet.product.body)
    opaque.paste(sheet.image, mask=sheet.image.getchannel("A"))
    return opaque
