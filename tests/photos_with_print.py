"""Synthetic photos for tests of local features: a printed pack, and the same pack seen from elsewhere."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw


def printed(seed: int, size: int = 300, tint: tuple[int, int, int] = (225, 225, 225)) -> Image.Image:
    """A pack with letters and shapes at random places on a plain ground; the same for the same seed."""
    rng = np.random.default_rng(seed)
    photo = Image.new("RGB", (size, size), tint)
    draw = ImageDraw.Draw(photo)
    for _ in range(40):
        x, y, edge = rng.integers(10, size - 50), rng.integers(10, size - 50), rng.integers(8, 36)
        colour = tuple((rng.integers(0, 150, 3) * np.array(tint) // 225).tolist())
        if rng.random() < 0.5:
            draw.rectangle((x, y, x + edge, y + edge // 2), fill=colour)
        else:
            draw.text((x, y), "".join(map(chr, rng.integers(65, 91, 4))), fill=colour, font_size=float(edge))
    return photo


def seen_elsewhere(photo: Image.Image, transform: np.ndarray) -> Image.Image:
    """A photo under an affine map (2, 3) of its pixels, in a frame of the same size."""
    linear = np.linalg.inv(transform[:, :2])
    back = np.column_stack([linear, -linear @ transform[:, 2]])
    return photo.transform(photo.size, Image.Transform.AFFINE, back.ravel().tolist(), Image.Resampling.BICUBIC)
