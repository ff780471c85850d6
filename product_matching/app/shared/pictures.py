"""Pictures for cards: every one square, so that rows of cards line up."""

from __future__ import annotations

import io
from functools import cache, lru_cache

import numpy as np
from PIL import Image, ImageDraw

from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo
from product_matching.store.bundle import Bundle

#: Edge of the picture in place of a missing photo.
_EDGE = 256
#: A larger picture is none of a bundle's and not decoded.
_MAX_EDGE = 1024
#: Pictures that are kept as squares: 10 MB, and one takes 2 to 5 ms.
_KEPT_SQUARES = 1024


@lru_cache(maxsize=_KEPT_SQUARES)
def square(picture: bytes) -> bytes:
    """Centre a JPEG on a square in the colour of its edges; one that is square already stays as it is.

    A product on white stays on white, a photo from a shop gets no white bars.

    Raises
    ------
    InputError, OSError
        The picture cannot be decoded.
    ValueError
        It is larger than any of a bundle.
    """
    with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
        if max(image.size) > _MAX_EDGE:
            raise ValueError(f"{image.width} x {image.height} pixels")
        if image.width == image.height:
            return picture
    pixels = decode_photo(picture)
    edge = max(pixels.size)
    canvas = Image.new("RGB", (edge, edge), _edge_colour(pixels))
    canvas.paste(pixels, ((edge - pixels.width) // 2, (edge - pixels.height) // 2))
    buffer = io.BytesIO()
    canvas.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _edge_colour(image: Image.Image) -> tuple[int, int, int]:
    """Median colour along the two long edges, which the padding continues."""
    pixels = np.asarray(image)
    if image.height < image.width:
        pixels = pixels.transpose(1, 0, 2)
    red, green, blue = np.median(np.concatenate([pixels[:, 0], pixels[:, -1]]), axis=0).astype(int).tolist()
    return red, green, blue


@cache
def no_photo() -> bytes:
    """A frame with a horizon in mid grey on nothing, readable on light and dark pages; PNG."""
    image = Image.new("RGBA", (_EDGE, _EDGE), (128, 136, 140, 26))
    draw = ImageDraw.Draw(image)
    grey = (128, 136, 140, 150)
    draw.rounded_rectangle((84, 92, 172, 164), radius=8, outline=grey, width=5)
    draw.line([(92, 150), (116, 124), (132, 140), (146, 128), (164, 148)], fill=grey, width=5, joint="curve")
    draw.ellipse((142, 104, 154, 116), fill=grey)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def card_picture(bundle: Bundle, row: int) -> bytes | None:
    """The square picture of a listing, the stand-in where it has no photo; None for a catalogue without photos."""
    if bundle.thumbnails is None:
        return None
    picture = bundle.thumbnails.get(row)
    return no_photo() if picture is None else shown_picture(picture)


def shown_picture(picture: bytes) -> bytes:
    """A JPEG as a square, the stand-in where it is damaged."""
    try:
        return square(picture)
    except (InputError, OSError, SyntaxError, ValueError):  # what Pillow raises for a damaged JPEG
        return no_photo()
