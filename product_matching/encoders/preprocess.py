"""From a photo to the input of a network: decoded, resized to a square, normalised; for training and serving alike.

Training, validation, embedding and search call these functions and no others, so that a network is used on exactly
the pixels that it was trained and measured on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from product_matching.listings.photos import decode_photo, read_photo

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Pixels = npt.NDArray[np.uint8]

#: Filters that a photo can be resized with, by the name that a model's settings hold.
FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
#: Of the edges of a photo that is resized by the shorter one; a longer photo is cut first.
MAX_RATIO = 20


@dataclass(frozen=True, kw_only=True)
class Square:
    """The square that a network takes a photo as; see `resize_photo` for its fields."""

    edge: int
    interpolation: str
    crop: float | None = None

    def cut(self, photo: Image.Image) -> Pixels:
        """Resize a photo to it; shape (edge, edge, 3), uint8."""
        return resize_photo(photo, self.edge, self.interpolation, self.crop)


def read_pixels(path: Path, edge: int, interpolation: str) -> Pixels:
    """Read a photo file and resize it; see `decode_photo` and `resize_photo`.

    Returns
    -------
    numpy.ndarray
        Shape (edge, edge, 3), uint8.

    Raises
    ------
    PhotoError
        The file cannot be read or holds no photo that is accepted.
    """
    return resize_photo(decode_photo(read_photo(path), name=path.name), edge, interpolation)


def resize_photo(photo: Image.Image, edge: int, interpolation: str, crop: float | None = None) -> Pixels:
    """Resize an RGB photo of any shape to a square; shape (edge, edge, 3), uint8.

    Parameters
    ----------
    photo
        Decoded, upright and RGB, as `decode_photo` gives it.
    edge
        Edge of the square, in pixels.
    interpolation
        One of `FILTERS`.
    crop
        None resizes the whole photo. Otherwise the shorter edge becomes ``edge / crop`` pixels and the square in the
        middle is cut out, pixel by pixel as timm's evaluation transform does it.
    """
    if crop is not None:
        return _cut_middle(photo, edge, int(edge / crop), FILTERS[interpolation])
    resized = photo.resize((edge, edge), FILTERS[interpolation], reducing_gap=3.0)
    return np.asarray(resized.convert("RGB"))


def _cut_middle(photo: Image.Image, edge: int, shorter: int, resampling: Image.Resampling) -> Pixels:
    photo = _shorten(photo.convert("RGB"))
    width, height = (int(shorter * length / min(photo.size)) for length in photo.size)
    left, top = (round((length - edge) / 2) for length in (width, height))
    resized = photo.resize((width, height), resampling)
    return np.asarray(resized.crop((left, top, left + edge, top + edge)))


def _shorten(photo: Image.Image) -> Image.Image:
    """Cut a very long photo to its middle: resized by its shorter edge, it would fill the memory."""
    width, height = (min(length, MAX_RATIO * min(photo.size)) for length in photo.size)
    left, top = (photo.width - width) // 2, (photo.height - height) // 2
    return photo if (width, height) == photo.size else photo.crop((left, top, left + width, top + height))


def as_batch(pixels: Pixels, device: torch.device) -> Tensor:
    """Move photos (B, S, S, 3) to a device, seen as (B, 3, S, S), channels last in memory."""
    import torch  # here, as processes that only resize photos do without

    return torch.from_numpy(pixels).to(device, non_blocking=True).permute(0, 3, 1, 2)


def normalise(photos: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Bring photos into the network's units.

    Parameters
    ----------
    photos
        Shape (B, 3, S, S), values from 0 to 255 of any type.
    mean, std
        Per channel (red, green, blue), on the scale 0..1.

    Returns
    -------
    torch.Tensor
        ``(photos / 255 - mean) / std``, shape (B, 3, S, S), float32, in the same order in memory.
    """
    import torch

    spread = torch.tensor(std).view(1, 3, 1, 1)
    scale = (1 / (255 * spread)).to(photos.device)
    shift = (-torch.tensor(mean).view(1, 3, 1, 1) / spread).to(photos.device)
    return photos.float().mul_(scale).add_(shift)
