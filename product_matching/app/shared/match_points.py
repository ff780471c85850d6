"""What two photos share, as a picture: both side by side, points that lie alike joined by lines."""

from __future__ import annotations

import colorsys
import io

import numpy as np
from PIL import Image, ImageDraw

from product_matching.matching.geometry import Verification

#: Height of both photos, in pixels, and the gap between them.
HEIGHT = 320
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
        A JPEG of `HEIGHT` pixels in height.

    Raises
    ------
    OSError
        A photo cannot be decoded.
    """
    photos = [_scaled(picture) for picture in (first, second)]
    shift = photos[0].width + _SMOOTH * GAP
    canvas = Image.new("RGB", (shift + photos[1].width, _SMOOTH * HEIGHT), _GAP_COLOUR)
    canvas.paste(photos[0], (0, 0))
    canvas.paste(photos[1], (shift, 0))
    left = verification.first * np.array(photos[0].size)
    right = verification.second * np.array(photos[1].size) + np.array([shift, 0])
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


def _scaled(picture: bytes) -> Image.Image:
    with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
        height = _SMOOTH * HEIGHT
        width = max(1, round(image.width * height / image.height))
        return image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)


def _draw_points(draw: ImageDraw.ImageDraw, left: np.ndarray, right: np.ndarray) -> None:
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
