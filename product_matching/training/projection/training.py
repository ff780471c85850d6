"""Train a projection: a frozen tower embeds every photo once, then the projection is learnt from the vectors."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from product_matching.encoders.model_folder import PhotoModel, write_model_folder
from product_matching.encoders.model_sources import resolve_model
from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.listings.catalogue import Catalogue
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.training.checkpoint import read_tensors, restore_task, task_tensors
from product_matching.training.export import (
    MODEL_FOLDER,
    describe_training,
    model_card,
    round_weights,
    write_report,
)
from product_matching.training.options import FRESH, TrainingOptions
from product_matching.training.parts import TrainingParts, split_catalogues
from product_matching.training.projection.recipe import ProjectionRecipe
from product_matching.training.projection.session import VectorTraining, begin_training
from product_matching.training.projection.vectors import LabelledVectors, embed_labelled
from product_matching.training.session import BEST, LAST
from product_matching.training.trained import REPORT


def train_projection(
    recipe: ProjectionRecipe,
    catalogues: Mapping[str, Catalogue],
    out: Path,
    options: TrainingOptions = FRESH,
    *,
    progress: Progress = NO_PROGRESS,
) -> dict[str, Any]:
    """Train a projection; parameters, result and errors are those of `product_matching.training.run.train`.

    The model folder holds the projection alone and names its tower, which `PhotoEncoder.load` looks up.
    """
    if options.average:
        raise InputError("A projection is not averaged with other trainings: leave --average-with out.")
    if (out / LAST).exists() and not options.resume:
        raise InputError(f"{out} holds a training already: continue with --resume, or give another folder.")
    parts = split_catalogues(catalogues, singles=recipe.singles)
    encoder = PhotoEncoder.load(resolve_model(recipe.tower, weights=options.weights), device=options.device)
    train = embed_labelled(parts.train, encoder, progress=progress)
    validation = embed_labelled(parts.validation, encoder, progress=progress)
    test = embed_labelled(parts.test, encoder, progress=progress) if options.score_test else None
    digest = hashlib.sha256(f"{parts.digest} {encoder.model.fingerprint}".encode()).hexdigest()
    training = begin_training(recipe, train, validation, out=out, digest=digest, device=encoder.device)
    training.session.train(training, progress)
    return _finish(training, encoder.model, parts, test)


def _finish(
    training: VectorTraining, tower: PhotoModel, parts: TrainingParts, test: LabelledVectors | None
) -> dict[str, Any]:
    """Take the best epoch, round its weights, choose the threshold on validation; score the test part on request."""
    task, folder = training.task, training.session.folder
    restore_task(task, read_tensors(folder / BEST, task_tensors(task)))
    with tempfile.TemporaryDirectory() as scratch:
        weights = round_weights(task.network, f"{tower.backbone} with a projection", Path(scratch))
        figures = {"validation": training.score(training.validation)}
        if test is not None:
            figures["test"] = training.score(test, threshold=figures["validation"].threshold)
        report = describe_training(training.recipe, parts, training.session.history, figures)
        _export(training, tower, weights, report)
    write_report(report, folder / REPORT)
    return report


def _export(training: VectorTraining, tower: PhotoModel, weights: Path, report: Mapping[str, Any]) -> None:
    recipe = training.recipe
    model = replace(
        tower,
        name=recipe.name,
        weights_sha256=file_sha256(weights),
        dimension=training.task.network.dimension,
        tower=tower,
        source=f"a projection that was trained with ArcFace on vectors of {tower.name}",
        licence=recipe.licence or tower.licence,
        training=dict(report),
    )
    write_model_folder(training.session.folder / MODEL_FOLDER, model, weights, card=model_card(model, report))
