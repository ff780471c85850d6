"""Sentence embeddings for a protocol: none comes from an encoder trained on the listing's own label."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from product_matching.encoders.photo import FloatVectors
from product_matching.encoders.sentence import SentenceEncoder, encode_once
from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.protocols import Plan, plan_protocol
from product_matching.places import home_folder
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import RowArray
from product_matching.training.titles.data import LabelledTitles
from product_matching.training.titles.recipe import TitleRecipe
from product_matching.training.titles.training import train_titles

log = logging.getLogger(__name__)


def untrained_vectors(listings: LabelledListings, source: str) -> FloatVectors:
    """Embed all titles with a sentence model as it was published; shape (N, D), good under every protocol.

    Raises
    ------
    InputError
        The extra ``sentence`` or the model is missing.
    """
    return encode_once(SentenceEncoder.load(source), listings.titles.tolist())


def out_of_fold_vectors(
    listings: LabelledListings,
    protocol: str,
    recipe: TitleRecipe,
    *,
    two_stage: bool = True,
    progress: Progress = NO_PROGRESS,
) -> FloatVectors:
    """Embed all titles with encoders fine-tuned as a protocol allows.

    Validation and test listings are embedded by an encoder trained on all training listings. With a second stage, each
    of its training catalogues is embedded by an encoder trained on the other training catalogues: the features in its
    training are then as good as those in its use, and no better. Trainings are kept in the user's data folder: one that
    was interrupted is continued, one that is done is not repeated.

    Parameters
    ----------
    listings
        The labelled catalogue.
    protocol
        ``"fold"``, or ``"dense"`` without a second stage.
    recipe
        How encoders are trained.
    two_stage
        Whether a second stage is trained on the embeddings. Without one the training listings' embeddings do not
        affect the figure; under ``"dense"`` they are those of the encoder that was trained on them.
    progress
        See `train_titles`.

    Returns
    -------
    numpy.ndarray
        Shape (N, D), float32, rows of norm 1 or 0.

    Raises
    ------
    InputError
        The protocol trains on its validation listings, or a second stage would be trained on mixed embeddings.
    """
    plan = plan_protocol(protocol, listings.names)
    parts: list[FloatVectors] = []
    rows: list[RowArray] = []
    for trained, embedded in training_parts(plan, two_stage=two_stage):
        data = LabelledTitles.of(listings.titles[trained].tolist(), listings.labels[trained])
        weights = _train(recipe, data, progress)
        encoder = SentenceEncoder.load(
            recipe.backbone, weights=weights, max_tokens=recipe.max_tokens, prefix=recipe.prefix
        )
        parts.append(encode_once(encoder, listings.titles[embedded].tolist()))
        rows.append(embedded)
    vectors = np.zeros((len(listings), parts[0].shape[1]), dtype=np.float32)
    for part, embedded in zip(parts, rows, strict=True):
        vectors[embedded] = part
    return vectors


def training_parts(plan: Plan, *, two_stage: bool) -> list[tuple[RowArray, RowArray]]:
    """For each encoder of a protocol the rows that it is trained on and the rows that it embeds.

    Raises
    ------
    InputError
        See `out_of_fold_vectors`.
    """
    accepted = ("fold",) if two_stage else ("fold", "dense")
    if plan.protocol not in accepted:
        raise InputError(
            f"A fine-tuned sentence encoder {'with a second stage ' if two_stage else ''}is measured under "
            f"{' or '.join(accepted)} only, not {plan.protocol!r}."
        )
    trained = [split.catalogue[split.queries] for split in plan.train]
    everything = np.concatenate(trained)
    parts = [(np.sort(everything), np.union1d(plan.validation.catalogue, plan.test.catalogue))]
    if two_stage:
        parts += [(np.setdiff1d(everything, rows), rows) for rows in trained]
    return parts


def _train(recipe: TitleRecipe, data: LabelledTitles, progress: Progress) -> Path:
    out = home_folder() / "title-trainings" / f"{recipe.name}-{recipe.fingerprint[:12]}-{data.digest[:12]}"
    log.info("titles: the encoder trained on %d listings lies in %s", len(data), out)
    return train_titles(recipe, data, out, progress=progress)
