"""Random changes of the training photos, determined by seed, epoch and position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as transforms

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
    if recipe.crop == 1 and recipe.colour_jitter == 0:
        return pixels
    changed = [_crop_and_recolour(photo, recipe, stream) for photo, stream in zip(pixels, streams, strict=True)]
    return torch.stack(changed).contiguous(memory_format=torch.channels_last)


def _crop_and_recolour(photo: Tensor, recipe: Recipe, stream: np.random.Generator) -> Tensor:
    if recipe.crop < 1:
        edge = photo.shape[-1]
        top, left, height, width = draw_crop(edge, recipe.crop, stream)
        photo = transforms.resized_crop(photo, top, left, height, width, [edge, edge], antialias=True)
    if recipe.colour_jitter > 0:
        low, high = 1 - recipe.colour_jitter, 1 + recipe.colour_jitter
        photo = transforms.adjust_brightness(photo, stream.uniform(low, high))
        photo = transforms.adjust_contrast(photo, stream.uniform(low, high))
        photo = transforms.adjust_saturation(photo, stream.uniform(low, high))
    return photo


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
