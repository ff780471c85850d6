"""A whole training: from a recipe and catalogues to a model folder, resumable after every epoch."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from product_matching.encoders.photo import pick_device
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.metrics.listing_f1 import group_sizes
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import RowArray
from product_matching.training.averaging import OtherTraining, average_with, check_same_mean, load_others
from product_matching.training.checkpoint import read_tensors, restore_task, task_tensors
from product_matching.training.curves import EpochRecord, best_record
from product_matching.training.export import (
    MODEL_FOLDER,
    describe_training,
    export_model,
    round_weights,
    write_report,
)
from product_matching.training.failures import explained
from product_matching.training.loop import train_epoch
from product_matching.training.pixels import DecodedPhotos
from product_matching.training.recipe import Recipe
from product_matching.training.reconstructions import write_reconstructions
from product_matching.training.schedule import learning_rate_factor, margin_at
from product_matching.training.session import BEST, LAST, REPORT, Training, begin, save
from product_matching.training.tasks import ClassTask, ReconstructionTask

log = logging.getLogger(__name__)


def train(
    recipe: Recipe,
    catalogues: Mapping[str, Catalogue],
    out: Path,
    *,
    weights: Path | None = None,
    resume: bool = False,
    score_test: bool = False,
    average: Sequence[Path] = (),
    device: str = "auto",
    progress: Progress = NO_PROGRESS,
) -> dict[str, Any]:
    """Train a model.

    Parameters
    ----------
    recipe
        How.
    catalogues
        Listings with photos and label groups, by name; see `split_catalogues` for what trains and what is kept.
    out
        Folder of the training: checkpoints, ``curves.csv`` and ``.png``, ``report.json``, and the model folder
        ``model`` (none for an autoencoder, which has reconstructions instead).
    weights
        Safetensors file that the backbone starts from.
    resume
        Go on from the last checkpoint in `out`, to the same result as without the interruption; from the beginning
        where there is none yet.
    score_test
        Whether to score the test part, too, once the best epoch and the threshold are chosen. Left off while recipes
        are compared, so that nothing is chosen by it; with `resume`, a finished training is scored without training.
    average
        Folders of finished trainings whose weights the exported ones are averaged with; see `average_with`.
    device
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    progress
        Shows decoding, steps and embedding; it can stop the training after any step.

    Returns
    -------
    dict
        The report; see `describe_training`.

    Raises
    ------
    InputError
        Something that was given cannot be used, the loss is no longer finite, or the memory does not suffice; the last
        checkpoint is kept.
    Cancelled
        The work should stop; the last checkpoint is kept.
    """
    training = begin(recipe, catalogues, out, weights, resume, pick_device(device), progress)
    others = load_others(training, average)
    check_same_mean(out / REPORT, others)
    if score_test and not _has_groups(training.parts.test.labels):
        raise InputError("The test part cannot be scored: it has no group of two photos.")
    validation = training.decode(training.parts.validation, recipe.evaluation_size)
    if len(training.history) < recipe.epochs:
        photos = training.decode(training.parts.train, recipe.image_size)
        for epoch in range(len(training.history), recipe.epochs):
            with explained(recipe, epoch, out / LAST):
                _run_epoch(training, photos, validation, epoch)
    with explained(recipe, recipe.epochs, out / LAST):
        return _finish(training, validation, others, score_test)


def _run_epoch(training: Training, photos: DecodedPhotos, validation: DecodedPhotos, epoch: int) -> None:
    started = time.perf_counter()
    recipe = training.recipe
    result = train_epoch(training.machinery, photos, recipe, training.preparation, epoch, training.progress)
    scores = training.score(validation)
    rate = recipe.learning_rate * learning_rate_factor(recipe, epoch + 1)
    margin = margin_at(recipe, epoch + 1) if recipe.method == "arcface" else 0.0
    record = EpochRecord(
        epoch=epoch + 1,
        loss=result.loss,
        learning_rate=rate,
        margin=margin,
        f1=scores.mean("f1"),
        threshold=scores.threshold,
        recall_at_1=scores.mean("recall_at_1"),
        map_at_r=scores.mean("map_at_r"),
        photos_per_second=result.photos_per_second,
        seconds=time.perf_counter() - started,
    )
    training.history.append(record)
    save(training)
    task = training.machinery.task
    if isinstance(task, ReconstructionTask) and (
        (epoch + 1) % recipe.picture_epochs == 0 or epoch + 1 == recipe.epochs
    ):
        path = training.folder / "reconstructions" / f"epoch_{epoch + 1:04d}.png"
        write_reconstructions(task, validation, training.preparation, training.machinery.device, path)
    _report_epoch(record, recipe.epochs)


def _finish(
    training: Training, validation: DecodedPhotos, others: Sequence[OtherTraining], score_test: bool
) -> dict[str, Any]:
    """Take the best epoch, round its weights and choose the threshold on validation; score the test part if asked."""
    task, recipe, folder = training.machinery.task, training.recipe, training.folder
    restore_task(task, read_tensors(folder / BEST, task_tensors(task)))
    if others and isinstance(task, ClassTask):
        average_with(task.network, others)
    with tempfile.TemporaryDirectory() as scratch:
        weights = None
        if not isinstance(task, ReconstructionTask):
            weights = round_weights(task, recipe, training.machinery.device, Path(scratch))
        figures = {"validation": training.score(validation)}
        if score_test:
            test = training.decode(training.parts.test, recipe.evaluation_size)
            figures["test"] = training.score(test, threshold=figures["validation"].threshold)
        best = best_record(training.history)
        speed = sum(record.photos_per_second for record in training.history) / len(training.history)
        report = describe_training(recipe, training.parts, best.epoch, figures, speed, others)
        if weights is not None and not isinstance(task, ReconstructionTask):
            export_model(task, recipe, training.preparation, weights, report, folder / MODEL_FOLDER)
    write_report(report, folder / REPORT)
    return report


def _has_groups(labels: RowArray) -> bool:
    return bool((group_sizes(labels) > 1).any())


def _report_epoch(record: EpochRecord, epochs: int) -> None:
    log.info(
        "Epoch %d/%d: loss %.4f, F1 %.4f at %.3f, recall@1 %.4f, mAP@R %.4f, %.1f photos/s, %s left.",
        record.epoch,
        epochs,
        record.loss,
        record.f1,
        record.threshold,
        record.recall_at_1,
        record.map_at_r,
        record.photos_per_second,
        _duration(record.seconds * (epochs - record.epoch)),
    )


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
