"""Train a pair scorer on a labelled catalogue or bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.listings.parts import listing_parts
from product_matching.listings.splits import Split, group_folds
from product_matching.matching.chain import MEASURED_CHAIN, VectorRules
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.examples import LabelledCatalogue
from product_matching.matching.second_stage.listing_data import DenseSide, ListingData
from product_matching.matching.second_stage.training import (
    LearningSplits,
    Lessons,
    Preparation,
    best_of,
    choose_in_whole,
    learning_for,
    train_scorer,
)
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import RowArray
from product_matching.workflows.score_pairs import bundle_data, bundle_sides

if TYPE_CHECKING:
    import pandas as pd

    from product_matching.matching.second_stage.scorer import PairScorer
    from product_matching.store.bundle import Bundle

_BESIDE_TRAINING = "; chosen for validation in a catalogue with train"
_PROTOCOL_OF_OTHERS = (
    "trained on listings embedded by models that have not seen them, tuned on the part validation, each its own gallery"
)
#: Label groups of two or more listings that a scorer is trained and tuned on at least: two in each of five folds.
LEAST_GROUPS = 10
#: Chains that the candidates and features may come from.
CHAINS = (replace(MEASURED_CHAIN.vectors, blend=()), MEASURED_CHAIN.vectors)


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingData:
    """Labelled listings that a scorer is trained on.

    Attributes
    ----------
    data
        Titles, pHashes and vectors of N listings.
    names
        Label group of each listing, shape (N,), "" for none.
    parts
        Part of each listing (train, validation, test), shape (N,); None where the catalogue has none.
    dense
        The dense vectors in `data`.
    encoder_trained_on_train
        Whether the vectors' encoder was trained on the part ``train``: similarities there are too high to train on.
    catalogue_id
        The catalogue; "" for a mere table.
    """

    data: ListingData
    names: npt.NDArray[np.object_]
    parts: npt.NDArray[np.object_] | None
    dense: Sequence[DenseSide] = ()
    encoder_trained_on_train: bool = False
    catalogue_id: str = ""


def table_training_data(listings: pd.DataFrame) -> TrainingData:
    """Titles, pHashes and labels of a catalogue's table."""
    _check_columns(listings)
    hashes = listings["image_phash"].tolist() if "image_phash" in listings else [""] * len(listings)
    data = ListingData(listings["title"].tolist(), [str(one) for one in hashes])
    return TrainingData(data=data, names=_names(listings), parts=listing_parts(listings))


def bundle_training_data(bundle: Bundle) -> TrainingData:
    """The listings of a bundle with their photo vectors."""
    _check_columns(bundle.listings)
    sides, model = bundle_sides(bundle), bundle.manifest.photo_model
    return TrainingData(
        data=bundle_data(bundle, sides),
        names=_names(bundle.listings),
        parts=listing_parts(bundle.listings),
        dense=sides,
        encoder_trained_on_train=model is not None and bool(model.training),
        catalogue_id=bundle.manifest.catalogue_id,
    )


def train_pairs(
    given: TrainingData,
    also: Sequence[TrainingData] = (),
    *,
    chains: Sequence[VectorRules] = CHAINS,
    trees: int | None = None,
    progress: Progress = NO_PROGRESS,
) -> PairScorer:
    """Train a pair scorer for use.

    With parts, it is trained on ``train`` and tuned on ``validation``, each its own gallery; where the vectors' encoder
    was trained on ``train``, the scorer is trained and tuned on ``validation`` by cross-fitting. The part ``test`` is
    not used. Without parts, it is trained on four fifths of the label groups and tuned on the last fifth, with the
    whole catalogue as gallery.

    Parameters
    ----------
    given
        The labelled listings that it is tuned on, and trained on unless there are others.
    also
        Further labelled listings, all of which it is trained on instead: with vectors of encoders like the catalogue's
        own that were not trained on them. `given` then needs a part ``validation``, which only tunes.
    chains
        Chains that the candidates and features may come from; the one with the best F1 on validation is kept.
    trees
        Number of trees; by default that of `learning_for`.
    progress
        Shows the verification of photos.

    Raises
    ------
    InputError
        There are too few labelled listings, or the listings in `also` have other sides.
    """
    _check_groups(given)
    learning = learning_for(side.name for side in given.dense)
    if trees is not None:
        learning = replace(learning, trees=trees)
    if not any(given.data.phashes):
        chains = tuple(dict.fromkeys(replace(rules, photo_bits=None) for rules in chains))
    lessons, protocol = _lessons(given, also, progress)
    trained = best_of(chains, lambda rules: train_scorer(lessons(rules), learning, given.dense, protocol))
    scorer = replace(trained.scorer, catalogue_id=given.catalogue_id)
    return _beside_training(scorer, given, progress) if scorer.gives_probabilities else scorer


def _beside_training(scorer: PairScorer, given: TrainingData, progress: Progress) -> PairScorer:
    """Learn how probabilities fall with size, and choose again, for the part validation beside the part train.

    The listings of ``train`` are only there to be confused with: no group is in two parts. ``test`` is left out.
    """
    if given.parts is None or not (given.parts == "train").any():
        return scorer
    rows = np.flatnonzero(given.parts != "test")
    names, parts = given.names[rows], given.parts[rows]
    labels = np.unique(names.astype(str), return_inverse=True)[1].astype(np.int64)
    catalogue = PreparedCatalogue.of(given.data.take(rows), scorer.rules)
    validation = np.flatnonzero(parts == "validation")
    queries = validation[queries_with_others(names[validation])]
    whole = LabelledCatalogue.of(catalogue, labels, progress)
    return replace(choose_in_whole(scorer, whole, queries), protocol=f"{scorer.protocol}{_BESIDE_TRAINING}")


def _lessons(
    given: TrainingData, also: Sequence[TrainingData], progress: Progress
) -> tuple[Callable[[VectorRules], Lessons], str]:
    """What is learnt from under some chain, and what the figure of the tuning listings is."""
    if also:
        return _lessons_of_others(given, also, progress), _PROTOCOL_OF_OTHERS
    splits, protocol = _splits(given)
    labels = np.unique(given.names.astype(str), return_inverse=True)[1].astype(np.int64)
    return lambda rules: Preparation({"": given.data}, labels, splits, rules, progress=progress).lessons(), protocol


def _lessons_of_others(
    given: TrainingData, also: Sequence[TrainingData], progress: Progress
) -> Callable[[VectorRules], Lessons]:
    for other in also:
        if [(side.name, side.dimension) for side in other.dense] != [(s.name, s.dimension) for s in given.dense]:
            raise InputError("The catalogues to train on have other vectors than the catalogue that the scorer is for.")
    if given.parts is None or not (given.parts == "validation").any():
        raise InputError(
            "The catalogue has no part 'validation' (column 'part'), which other catalogues to train on need."
        )
    rows = np.flatnonzero(given.parts == "validation")
    tuned = given.data.take(rows)
    background = [*tuned.titles, *(title for other in also for title in other.data.titles)]

    def lessons(rules: VectorRules) -> Lessons:
        def prepare(data: ListingData, names: npt.NDArray[np.object_]) -> LabelledCatalogue:
            numbers = np.unique(names.astype(str), return_inverse=True)[1].astype(np.int64)
            return LabelledCatalogue.of(PreparedCatalogue.of(data, rules, background), numbers, progress)

        return Lessons(
            training=[(prepare(other.data, other.names), np.arange(len(other.data))) for other in also],
            tuning=[(prepare(tuned, given.names[rows]), queries_with_others(given.names[rows]))],
        )

    return lessons


def _splits(given: TrainingData) -> tuple[LearningSplits, str]:
    if given.parts is None or not (given.parts == "validation").any():
        folds, everything = group_folds(given.names), np.arange(len(given.names))
        tuning, training = (Split(everything, np.flatnonzero(rows)) for rows in (folds == 1, folds != 1))
        protocol = "trained on four fifths of the label groups, tuned on the last fifth, in the whole catalogue"
        return LearningSplits(training=(training,), tuning=(tuning,)), protocol
    validation = np.flatnonzero(given.parts == "validation")
    tuning = Split(validation, queries_with_others(given.names[validation]))
    train = np.flatnonzero(given.parts == "train")
    if len(train) and not given.encoder_trained_on_train:
        protocol = "trained on the part train, tuned on the part validation, each its own gallery"
        return LearningSplits(training=(Split.whole(train),), tuning=(tuning,)), protocol
    protocol = "trained and tuned on the part validation by cross-fitting, its own gallery"
    return LearningSplits(training=(Split.whole(validation),), tuning=(tuning,), cross_fit=True), protocol


def queries_with_others(names: npt.NDArray[np.object_]) -> RowArray:
    """Positions of the listings that have another one of their label group; the others are distractors."""
    _, groups, counts = np.unique(names.astype(str), return_inverse=True, return_counts=True)
    return np.flatnonzero(counts[groups] > 1).astype(np.int64)


def _check_groups(given: TrainingData) -> None:
    """Check that there are enough label groups to learn from, with advice where there are not."""
    names = given.names if given.parts is None else given.names[given.parts != "test"]
    sizes = np.unique(names.astype(str), return_counts=True)[1]
    groups, pairs = int((sizes > 1).sum()), int((sizes * (sizes - 1) // 2).sum())
    if groups < LEAST_GROUPS:
        raise InputError(
            f"Training a pair scorer needs at least {LEAST_GROUPS} label groups of two or more listings, but there are "
            f"{groups}, with {pairs} pairs of the same product: label more listings, or use the shipped scorer "
            "models/pairs/demo, which decides by default for titles and for photos of the shipped model. In a bundle "
            "without any labels, decisions on pairs are enough."
        )


def _check_columns(listings: pd.DataFrame) -> None:
    for column, what in (("title", "titles"), ("label_group", "label groups")):
        if column not in listings or not (listings[column] != "").any():
            instead = "" if column == "title" else ", nor decisions on pairs, which a bundle can have instead"
            raise InputError(
                f"The catalogue has no {what} (column {column!r}){instead}: a pair scorer cannot be trained on it."
            )


def _names(listings: pd.DataFrame) -> npt.NDArray[np.object_]:
    names = listings["label_group"].to_numpy(dtype=object)
    unlabelled = int((names == "").sum())
    if unlabelled:
        raise InputError(f"{unlabelled} of {len(names)} listings have no label_group, but training needs one of each.")
    return names
