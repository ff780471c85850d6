"""A training of photos under way: what it adds to a session, from decoding to the validation after an epoch."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from product_matching.encoders.photo import pick_device
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.metrics.retrieval import QueryScores
from product_matching.progress import Progress
from product_matching.training.batches import Batch, epoch_batches, steps_per_epoch
from product_matching.training.curves import EpochRecord, kept_record, log_epoch, write_curves
from product_matching.training.loop import EpochBatches, EpochResult, build_machinery, half_precision
from product_matching.training.options import TrainingOptions
from product_matching.training.parts import LabelledPhotos, TrainingParts, split_catalogues
from product_matching.training.pixels import DecodedPhotos, decode_part
from product_matching.training.recipe import Recipe
from product_matching.training.reconstructions import write_reconstructions
from product_matching.training.session import LAST, Session, make_folder, read_last, restore
from product_matching.training.start import find_start
from product_matching.training.tasks import PhotoTask, ReconstructionTask, build_task
from product_matching.training.trained import TrainedTask, read_preparation
from product_matching.training.validation import embed_part, score_retrieval


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoTraining:
    """A training of photos under way.

    Attributes
    ----------
    trained
        Recipe, preparation of photos, and the network as it is now.
    parts
        What it is trained, validated and tested on.
    session
        Optimizer, history and folder.
    progress
        Shows decoding, steps and embedding.
    """

    trained: TrainedTask
    parts: TrainingParts
    session: Session[Batch, EpochRecord]
    progress: Progress

    def decode(self, photos: LabelledPhotos, image_size: int) -> DecodedPhotos:
        """Decode a part for this training's network, at `image_size` pixels."""
        return decode_part(photos, image_size, self.trained.preparation.interpolation, progress=self.progress)

    def score(self, photos: DecodedPhotos, *, threshold: float | None = None) -> QueryScores:
        """Embed the photos of a part with the network as it is now, and look them up."""
        batch_size = self.trained.recipe.batch_size
        vectors = embed_part(self.trained, photos, batch_size=batch_size, progress=self.progress)
        return score_retrieval(vectors, photos.labels, threshold=threshold)

    def run(self, validation: DecodedPhotos) -> None:
        """Train the epochs that are left; see `Session.train`."""
        if not self.session.finished:
            photos = self.decode(self.parts.train, self.trained.recipe.image_size)
            self.session.train(_PhotoHooks(self, photos, validation), self.progress)


@dataclass(frozen=True, eq=False)
class _PhotoHooks:
    """Trains on augmented photos, scores validation photos, and shows curves, figures and reconstructions."""

    training: PhotoTraining
    photos: DecodedPhotos
    validation: DecodedPhotos

    def draw(self, epoch: int) -> EpochBatches[Batch]:
        trained, device = self.training.trained, self.training.session.machinery.device
        return epoch_batches(self.photos, trained.recipe, trained.preparation, epoch, device=device)

    def measure(self, result: EpochResult) -> EpochRecord:
        started = time.perf_counter()
        scores = self.training.score(self.validation)
        return EpochRecord.of(result, scores, time.perf_counter() - started)

    def is_best(self, history: Sequence[EpochRecord]) -> bool:
        return kept_record(history, self.training.trained.recipe.keep) is history[-1]

    def report(self, history: Sequence[EpochRecord]) -> None:
        trained, folder, record = self.training.trained, self.training.session.folder, history[-1]
        write_curves(history, folder)
        last = record.epoch == trained.recipe.epochs
        if isinstance(trained.task, ReconstructionTask) and (record.epoch % trained.recipe.picture_epochs == 0 or last):
            path = folder / "reconstructions" / f"epoch_{record.epoch:04d}.png"
            write_reconstructions(trained.task, self.validation, trained.preparation, path)
        log_epoch(record, trained.recipe.epochs)


def begin(
    recipe: Recipe, catalogues: Mapping[str, Catalogue], out: Path, options: TrainingOptions, *, progress: Progress
) -> PhotoTraining:
    """Begin a training, or continue it from the last checkpoint in `out`; see `train`.

    Raises
    ------
    InputError
        Something that was given cannot be used, or the checkpoint is damaged or of another training.
    """
    if (out / LAST).exists() and not options.resume:
        raise InputError(f"{out} holds a training already: continue with --resume, or give another folder.")
    parts = split_catalogues(catalogues, singles=recipe.singles or recipe.method == "autoencoder")
    steps_per_epoch(len(parts.train), recipe)
    state = read_last(out, recipe, parts.digest)
    if state is None:
        preparation, start = find_start(recipe, options.weights)
    else:
        preparation, start = read_preparation(state, out / LAST), None
    device = pick_device(options.device)
    task: PhotoTask = build_task(recipe, preparation, parts.train.labels, weights=start).to(device)
    task = task.to(memory_format=torch.channels_last)
    if device.type == "cuda":
        torch.backends.cudnn.deterministic = True
    machinery = build_machinery(recipe, task, device, half_precision(device))
    history = restore(machinery, out, state, EpochRecord)
    make_folder(out)
    session = Session(
        machinery=machinery,
        folder=out,
        data_sha256=parts.digest,
        details={"preparation": asdict(preparation)},
        history=history,
    )
    return PhotoTraining(
        trained=TrainedTask(recipe, preparation, task), parts=parts, session=session, progress=progress
    )
