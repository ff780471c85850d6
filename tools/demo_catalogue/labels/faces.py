"""The printed faces of a product by name."""

from __future__ import annotations

from PIL import Image

from tools.demo_catalogue.labels.backs import draw_back, draw_side
from tools.demo_catalogue.labels.covers import draw_cover
from tools.demo_catalogue.labels.fronts import draw_front
from tools.demo_catalogue.labels.look import look_of
from tools.demo_catalogue.labels.prints import draw_plate, draw_print
from tools.demo_catalogue.labels.sheet import Sheet, new_sheet
from tools.demo_catalogue.labels.wraps import draw_wrap
from tools.demo_catalogue.products import Product

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
