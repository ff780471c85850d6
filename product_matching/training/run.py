"""A whole training of photos: from a recipe and catalogues to a model folder, resumable after every epoch."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.metrics.listing_f1 import group_sizes
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import RowArray
from product_matching.training.averaging import OtherTraining, average_with, check_same_mean, load_others
from product_matching.training.checkpoint import read_tensors, restore_task, task_tensors
from product_matching.training.export import (
    MODEL_FOLDER,
    describe_training,
    export_model,
    round_weights,
    write_report,
)
from product_matching.training.failures import explained
from product_matching.training.options import FRESH, TrainingOptions
from product_matching.training.photos import PhotoTraining, begin
from product_matching.training.pixels import DecodedPhotos
from product_matching.training.recipe import Recipe
from product_matching.training.session import BEST, LAST
from product_matching.training.tasks import ClassTask
from product_matching.training.trained import REPORT


def train(
    recipe: Recipe,
    catalogues: Mapping[str, Catalogue],
    out: Path,
    options: TrainingOptions = FRESH,
    *,
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
    options
        Where to start, what to score, and where to run.
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
    training = begin(recipe, catalogues, out, options, progress=progress)
    others = load_others(training.trained, options.average)
    check_same_mean(out / REPORT, others)
    if options.score_test and not _has_groups(training.parts.test.labels):
        raise InputError("The test part cannot be scored: it has no group of two photos.")
    validation = training.decode(training.parts.validation, recipe.evaluation_size)
    training.run(validation)
    with explained(recipe, recipe.epochs, out / LAST):
        return _finish(training, validation, others, score_test=options.score_test)


def _finish(
    training: PhotoTraining, validation: DecodedPhotos, others: Sequence[OtherTraining], *, score_test: bool
) -> dict[str, Any]:
    """Take the kept epoch, round its weights, choose the threshold on validation; score the test part on request."""
    trained, folder = training.trained, training.session.folder
    task, recipe = trained.task, trained.recipe
    restore_task(task, read_tensors(folder / BEST, task_tensors(task)))
    with tempfile.TemporaryDirectory() as scratch:
        weights = None
        if isinstance(task, ClassTask):
            if others:
                average_with(task.network, others)
            weights = round_weights(task.network, recipe.backbone, Path(scratch))
        figures = {"validation": training.score(validation)}
        if score_test:
            test = training.decode(training.parts.test, recipe.evaluation_size)
            figures["test"] = training.score(test, threshold=figures["validation"].threshold)
        report = describe_training(recipe, training.parts, training.session.history, figures, others=others)
        if weights is not None:
            export_model(trained, weights, report, folder / MODEL_FOLDER)
    write_report(report, folder / REPORT)
    return report


def _has_groups(labels: RowArray) -> bool:
    return bool((group_sizes(labels) > 1).any())
