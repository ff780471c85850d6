"""Fine-tune a sentence network on titles whose products are known: ArcFace over the products, resumable by epoch."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from product_matching.encoders.photo import pick_device
from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.networks.title_network import TitleNetwork, load_title_network
from product_matching.networks.weights import save_weights
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import RowArray
from product_matching.training.loop import EpochBatches, EpochResult, build_machinery
from product_matching.training.sampler import Stream, random_stream
from product_matching.training.session import LAST, Session, make_folder, read_last, restore
from product_matching.training.titles.batches import TitleBatch, Tokens, drop_tokens, title_batches
from product_matching.training.titles.data import LabelledTitles
from product_matching.training.titles.recipe import TitleRecipe
from product_matching.training.titles.task import build_title_task, precision

log = logging.getLogger(__name__)
WEIGHTS = "weights.safetensors"


def train_titles(recipe: TitleRecipe, data: LabelledTitles, out: Path, *, progress: Progress = NO_PROGRESS) -> Path:
    """Fine-tune a sentence network, on a GPU if there is one, or go on with a fine-tuning that was interrupted.

    All epochs are run, and the last is kept: there is nothing to choose.

    Parameters
    ----------
    recipe
        How.
    data
        Titles and their products.
    out
        Folder of this training and of no other: a checkpoint after every epoch, and at the end the weights.
    progress
        Shows the steps; it can stop the training after any of them.

    Returns
    -------
    pathlib.Path
        The weights, for `SentenceEncoder.load`; nothing is trained if they are there.

    Raises
    ------
    InputError
        There are fewer than two products, the backbone cannot be had, the folder holds another training, the loss is
        no longer finite, or the memory does not suffice; the last checkpoint is kept.
    Cancelled
        The work should stop; the last checkpoint is kept.
    """
    if (out / WEIGHTS).is_file():
        return out / WEIGHTS
    if data.n_classes < 2:
        raise InputError("Titles of at least two products are needed to fine-tune a sentence network.")
    make_folder(out)
    torch.manual_seed(recipe.seed)
    network = load_title_network(recipe.backbone, max_tokens=recipe.max_tokens, prefix=recipe.prefix)
    network.to(pick_device())
    hooks = _TitleHooks(recipe, network, network.tokenise(data.titles), data.classes)
    _begin(hooks, data, out).train(hooks, progress)
    return _finish(network, out)


@dataclass(frozen=True, eq=False)
class _TitleHooks:
    """Trains on titles of like length with tokens left out at random; nothing is measured."""

    recipe: TitleRecipe
    network: TitleNetwork
    tokens: Tokens
    classes: RowArray

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    def draw(self, epoch: int) -> EpochBatches[TitleBatch]:
        batches = title_batches(self.tokens, self.classes, self.recipe, epoch)
        return EpochBatches(self._batches(batches, epoch), len(batches), len(self.tokens))

    def _batches(self, batches: Sequence[RowArray], epoch: int) -> Iterator[TitleBatch]:
        rng = random_stream(self.recipe.seed, Stream.augmentation, epoch)
        for rows in batches:
            tokens = drop_tokens([self.tokens[row] for row in rows], self.recipe.token_dropout, rng)
            matrix, mask = (part.to(self.device) for part in self.network.pad(tokens))
            yield TitleBatch(matrix, mask, torch.from_numpy(self.classes[rows]).to(self.device))

    def measure(self, result: EpochResult) -> EpochResult:
        return result

    def is_best(self, history: Sequence[EpochResult]) -> bool:
        return False

    def report(self, history: Sequence[EpochResult]) -> None:
        done, epochs = history[-1], self.recipe.epochs
        speed = done.listings_per_second
        log.info("titles: epoch %d of %d, loss %.3f, %.0f titles/s", done.epoch, epochs, done.loss, speed)


def _begin(hooks: _TitleHooks, data: LabelledTitles, out: Path) -> Session[TitleBatch, EpochResult]:
    recipe = hooks.recipe
    state = read_last(out, recipe, data.digest)
    task = build_title_task(recipe, hooks.network, hooks.tokens, hooks.classes)
    machinery = build_machinery(recipe, task, hooks.device, precision(recipe))
    history = restore(machinery, out, state, EpochResult)
    return Session(machinery=machinery, folder=out, data_sha256=data.digest, details={}, history=history)


def _finish(network: TitleNetwork, out: Path) -> Path:
    with atomic_file(out / WEIGHTS, what="weights") as partial:
        save_weights(network, partial)
    (out / LAST).unlink(missing_ok=True)
    return out / WEIGHTS
