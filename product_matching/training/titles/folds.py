"""Sentence embeddings for a protocol: none comes from an encoder trained on the listing's own label."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from product_matching.encoders.photo import FloatVectors
from product_matching.encoders.sentence import SentenceEncoder, encode_once
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.protocols import Plan, plan_protocol, with_encoders
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
) -> dict[str, FloatVectors]:
    """Embed the titles with the encoders of a protocol, each fine-tuned as `with_encoders` says.

    The features in the training of a second stage are then as good as those in its use, and no better. Trainings are
    kept in the user's data folder: one that was interrupted is continued, one that is done is not repeated.

    Parameters
    ----------
    listings
        The labelled catalogue.
    protocol
        ``"fold"``, ``"dense"`` or ``"half"``.
    recipe
        How encoders are trained.
    two_stage
        Whether a second stage is trained on the embeddings. Without one, only encoders of validation and test are
        trained.
    progress
        See `train_titles`.

    Returns
    -------
    dict
        By name of the encoder, for `LabelledListings.encoders`: shape (N, D), float32, rows of norm 1, or 0 for titles
        without a word and for listings that the encoder does not embed.

    Raises
    ------
    InputError
        The protocol has no listings to train on.
    """
    plan = with_encoders(plan_protocol(protocol, listings.names))
    vectors: dict[str, FloatVectors] = {}
    for name, embedded in embedded_rows(plan, two_stage=two_stage).items():
        trained = plan.encoders[name]
        data = LabelledTitles.of(listings.titles[trained].tolist(), listings.labels[trained])
        weights = _train(recipe, data, progress)
        encoder = SentenceEncoder.load(
            recipe.backbone, weights=weights, max_tokens=recipe.max_tokens, prefix=recipe.prefix
        )
        part = encode_once(encoder, listings.titles[embedded].tolist())
        vectors[name] = np.zeros((len(listings), part.shape[1]), dtype=np.float32)
        vectors[name][embedded] = part
    return vectors


def embedded_rows(plan: Plan, *, two_stage: bool) -> dict[str, RowArray]:
    """Rows that each encoder of a plan embeds, by its name; without a second stage, fewer encoders are needed."""
    splits = (plan.test, *plan.validation, *(plan.train if two_stage else ()))
    rows: dict[str, RowArray] = {}
    for split in splits:
        rows[split.encoder] = np.union1d(rows.get(split.encoder, split.catalogue), split.catalogue)
    return rows


def _train(recipe: TitleRecipe, data: LabelledTitles, progress: Progress) -> Path:
    out = home_folder() / "title-trainings" / f"{recipe.name}-{recipe.fingerprint[:12]}-{data.digest[:12]}"
    log.info("titles: the encoder trained on %d listings lies in %s", len(data), out)
    return train_titles(recipe, data, out, progress=progress)
