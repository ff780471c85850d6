"""What two photos share, as a picture: both side by side, points that lie alike joined by lines."""

from __future__ import annotations

import colorsys
import io

import numpy as np
from PIL import Image, ImageDraw

from product_matching.listings.photos import decode_photo
from product_matching.matching.geometry import FloatArray, Verification

#: Edge of the square that each photo is centred on, in pixels, and the gap between them.
EDGE = 320
GAP = 8
#: Lines that can still be followed with the eye; all points are marked.
MAX_LINES = 24
#: Reads on light and dark pages.
_GAP_COLOUR = (128, 136, 140)
_OUTLINE = (20, 20, 20)
#: Drawn larger by this factor and reduced, so that lines are smooth.
_SMOOTH = 2


def match_points(first: bytes, second: bytes, verification: Verification) -> bytes:
    """Draw both photos side by side with the points that lie alike.

    Parameters
    ----------
    first, second
        JPEG bytes of the photos.
    verification
        What they share, in this order.

    Returns
    -------
    bytes
        A JPEG of two squares of `EDGE` pixels, `GAP` apart.

    Raises
    ------
    InputError
        A photo cannot be decoded.
    """
    canvas = Image.new("RGB", (_SMOOTH * (2 * EDGE + GAP), _SMOOTH * EDGE), _GAP_COLOUR)
    left = _place(canvas, first, 0, verification.first)
    right = _place(canvas, second, _SMOOTH * (EDGE + GAP), verification.second)
    _draw_points(ImageDraw.Draw(canvas), left, right)
    buffer = io.BytesIO()
    canvas.reduce(_SMOOTH).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def describe_points(verification: Verification, name: str) -> str:
    """Say what the picture shows to those who cannot see it."""
    lines = min(verification.inliers, MAX_LINES)
    return (
        f"The photo searched for beside the photo of {name}: {verification.inliers} points that lie alike are marked "
        f"on both, {lines} of them joined by lines."
    )


def _place(canvas: Image.Image, picture: bytes, left: int, points: FloatArray) -> FloatArray:
    """Paste a photo into the square that begins at `left`; returns where its points are now, in pixels."""
    image = decode_photo(picture)
    scale = _SMOOTH * EDGE / max(image.size)
    width, height = (max(1, round(edge * scale)) for edge in image.size)
    photo = image.resize((width, height), Image.Resampling.BICUBIC)
    corner = (left + (_SMOOTH * EDGE - width) // 2, (_SMOOTH * EDGE - height) // 2)
    canvas.paste(photo, corner)
    return np.asarray(points * np.array([width, height]) + np.array(corner), dtype=np.float32)


def _draw_points(draw: ImageDraw.ImageDraw, left: FloatArray, right: FloatArray) -> None:
    """Lines below, points above; a pair has one colour, from the top to the bottom of the first photo."""
    order = np.argsort(left[:, 1], kind="stable")
    joined = set(np.linspace(0, len(order) - 1, min(len(order), MAX_LINES)).round().astype(int).tolist())
    places = [(tuple(left[number].tolist()), tuple(right[number].tolist())) for number in order.tolist()]
    for number in sorted(joined):
        for colour, width in ((_OUTLINE, 3), (_colour(number / len(order)), 2)):
            draw.line(places[number], fill=colour, width=_SMOOTH * width - 1)
    for number, ends in enumerate(places):
        for end in ends:
            draw.circle(end, _SMOOTH * 3, fill=_colour(number / len(order)), outline=_OUTLINE, width=_SMOOTH)


def _colour(share: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(0.85 * share, 0.75, 1.0)
    return round(255 * red), round(255 * green), round(255 * blue)
