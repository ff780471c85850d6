"""From a photo to the input of a network: decoded, resized to a square, normalised; for training and serving alike.

Training, validation, embedding and search call these functions and no others, so that a network is used on exactly
the pixels that it was trained and measured on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from product_matching.listings.photos import decode_photo, read_photo

Pixels = npt.NDArray[np.uint8]

#: Filters that a photo can be resized with, by the name that a model's settings hold.
FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


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


def resize_photo(photo: Image.Image, edge: int, interpolation: str) -> Pixels:
    """Resize a whole RGB photo of any shape to a square; shape (edge, edge, 3), uint8.

    Parameters
    ----------
    photo
        Decoded, upright and RGB, as `decode_photo` gives it.
    edge
        Edge of the square, in pixels.
    interpolation
        One of `FILTERS`.
    """
    resized = photo.resize((edge, edge), FILTERS[interpolation], reducing_gap=3.0)
    return np.asarray(resized.convert("RGB"))


def as_batch(pixels: Pixels, device: torch.device) -> Tensor:
    """Move photos (B, S, S, 3) to a device, seen as (B, 3, S, S), channels last in memory."""
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
    spread = torch.tensor(std).view(1, 3, 1, 1)
    scale = (1 / (255 * spread)).to(photos.device)
    shift = (-torch.tensor(mean).view(1, 3, 1, 1) / spread).to(photos.device)
    return photos.float().mul_(scale).add_(shift)
