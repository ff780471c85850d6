"""A training under way: begun or taken up again from its last checkpoint, and saved after every epoch."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.metrics.retrieval import QueryScores
from product_matching.progress import Progress
from product_matching.training.batches import steps_per_epoch
from product_matching.training.checkpoint import (
    count_classes,
    optimizer_tensors,
    read_state,
    restore_checkpoint,
    task_tensors,
    write_checkpoint,
)
from product_matching.training.curves import EpochRecord, best_record, write_curves
from product_matching.training.loop import Machinery, build_scaler
from product_matching.training.optimizer import build_optimizer
from product_matching.training.parts import LabelledPhotos, TrainingParts, split_catalogues
from product_matching.training.pixels import DecodedPhotos, decode_part
from product_matching.training.recipe import Recipe
from product_matching.training.start import Preparation, find_start
from product_matching.training.tasks import Task, build_task
from product_matching.training.validation import embed_part, score_retrieval
from product_matching.validation import validate

log = logging.getLogger(__name__)
LAST, BEST, REPORT = "last.safetensors", "best.safetensors", "report.json"


@dataclass(frozen=True, eq=False)
class TrainedTask:
    """What a training has made, ready to embed photos.

    Attributes
    ----------
    recipe, preparation
        How it was trained, and how photos are prepared for it.
    task
        The network in its best epoch.
    """

    recipe: Recipe
    preparation: Preparation
    task: Task


@dataclass(frozen=True, eq=False)
class Training:
    """A training under way; only `machinery` and `history` change.

    Attributes
    ----------
    recipe, parts, preparation
        What is trained, on what, and how photos are prepared.
    machinery
        Task, optimizer and device.
    history
        One record for each finished epoch.
    folder
        Where checkpoints, curves, report and model go.
    progress
        Shows decoding, steps and embedding.
    """

    recipe: Recipe
    parts: TrainingParts
    preparation: Preparation
    machinery: Machinery
    history: list[EpochRecord]
    folder: Path
    progress: Progress

    def decode(self, photos: LabelledPhotos, image_size: int) -> DecodedPhotos:
        """Decode a part for this training's network, at `image_size` pixels."""
        return decode_part(photos, image_size, self.preparation.interpolation, progress=self.progress)

    def score(self, photos: DecodedPhotos, *, threshold: float | None = None) -> QueryScores:
        """Embed the photos of a part with the network as it is now, and look them up."""
        task, device = self.machinery.task, self.machinery.device
        size = self.recipe.batch_size
        vectors = embed_part(task, photos, self.preparation, device, size, self.progress)
        return score_retrieval(vectors, photos.labels, threshold=threshold)


def begin(
    recipe: Recipe,
    catalogues: Mapping[str, Catalogue],
    out: Path,
    weights: Path | None,
    resume: bool,
    device: torch.device,
    progress: Progress,
) -> Training:
    """Begin a training, or take it up again where the last checkpoint in `out` left it; see `train`.

    Raises
    ------
    InputError
        Something that was given cannot be used, or the checkpoint is damaged or of another training.
    """
    last = out / LAST
    if last.exists() and not resume:
        raise InputError(f"{out} holds a training already: go on with --resume, or give another folder.")
    parts = split_catalogues(catalogues, singles=recipe.singles or recipe.method == "autoencoder")
    steps_per_epoch(len(parts.train), recipe)
    state = _read_resumed(last, recipe, parts) if last.exists() else None
    preparation, start = find_start(recipe, weights) if state is None else (_prepared(state, last), None)
    task = build_task(recipe, preparation, parts.train.labels, weights=start).to(device)
    task = task.to(memory_format=torch.channels_last)
    machinery = Machinery(task, build_optimizer(task, recipe), build_scaler(device), device)
    if device.type == "cuda":
        torch.backends.cudnn.deterministic = True
    history: list[EpochRecord] = []
    if state is not None:
        history = _restore(machinery, state, last)
        log.info("Going on after epoch %d of %d.", len(history), recipe.epochs)
    _make_folder(out)
    return Training(recipe, parts, preparation, machinery, history, out, progress)


def load_trained(folder: Path) -> TrainedTask:
    """Load the best epoch of a finished training, an autoencoder among them.

    Raises
    ------
    InputError
        There is no finished training, or it is damaged or not what its own recipe makes.
    """
    path = folder / BEST
    if not (folder / REPORT).is_file():
        raise InputError(f"{folder} holds no finished training (no {REPORT}): run or resume product-matching train.")
    state = read_state(path)
    if not isinstance(state.get("recipe"), dict):
        raise InputError(f"The checkpoint {path} holds no recipe.")
    recipe = validate(Recipe, state["recipe"], f"The recipe in the checkpoint {path}")
    preparation = _prepared(state, path)
    classes = np.arange(count_classes(path), dtype=np.int64)
    task = build_task(recipe, preparation, classes)
    restore_checkpoint(path, task)
    return TrainedTask(recipe, preparation, task)


def save(training: Training) -> None:
    """Write the best epoch before the last: killed in between, the last epoch is run again and writes it again."""
    machinery, history = training.machinery, training.history
    state = {
        "recipe": asdict(training.recipe),
        "data_sha256": training.parts.digest,
        "preparation": asdict(training.preparation),
        "history": [asdict(record) for record in history],
        "scaler": machinery.scaler.state_dict(),
    }
    tensors = task_tensors(machinery.task)
    if best_record(history) is history[-1]:
        write_checkpoint(training.folder / BEST, tensors, state)
    write_checkpoint(training.folder / LAST, {**tensors, **optimizer_tensors(machinery.optimizer)}, state)
    write_curves(history, training.folder)


def _read_resumed(path: Path, recipe: Recipe, parts: TrainingParts) -> dict[str, Any]:
    state = read_state(path)
    made_by, now = state.get("recipe"), asdict(recipe)
    if made_by != now:
        changed = [name for name in now if not isinstance(made_by, dict) or made_by.get(name) != now[name]]
        was = made_by.get(changed[0]) if isinstance(made_by, dict) and changed else None
        raise InputError(
            f"The checkpoint {path} was made by another recipe: {', '.join(changed[:1])} was {was!r:.60} and is "
            f"{now.get(changed[0] if changed else '')!r:.60}. Train into another folder, or restore the recipe."
        )
    if state.get("data_sha256") != parts.digest:
        raise InputError(f"The checkpoint {path} was made with other listings: train into another folder.")
    return state


def _prepared(state: Mapping[str, Any], path: Path) -> Preparation:
    try:
        values = dict(state["preparation"])
        return Preparation(**{**values, "mean": tuple(values["mean"]), "std": tuple(values["std"])})
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"The checkpoint {path} holds no preparation of photos ({error!s:.80}).") from error


def _restore(machinery: Machinery, state: Mapping[str, Any], path: Path) -> list[EpochRecord]:
    restore_checkpoint(path, machinery.task, machinery.optimizer)
    try:
        machinery.scaler.load_state_dict(state["scaler"])
        return [EpochRecord(**record) for record in state["history"]]
    except (KeyError, TypeError, RuntimeError) as error:
        raise InputError(f"The checkpoint {path} holds no history of a training ({error!s:.80}).") from error


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {path} cannot be made ({error.strerror}).") from error
