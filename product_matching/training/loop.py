"""One epoch of training: mixed precision, clipped gradients, the loss watched."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from product_matching.progress import Progress, track
from product_matching.training.batches import Batch, batches, steps_per_epoch
from product_matching.training.failures import loss_error
from product_matching.training.optimizer import set_learning_rate
from product_matching.training.pixels import DecodedPhotos
from product_matching.training.recipe import Recipe
from product_matching.training.sampler import network_seed
from product_matching.training.schedule import learning_rate_factor
from product_matching.training.start import Preparation
from product_matching.training.tasks import Task

#: Steps between two looks at the loss, each of which waits for the GPU.
_STEPS_PER_CHECK = 20


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
        Shows the steps; asked before each whether the work should stop.

    Raises
    ------
    InputError
        The loss is no longer a finite number.
    Cancelled
        The work should stop.
    """
    torch.manual_seed(network_seed(recipe.seed, epoch))  # dropout and stochastic depth draw from here
    machinery.task.train()
    steps = steps_per_epoch(len(photos), recipe)
    losses = torch.zeros(steps, device=machinery.device)
    started = time.perf_counter()
    drawn = batches(photos, recipe, preparation, epoch, machinery.device)
    for step, batch in enumerate(track(progress, drawn, f"epoch {epoch + 1}/{recipe.epochs}", total=steps)):
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
        raise loss_error(float(losses[wrong[0]]), epoch, wrong[0], recipe)
