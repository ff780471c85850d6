"""The batches of an epoch: drawn, changed at random and brought into the network's units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from product_matching.encoders.preprocess import as_batch, normalise
from product_matching.errors import InputError
from product_matching.search.neighbours import RowArray
from product_matching.training.augmentation import Mix, augment, cut_mix
from product_matching.training.loop import EpochBatches
from product_matching.training.pixels import DecodedPhotos
from product_matching.training.recipe import Recipe
from product_matching.training.sampler import epoch_order
from product_matching.training.start import Preparation


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's photos, ready for the network: (B, 3, S, S) float32, their classes (B,), and how they were mixed."""

    pixels: Tensor
    labels: Tensor
    mix: Mix | None


def steps_per_epoch(n_photos: int, recipe: Recipe) -> int:
    """Full batches in an epoch; what is left over is not trained on, as BatchNorm needs full batches.

    Raises
    ------
    InputError
        There are fewer photos than a batch holds.
    """
    if n_photos < recipe.batch_size:
        raise InputError(
            f"The recipe's batch_size is {recipe.batch_size}, but must be at most the number of training photos, "
            f"{n_photos}."
        )
    return n_photos // recipe.batch_size


def epoch_batches(
    photos: DecodedPhotos, recipe: Recipe, preparation: Preparation, epoch: int, *, device: torch.device
) -> EpochBatches[Batch]:
    """Draw the batches of an epoch (from 0), the same for the same recipe and epoch."""
    steps = steps_per_epoch(len(photos), recipe)
    return EpochBatches(_draw(photos, recipe, preparation, epoch, device=device), steps, steps * recipe.batch_size)


def _draw(
    photos: DecodedPhotos, recipe: Recipe, preparation: Preparation, epoch: int, *, device: torch.device
) -> Iterator[Batch]:
    order = epoch_order(photos.labels, recipe.sampler_exponent, seed=recipe.seed, epoch=epoch)
    for step in range(steps_per_epoch(len(photos), recipe)):
        start = step * recipe.batch_size
        rows: RowArray = order[start : start + recipe.batch_size]
        with _one_thread():
            changed = augment(as_batch(photos.pixels[rows], device), recipe, epoch, start)
        changed, mix = cut_mix(changed, recipe, epoch, step)
        labels = torch.from_numpy(photos.labels[rows]).to(device, non_blocking=True)
        yield Batch(normalise(changed, preparation.mean, preparation.std), labels, mix)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep torch to one thread: sharing out single small photos takes four times as long as changing them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
