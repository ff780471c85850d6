"""A training of vectors under way: its batches, and the validation after an epoch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from product_matching.metrics.retrieval import QueryScores
from product_matching.training.curves import EpochRecord, kept_record, log_epoch, write_curves
from product_matching.training.loop import EpochBatches, EpochResult, build_machinery
from product_matching.training.projection.recipe import ProjectionRecipe
from product_matching.training.projection.task import ProjectionTask, VectorBatch, build_projection_task
from product_matching.training.projection.vectors import LabelledVectors
from product_matching.training.sampler import epoch_order
from product_matching.training.session import Session, make_folder, read_last, restore
from product_matching.training.validation import score_retrieval


@dataclass(frozen=True, eq=False, kw_only=True)
class VectorTraining:
    """A training of a projection; the hooks of its session.

    Attributes
    ----------
    recipe, task
        How it is trained, and the projection as it is now.
    session
        Optimizer, history and folder.
    train, validation
        Vectors of the tower.
    """

    recipe: ProjectionRecipe
    task: ProjectionTask
    session: Session[VectorBatch, EpochRecord]
    train: LabelledVectors
    validation: LabelledVectors

    def score(self, part: LabelledVectors, *, threshold: float | None = None) -> QueryScores:
        """Look every vector of a part up among the others, projected."""
        return score_retrieval(self.task.embed(part.vectors), part.labels, threshold=threshold)

    def draw(self, epoch: int) -> EpochBatches[VectorBatch]:
        """See `TrainingHooks`."""
        steps = -(-len(self.train) // self.recipe.batch_size)
        return EpochBatches(self._batches(epoch), steps, len(self.train))

    def _batches(self, epoch: int) -> Iterator[VectorBatch]:
        device = self.session.machinery.device
        order = epoch_order(self.train.labels, self.recipe.sampler_exponent, seed=self.recipe.seed, epoch=epoch)
        for start in range(0, len(order), self.recipe.batch_size):
            rows = order[start : start + self.recipe.batch_size]
            vectors, labels = self.train.vectors[rows], self.train.labels[rows]
            yield VectorBatch(torch.from_numpy(vectors).to(device), torch.from_numpy(labels).to(device))

    def measure(self, result: EpochResult) -> EpochRecord:
        """See `TrainingHooks`."""
        started = time.perf_counter()
        scores = self.score(self.validation)
        return EpochRecord.of(result, scores, time.perf_counter() - started)

    def is_best(self, history: Sequence[EpochRecord]) -> bool:
        """See `TrainingHooks`."""
        return kept_record(history, self.recipe.keep) is history[-1]

    def report(self, history: Sequence[EpochRecord]) -> None:
        """See `TrainingHooks`."""
        write_curves(history, self.session.folder)
        log_epoch(history[-1], self.recipe.epochs)


def begin_training(
    recipe: ProjectionRecipe,
    train: LabelledVectors,
    validation: LabelledVectors,
    *,
    out: Path,
    digest: str,
    device: torch.device,
) -> VectorTraining:
    """Begin a training in a folder, or continue it from its last checkpoint.

    Parameters
    ----------
    recipe, train, validation
        How, and on what.
    out
        Folder of the training.
    digest
        Names photos and tower: a checkpoint is continued only with the same.
    device
        Where it runs.

    Raises
    ------
    InputError
        The embedding would be longer than the vectors, or the checkpoint is damaged or of another training.
    """
    state = read_last(out, recipe, digest)
    task = build_projection_task(recipe, train).to(device)
    machinery = build_machinery(recipe, task, device, None)
    history = restore(machinery, out, state, EpochRecord)
    make_folder(out)
    session = Session(machinery=machinery, folder=out, data_sha256=digest, details={}, history=history)
    return VectorTraining(recipe=recipe, task=task, session=session, train=train, validation=validation)
