"""One epoch of training: mixed precision, clipped gradients, the loss watched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Generic

import torch
from torch import Tensor

from product_matching.progress import Progress, track
from product_matching.training.failures import loss_error
from product_matching.training.optimizer import build_optimizer, set_learning_rate
from product_matching.training.recipe_base import TrainingRecipe
from product_matching.training.sampler import network_seed
from product_matching.training.schedule import learning_rate_factor
from product_matching.training.task import BatchT, Task

#: Steps between two looks at the loss, each of which waits for the GPU.
_STEPS_PER_CHECK = 20


@dataclass(frozen=True, eq=False)
class EpochBatches(Generic[BatchT]):
    """The batches of one epoch.

    Attributes
    ----------
    drawn
        The batches, made as they are asked for.
    steps, listings
        Number of batches, and of listings in all of them.
    """

    drawn: Iterator[BatchT]
    steps: int
    listings: int


@dataclass(frozen=True, kw_only=True)
class EpochResult:
    """One epoch of training.

    Attributes
    ----------
    epoch
        Its number, from 1.
    loss
        Mean over the steps.
    learning_rate, margin
        The highest learning rate of the network, and the margin in radians (0 without one), at its end.
    listings_per_second, seconds
        Speed and duration.
    """

    epoch: int
    loss: float
    learning_rate: float
    margin: float
    listings_per_second: float
    seconds: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Machinery(Generic[BatchT]):
    """The state of the training loop; task, optimizer and scaler change with every step.

    Attributes
    ----------
    recipe
        How to train.
    task, optimizer
        What is trained, and what trains it.
    scaler
        Of the loss in float16.
    device
        Where the task lies.
    precision
        In which the network is computed; None: float32. The weights stay in float32.
    """

    recipe: TrainingRecipe
    task: Task[BatchT]
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    device: torch.device
    precision: torch.dtype | None


def build_machinery(
    recipe: TrainingRecipe, task: Task[BatchT], device: torch.device, precision: torch.dtype | None
) -> Machinery[BatchT]:
    """Build what a task on a device is trained with; see `Machinery`."""
    # Only in float16 can gradients underflow.
    scaler = torch.amp.GradScaler(device.type, enabled=precision == torch.float16)
    return Machinery(
        recipe=recipe,
        task=task,
        optimizer=build_optimizer(task, recipe),
        scaler=scaler,
        device=device,
        precision=precision,
    )


def autocast(device: torch.device, precision: torch.dtype | None) -> AbstractContextManager[object]:
    """Mixed precision within this block; nothing without a precision."""
    return nullcontext() if precision is None else torch.autocast(device.type, dtype=precision)


def half_precision(device: torch.device) -> torch.dtype | None:
    """The half precision of a GPU: bfloat16 from compute capability 8 on, float16 below; None on a CPU."""
    if device.type != "cuda":
        return None
    return torch.bfloat16 if torch.cuda.get_device_capability()[0] >= 8 else torch.float16


def train_epoch(
    machinery: Machinery[BatchT], batches: EpochBatches[BatchT], epoch: int, progress: Progress
) -> EpochResult:
    """Train one epoch.

    Parameters
    ----------
    machinery
        Its task and optimizer are changed.
    batches
        Of this epoch.
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
    recipe, steps, started = machinery.recipe, batches.steps, time.perf_counter()
    torch.manual_seed(network_seed(recipe.seed, epoch))  # dropout and stochastic depth draw from here
    machinery.task.train()
    losses = torch.zeros(steps, device=machinery.device)
    shown = track(progress, batches.drawn, f"epoch {epoch + 1}/{recipe.epochs}", total=steps)
    for step, batch in enumerate(shown):
        _set_time(machinery, epoch + (step + 0.5) / steps)
        losses[step] = _step(machinery, batch)
        if (step + 1) % _STEPS_PER_CHECK == 0 or step + 1 == steps:
            _check_finite(losses[: step + 1], recipe, epoch)
    loss, seconds = float(losses.mean()), time.perf_counter() - started
    return EpochResult(
        epoch=epoch + 1,
        loss=loss,
        learning_rate=recipe.learning_rate * learning_rate_factor(recipe, epoch + 1),
        margin=machinery.task.margin(recipe, epoch + 1),
        listings_per_second=batches.listings / seconds,
        seconds=seconds,
    )


def _set_time(machinery: Machinery[BatchT], time_in_epochs: float) -> None:
    machinery.task.set_time(machinery.recipe, time_in_epochs)
    set_learning_rate(machinery.optimizer, learning_rate_factor(machinery.recipe, time_in_epochs))


def _step(machinery: Machinery[BatchT], batch: BatchT) -> Tensor:
    with autocast(machinery.device, machinery.precision):
        loss: Tensor = machinery.task(batch)
    machinery.optimizer.zero_grad(set_to_none=True)
    machinery.scaler.scale(loss).backward()
    machinery.scaler.unscale_(machinery.optimizer)
    torch.nn.utils.clip_grad_norm_(machinery.task.parameters(), machinery.recipe.clip_norm)
    machinery.scaler.step(machinery.optimizer)
    machinery.scaler.update()
    return loss.detach()


def _check_finite(losses: Tensor, recipe: TrainingRecipe, epoch: int) -> None:
    wrong = torch.nonzero(~torch.isfinite(losses)).flatten().tolist()
    if wrong:
        raise loss_error(float(losses[wrong[0]]), epoch, wrong[0], recipe)
