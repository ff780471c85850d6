"""A rectangle of a photo, in fractions of its width and height, and the part of a photo that it shows."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from product_matching.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

#: Shortest side of a region as a share of the photo's, and the decimals of its numbers.
LEAST_SIDE = 0.05
DECIMALS = 3
ACCEPTED = f"four numbers left,top,width,height from 0 to 1, inside the photo and each side at least {LEAST_SIDE:g}"


@dataclass(frozen=True)
class Region:
    """An upright rectangle of a photo, as `read_region` makes it.

    Attributes
    ----------
    left, top
        The corner, as shares of the photo's width and height.
    width, height
        Its sides, as shares of the photo's.
    """

    left: float
    top: float
    width: float
    height: float

    def __str__(self) -> str:
        """As it is written in an address: ``0.1,0.25,0.5,0.5``."""
        return ",".join(f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".") for value in astuple(self))


def read_region(text: str) -> Region:
    """Read a region, rounded to `DECIMALS`; the other way round is `str`.

    Raises
    ------
    InputError
        It is none, leaves the photo, or a side is shorter than `LEAST_SIDE`.

    Examples
    --------
    >>> read_region("0.1, 0.25, 0.5, 0.50")
    Region(left=0.1, top=0.25, width=0.5, height=0.5)
    """
    try:
        numbers = [round(float(part), DECIMALS) + 0.0 for part in text[:200].split(",")]
    except (ValueError, OverflowError):
        numbers = []
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or not _fits(*numbers):
        raise InputError(f"The region {text!r:.40} is none: give {ACCEPTED}.")
    return Region(*numbers)


def crop_region(photo: Image.Image, region: Region) -> Image.Image:
    """Cut a region out of a photo, to whole pixels and at least one."""
    left, right = _pixels(region.left, region.width, photo.width)
    top, bottom = _pixels(region.top, region.height, photo.height)
    return photo.crop((left, top, right, bottom))


def _fits(left: float, top: float, width: float, height: float) -> bool:
    inside = left >= 0 and top >= 0 and max(_end(left, width), _end(top, height)) <= 1
    return inside and min(width, height) >= LEAST_SIDE


def _end(start: float, side: float) -> float:
    return round(start + side, DECIMALS)


def _pixels(start: float, side: float, edge: int) -> tuple[int, int]:
    first = min(round(start * edge), edge - 1)
    return first, max(first + 1, round(_end(start, side) * edge))
