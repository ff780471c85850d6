"""Random changes of the training photos, determined by seed, epoch and position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from product_matching.training.recipe import Recipe
from product_matching.training.sampler import Stream, random_stream

#: Largest ratio of the edges of a random crop.
_CROP_RATIO = 4 / 3


@dataclass(frozen=True, eq=False)
class Mix:
    """The mix of the photos of a batch by CutMix.

    Attributes
    ----------
    partners
        For each photo the one of the batch that a box was taken from; shape (B,), int64.
    share
        Share of each photo's area that is still its own.
    """

    partners: Tensor
    share: float


def augment(pixels: Tensor, recipe: Recipe, epoch: int, start: int) -> Tensor:
    """Flip, crop and recolour each photo of a batch at random.

    Parameters
    ----------
    pixels
        Shape (B, 3, S, S), uint8, on any device.
    recipe
        Its `flip`, `crop`, `colour_jitter` and `seed` are used.
    epoch, start
        The epoch, and the position of the batch's first photo in its order.

    Returns
    -------
    torch.Tensor
        Shape (B, 3, S, S), uint8.
    """
    streams = [random_stream(recipe.seed, Stream.augmentation, epoch, start + i) for i in range(len(pixels))]
    if recipe.flip > 0:
        flipped = torch.tensor([bool(stream.random() < recipe.flip) for stream in streams], device=pixels.device)
        pixels = torch.where(flipped[:, None, None, None], pixels.flip(3), pixels)
    if recipe.crop < 1:
        boxes = [draw_crop(pixels.shape[-1], recipe.crop, stream) for stream in streams]
        pixels = _crop(pixels.float(), boxes)
    if recipe.colour_jitter > 0:
        low, high = 1 - recipe.colour_jitter, 1 + recipe.colour_jitter
        factors = torch.tensor(np.array([stream.uniform(low, high, 3) for stream in streams], dtype=np.float32))
        pixels = _recolour(pixels.float(), factors.to(pixels.device))
    if pixels.is_floating_point():
        pixels = pixels.round_().to(torch.uint8).contiguous(memory_format=torch.channels_last)
    return pixels


def _crop(photos: Tensor, boxes: list[tuple[int, int, int, int]]) -> Tensor:
    """Enlarge a box (top, left, height, width) of each photo to the whole square; all in one operation."""
    edge = photos.shape[-1]
    top, left, height, width = np.array(boxes, dtype=np.float32).T / edge
    none = np.zeros_like(top)
    maps = np.stack([width, none, 2 * left + width - 1, none, height, 2 * top + height - 1], axis=1).reshape(-1, 2, 3)
    grid = functional.affine_grid(torch.from_numpy(maps).to(photos.device), list(photos.shape), align_corners=False)
    return functional.grid_sample(photos, grid, padding_mode="border", align_corners=False)


def _recolour(photos: Tensor, factors: Tensor) -> Tensor:
    """Multiply brightness, contrast and saturation of each photo (B, 3, S, S) by its factors (B, 3)."""
    brightness, contrast, saturation = factors.T[:, :, None, None, None]
    photos = (photos * brightness).clamp_(0, 255)
    photos = torch.lerp(_grey(photos).mean(dim=(1, 2, 3), keepdim=True), photos, contrast).clamp_(0, 255)
    return torch.lerp(_grey(photos), photos, saturation).clamp_(0, 255)


def _grey(photos: Tensor) -> Tensor:
    red, green, blue = photos.unbind(1)
    return (0.2989 * red + 0.587 * green + 0.114 * blue)[:, None]


def draw_crop(edge: int, smallest: float, stream: np.random.Generator) -> tuple[int, int, int, int]:
    """Draw a random box in a square of `edge` pixels: top, left, height, width.

    Its share of the area is uniform from `smallest` to 1, the ratio of its edges at most 4:3 (as in
    ``RandomResizedCrop``; an edge longer than the square is cut to it).
    """
    area = stream.uniform(smallest, 1.0) * edge * edge
    ratio = np.exp(stream.uniform(-np.log(_CROP_RATIO), np.log(_CROP_RATIO)))
    height, width = (min(edge, max(1, round(float(np.sqrt(value))))) for value in (area / ratio, area * ratio))
    top, left = (int(stream.integers(0, edge - length + 1)) for length in (height, width))
    return top, left, height, width


def cut_mix(pixels: Tensor, recipe: Recipe, epoch: int, step: int) -> tuple[Tensor, Mix | None]:
    """Paste a box of another photo into each photo of a batch, with the chance `recipe.cutmix`.

    Parameters
    ----------
    pixels
        Shape (B, 3, S, S).
    recipe
        Its `cutmix` and `seed` are used.
    epoch, step
        Decide what is drawn.

    Returns
    -------
    tuple
        The photos, and how they were mixed; None if they were not.

    References
    ----------
    S. Yun et al. "CutMix: regularization strategy to train strong classifiers with localizable features."
    ICCV, 2019. arXiv:1905.04899
    """
    rng = random_stream(recipe.seed, Stream.mixing, epoch, step)
    if rng.random() >= recipe.cutmix:
        return pixels, None
    edge = pixels.shape[-1]
    half = np.sqrt(rng.random()) * edge / 2
    (top, bottom), (left, right) = (
        (max(0, round(centre - half)), min(edge, round(centre + half))) for centre in rng.uniform(0, edge, 2)
    )
    partners = torch.from_numpy(rng.permutation(len(pixels))).to(pixels.device)
    mixed = pixels.clone()
    mixed[:, :, top:bottom, left:right] = pixels[partners, :, top:bottom, left:right]
    return mixed, Mix(partners, 1 - (bottom - top) * (right - left) / edge**2)
