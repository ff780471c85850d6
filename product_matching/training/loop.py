"""One epoch of training: batches, mixed precision, clipped gradients, the loss watched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from product_matching.errors import InputError
from product_matching.search.neighbours import RowArray
from product_matching.training.augmentation import Mix, augment, cut_mix
from product_matching.training.optimizer import set_learning_rate
from product_matching.training.pixels import DecodedPhotos, Pixels, Progress
from product_matching.training.recipe import Recipe
from product_matching.training.sampler import Stream, epoch_order, random_stream
from product_matching.training.schedule import learning_rate_factor
from product_matching.training.start import Preparation
from product_matching.training.tasks import Task

#: Steps between two looks at the loss, each of which waits for the GPU.
_STEPS_PER_CHECK = 20


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's photos, ready for the network: (B, 3, S, S) float32, their classes (B,), and how they were mixed."""

    pixels: Tensor
    labels: Tensor
    mix: Mix | None


@dataclass(frozen=True)
class EpochResult:
    """Mean loss of an epoch, and how many photos were trained on per second."""

    loss: float
    photos_per_second: float


@dataclass(frozen=True, eq=False)
class Machinery:
    """What a step needs beside the data: the task, its optimizer, the loss scaler of float16, the device."""

    task: Task
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    device: torch.device

    def autocast(self) -> AbstractContextManager[object]:
        """Mixed precision on a GPU (bfloat16 where it is native, else float16), nothing on a CPU."""
        if self.device.type != "cuda":
            return nullcontext()
        return torch.autocast("cuda", dtype=half_precision())


def half_precision() -> torch.dtype:
    """The half precision of the GPU: bfloat16 from compute capability 8 on, float16 below."""
    return torch.bfloat16 if torch.cuda.get_device_capability()[0] >= 8 else torch.float16


def build_scaler(device: torch.device) -> torch.amp.GradScaler:
    """Scaler of the loss, which does nothing where gradients cannot underflow (float32, bfloat16)."""
    needed = device.type == "cuda" and half_precision() == torch.float16
    return torch.amp.GradScaler(device.type, enabled=needed)


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


def as_input(photos: Tensor, preparation: Preparation) -> Tensor:
    """Bring photos (B, 3, S, S) uint8 into the network's units, float32; their order in memory stays."""
    std = torch.tensor(preparation.std).view(1, 3, 1, 1)
    scale = (1 / (255 * std)).to(photos.device)
    shift = (-torch.tensor(preparation.mean).view(1, 3, 1, 1) / std).to(photos.device)
    return photos.float().mul_(scale).add_(shift)


def as_batch(pixels: Pixels, device: torch.device) -> Tensor:
    """Move photos (B, S, S, 3) to a device, seen as (B, 3, S, S), channels last in memory."""
    return torch.from_numpy(pixels).to(device, non_blocking=True).permute(0, 3, 1, 2)


def batches(
    photos: DecodedPhotos, recipe: Recipe, preparation: Preparation, epoch: int, device: torch.device
) -> Iterator[Batch]:
    """Yield the batches of an epoch, the same for the same recipe and epoch."""
    order = epoch_order(photos.labels, recipe.sampler_exponent, seed=recipe.seed, epoch=epoch)
    for step in range(steps_per_epoch(len(photos), recipe)):
        start = step * recipe.batch_size
        rows: RowArray = order[start : start + recipe.batch_size]
        raw = as_batch(photos.pixels[rows], device)
        changed, mix = cut_mix(augment(raw, recipe, epoch, start), recipe, epoch, step)
        labels = torch.from_numpy(photos.labels[rows]).to(device, non_blocking=True)
        yield Batch(as_input(changed, preparation), labels, mix)


def train_epoch(
    machinery: Machinery,
    photos: DecodedPhotos,
    recipe: Recipe,
    preparation: Preparation,
    epoch: int,
    progress: Progress,
) -> EpochResult:
    """Train one epoch.

    Parameters
    ----------
    machinery
        Its task and optimizer are changed.
    photos
        Training photos.
    recipe, preparation
        How to train, and how photos are brought into the network's units.
    epoch
        Number of the epoch, from 0.
    progress
        Wraps the iteration over batches, to show it.

    Raises
    ------
    InputError
        The loss is no longer a finite number.
    """
    seed = int(random_stream(recipe.seed, Stream.network, epoch).integers(2**62))
    torch.manual_seed(seed)  # dropout and stochastic depth draw from here
    machinery.task.train()
    steps = steps_per_epoch(len(photos), recipe)
    losses = torch.zeros(steps, device=machinery.device)
    started = time.perf_counter()
    for step, batch in enumerate(progress(batches(photos, recipe, preparation, epoch, machinery.device), steps)):
        _set_time(machinery, recipe, epoch + (step + 0.5) / steps)
        losses[step] = _step(machinery, batch, recipe.clip_norm)
        if (step + 1) % _STEPS_PER_CHECK == 0 or step + 1 == steps:
            _check_finite(losses[: step + 1], recipe, epoch)
    seconds = time.perf_counter() - started
    return EpochResult(float(losses.mean()), steps * recipe.batch_size / seconds)


def _set_time(machinery: Machinery, recipe: Recipe, time_in_epochs: float) -> None:
    machinery.task.set_time(recipe, time_in_epochs)
    set_learning_rate(machinery.optimizer, learning_rate_factor(recipe, time_in_epochs))


def _step(machinery: Machinery, batch: Batch, clip_norm: float) -> Tensor:
    with machinery.autocast():
        loss: Tensor = machinery.task(batch.pixels, batch.labels, batch.mix)
    machinery.optimizer.zero_grad(set_to_none=True)
    machinery.scaler.scale(loss).backward()
    machinery.scaler.unscale_(machinery.optimizer)
    torch.nn.utils.clip_grad_norm_(machinery.task.parameters(), clip_norm)
    machinery.scaler.step(machinery.optimizer)
    machinery.scaler.update()
    return loss.detach()


def _check_finite(losses: Tensor, recipe: Recipe, epoch: int) -> None:
    wrong = torch.nonzero(~torch.isfinite(losses)).flatten().tolist()
    if wrong:
        raise InputError(
            f"The loss is {float(losses[wrong[0]])} at epoch {epoch + 1}, step {wrong[0] + 1}: lower learning_rate "
            f"({recipe.learning_rate:g}) or clip_norm ({recipe.clip_norm:g}) in the recipe, or lengthen warmup_epochs "
            f"({recipe.warmup_epochs:g})."
        )
