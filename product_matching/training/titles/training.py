"""Fine-tune a sentence network on titles whose products are known: ArcFace over the products, resumable by epoch."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from product_matching.encoders.photo import pick_device
from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.networks.arcface import ArcFaceHead
from product_matching.networks.title_network import TitleNetwork, load_title_network
from product_matching.networks.weights import save_weights
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.neighbours import RowArray
from product_matching.training.checkpoint import (
    optimizer_tensors,
    read_state,
    restore_checkpoint,
    task_tensors,
    write_checkpoint,
)
from product_matching.training.failures import loss_error
from product_matching.training.optimizer import build_optimizer, set_learning_rate
from product_matching.training.sampler import Stream, network_seed, random_stream
from product_matching.training.schedule import learning_rate_factor, margin_at
from product_matching.training.titles.batches import Tokens, drop_tokens, title_batches
from product_matching.training.titles.recipe import TitleRecipe

log = logging.getLogger(__name__)
WEIGHTS, LAST = "weights.safetensors", "last.safetensors"
_EMBED_BATCH = 256


@dataclass(frozen=True, eq=False)
class TitleTraining:
    """A fine-tuning under way; only the task's weights and the optimizer's state change.

    Attributes
    ----------
    recipe
        How.
    task
        Network and head.
    optimizer
        Of the task's weights.
    tokens, labels
        Training titles and their classes, from 0 without gaps.
    device
        Where it runs.
    """

    recipe: TitleRecipe
    task: TitleTask
    optimizer: torch.optim.Optimizer
    tokens: Tokens
    labels: RowArray
    device: torch.device


class TitleTask(nn.Module):
    """Tell the products apart by their titles."""

    def __init__(self, network: TitleNetwork, head: ArcFaceHead) -> None:
        super().__init__()
        self.network = network
        self.head = head

    def forward(self, tokens: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
        """Mean loss of a batch: tokens and mask (B, T), classes (B,)."""
        loss: Tensor = self.head(self.network(tokens, mask), labels)
        return loss


def train_titles(
    recipe: TitleRecipe,
    titles: Sequence[str],
    labels: RowArray,
    out: Path,
    *,
    device: str = "auto",
    progress: Progress = NO_PROGRESS,
) -> Path:
    """Fine-tune a sentence network, or go on with a fine-tuning that was interrupted.

    The class weights start as the mean embedding of each class under the network as it came, which a few epochs can
    build on. All epochs are run, and the last is kept: there is nothing to choose.

    Parameters
    ----------
    recipe
        How.
    titles
        Raw titles.
    labels
        Product of each title, shape (N,).
    out
        Folder of this training and of no other: a checkpoint after every epoch, and at the end the weights.
    device
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    progress
        Shows the steps; it can stop the training after any of them.

    Returns
    -------
    pathlib.Path
        The weights, for `SentenceEncoder.load`; nothing is trained if they are there.

    Raises
    ------
    InputError
        There are fewer than two products, the backbone cannot be had, the folder holds another training, or the loss
        is no longer a finite number.
    """
    if (out / WEIGHTS).is_file():
        return out / WEIGHTS
    classes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    if len(classes) == 0 or classes.max() < 1:
        raise InputError("Titles of at least two products are needed to fine-tune a sentence network.")
    out.mkdir(parents=True, exist_ok=True)
    training = _begin(recipe, titles, classes, pick_device(device))
    identity = {"recipe": recipe.fingerprint, "data": _data_digest(titles, classes)}
    for epoch in range(_resume(training, out / LAST, identity), recipe.epochs):
        started = time.perf_counter()
        loss = _train_epoch(training, epoch, progress)
        tensors = {**task_tensors(training.task), **optimizer_tensors(training.optimizer)}
        write_checkpoint(out / LAST, tensors, {**identity, "epochs": epoch + 1})
        speed = len(titles) / (time.perf_counter() - started)
        log.info("titles: epoch %d of %d, loss %.3f, %.0f titles/s", epoch + 1, recipe.epochs, loss, speed)
    return _finish(training.task.network, out)


def _begin(recipe: TitleRecipe, titles: Sequence[str], classes: RowArray, device: torch.device) -> TitleTraining:
    torch.manual_seed(recipe.seed)
    network = load_title_network(recipe.backbone, max_tokens=recipe.max_tokens).to(device)
    tokens = network.tokenise(titles)
    head = ArcFaceHead(
        network.dimension,
        int(classes.max()) + 1,
        scale=recipe.scale,
        margin=margin_at(recipe, 0),
        class_sizes=torch.from_numpy(np.bincount(classes)),
        class_margin_exponent=recipe.class_margin_exponent,
        label_smoothing=recipe.label_smoothing,
    )
    head.weight.data.copy_(_class_means(recipe, network, tokens, classes, device))
    task = TitleTask(network, head).to(device)
    return TitleTraining(recipe, task, build_optimizer(task, recipe), tokens, classes, device)


def _precision(recipe: TitleRecipe, device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=recipe.bfloat16)


def _class_means(
    recipe: TitleRecipe, network: TitleNetwork, tokens: Tokens, classes: RowArray, device: torch.device
) -> Tensor:
    """Mean direction of each class under the network as it is; shape (C, D)."""
    order = np.argsort([len(ids) for ids in tokens], kind="stable")
    sums = torch.zeros(int(classes.max()) + 1, network.dimension)
    network.eval()
    with torch.inference_mode():
        for start in range(0, len(order), _EMBED_BATCH):
            rows = order[start : start + _EMBED_BATCH]
            matrix, mask = network.pad([tokens[row] for row in rows])
            with _precision(recipe, device):
                embedded = network(matrix.to(device), mask.to(device))
            unit = F.normalize(embedded, dim=1).cpu()
            sums.index_add_(0, torch.from_numpy(classes[rows]), unit)
    return F.normalize(sums, dim=1)


def _resume(training: TitleTraining, path: Path, identity: dict[str, str]) -> int:
    """Take up the last checkpoint, if there is one; returns the epochs that are done."""
    if not path.is_file():
        return 0
    state = read_state(path)
    if {name: state.get(name) for name in identity} != identity:
        raise InputError(f"The checkpoint {path} is of another recipe or other titles: give another folder.")
    restore_checkpoint(path, training.task, training.optimizer)
    return int(state["epochs"])


def _train_epoch(training: TitleTraining, epoch: int, progress: Progress) -> float:
    """Train one epoch; returns the mean loss."""
    recipe, task = training.recipe, training.task
    torch.manual_seed(network_seed(recipe.seed, epoch))  # dropout draws from here
    rng = random_stream(recipe.seed, Stream.augmentation, epoch)
    batches = title_batches(training.tokens, training.labels, recipe, epoch)
    task.train()
    total = 0.0
    for step, rows in enumerate(track(progress, batches, f"epoch {epoch + 1}/{recipe.epochs}")):
        now = epoch + (step + 0.5) / len(batches)
        task.head.margin = margin_at(recipe, now)
        set_learning_rate(training.optimizer, learning_rate_factor(recipe, now))
        tokens = drop_tokens([training.tokens[row] for row in rows], recipe.token_dropout, rng)
        loss = _step(training, tokens, training.labels[rows])
        if not np.isfinite(loss):
            raise loss_error(loss, epoch, step, recipe)
        total += loss
    return total / len(batches)


def _step(training: TitleTraining, tokens: Tokens, labels: RowArray) -> float:
    matrix, mask = (part.to(training.device) for part in training.task.network.pad(tokens))
    with _precision(training.recipe, training.device):
        loss: Tensor = training.task(matrix, mask, torch.from_numpy(labels).to(training.device))
    training.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(training.task.parameters(), training.recipe.clip_norm)
    training.optimizer.step()
    return loss.item()


def _finish(network: TitleNetwork, out: Path) -> Path:
    with atomic_file(out / WEIGHTS, what="weights") as partial:
        save_weights(network, partial)
    (out / LAST).unlink(missing_ok=True)
    return out / WEIGHTS


def _data_digest(titles: Sequence[str], classes: RowArray) -> str:
    digest = hashlib.sha256("\0".join(titles).encode("utf-8", "surrogatepass"))
    digest.update(classes.tobytes())
    return digest.hexdigest()
