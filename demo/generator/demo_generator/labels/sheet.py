"""The sheet that a face is drawn on, and what its product has to say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from demo_generator.labels.flavours import FLAVOURS
from demo_generator.labels.goods import GOODS
from demo_generator.labels.ink import Colour, apart, contrast
from demo_generator.labels.look import Look, on_body
from demo_generator.labels.sketch import Pen
from demo_generator.labels.text import Box
from demo_generator.products import Product

LONG_SIDE = 768
#: Attributes shown by the thing's own look, not by words on its front.
_SEEN = ("colour", "design")


@dataclass(frozen=True)
class Sheet:
    """A picture in the making.

    Attributes
    ----------
    image, draw
        The picture and its pen.
    product, look
        What is drawn.
    full, zone
        The whole picture, and the visible part (all of it, but the middle third of a wrap).
    """

    image: Image.Image
    draw: ImageDraw.ImageDraw
    product: Product
    look: Look
    full: Box
    zone: Box

    @property
    def wide(self) -> bool:
        """Whether things stand side by side."""
        return self.zone[2] - self.zone[0] > 1.5 * (self.zone[3] - self.zone[1])

    def inside(self, zone: Box) -> Sheet:
        """Return the same sheet with another zone."""
        return replace(self, zone=zone)


def new_sheet(product: Product, look: Look, aspect: float, *, transparent: bool) -> Sheet:
    """Make an empty sheet of the look's ground, or a transparent one on the product's body colour."""
    width, height = (LONG_SIDE, LONG_SIDE / aspect) if aspect >= 1 else (LONG_SIDE * aspect, LONG_SIDE)
    size = max(round(width), 8), max(round(height), 8)
    look = on_body(look, product.body) if transparent else look
    image = Image.new("RGBA", size, (*product.body, 0)) if transparent else Image.new("RGB", size, look.ground)
    box = (0.0, 0.0, float(size[0]), float(size[1]))
    return Sheet(image, ImageDraw.Draw(image), product, look, box, box)


def headline(product: Product) -> str:
    """Value of the attribute that matters most: the first that varies and is not visible in the shape."""
    names = [name for name in (*product.varies, *product.attributes) if name not in _SEEN]
    return product.attributes[names[0]] if names else product.feature


def details(product: Product) -> tuple[str, ...]:
    """Return the other attributes' values, apart from those visible in the shape."""
    first = headline(product)
    return tuple(value for name, value in product.attributes.items() if name not in _SEEN and value != first)


def subject(product: Product) -> str:
    """Name of the drawing of the product: its scent or flavour, or the thing itself."""
    for name in ("scent", "flavour", "active", "sort"):
        if product.attributes.get(name) in FLAVOURS:
            return product.attributes[name]
    return product.noun if product.noun in GOODS else product.kind if product.kind in GOODS else "Leaf"


@lru_cache(maxsize=256)
def _picture(name: str, size: int, colour: Colour, paper: Colour, rim: Colour | None) -> Image.Image:
    pen = Pen(colour, paper)
    (FLAVOURS.get(name) or GOODS[name])(pen)
    if rim is None:
        return pen.image.resize((size, size), Image.Resampling.LANCZOS)
    inner = pen.image.reduce(2).resize((176, 176))
    drawn = Image.new("RGBA", (200, 200), (*rim, 0))
    drawn.paste(inner, (12, 12))
    mask = drawn.getchannel("A").filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(1))
    backed = Image.new("RGBA", (200, 200), (*rim, 0))
    backed.putalpha(mask)
    backed.alpha_composite(drawn)
    return backed.resize((size, size), Image.Resampling.LANCZOS)


def stamp(
    sheet: Sheet, box: Box, name: str, ground: Colour, colour: Colour | None = None, *, rim: bool = False
) -> None:
    """Put a drawing as large as fits in the middle of a box; one-coloured ones in a colour that shows on the ground."""
    size = int(min(box[2] - box[0], box[3] - box[1]))
    if size < 8:
        return
    shade = apart(colour or sheet.look.accent, ground, 1.7)
    edge: Colour | None = None
    if rim and name in FLAVOURS:
        edge = (255, 255, 250) if contrast((255, 255, 250), ground) > 1.25 else sheet.look.deep
    picture = _picture(name, size, shade, ground, edge)
    x, y = round((box[0] + box[2] - size) / 2), round((box[1] + box[3] - size) / 2)
    if sheet.image.mode == "RGBA":
        sheet.image.alpha_composite(picture, (max(x, 0), max(y, 0)))
    else:
        sheet.image.paste(picture, (x, y), picture)
