"""The size at which the print on a photo is read."""

from __future__ import annotations

from PIL import Image

#: Smaller photos are enlarged to this longer side, in pixels: print of a few pixels is not detected.
MIN_SIDE = 512
#: Lines are detected on photos of at most this longer side, and recognised on photos of at most twice as much.
MAX_SIDE = 960


def fit_photo(photo: Image.Image) -> tuple[Image.Image, float]:
    """Enlarge or reduce a photo to a size at which its print is read, and give the factor."""
    longer = max(photo.size)
    scale = min(max(longer, MIN_SIDE), 2 * MAX_SIDE) / longer
    if scale == 1:
        return photo, 1.0
    width, height = (max(1, round(side * scale)) for side in photo.size)
    return photo.resize((width, height), Image.Resampling.BICUBIC), scale
