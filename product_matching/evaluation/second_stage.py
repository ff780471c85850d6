"""Train the second stage under a protocol: it learns from, and is tuned on, nothing that is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings, TextArray
from product_matching.evaluation.methods import Settings
from product_matching.evaluation.protocols import Plan, Split, group_folds
from product_matching.matching.evidence import Evidence, TitleEncoders, gather_evidence, run_chain
from product_matching.matching.pair_classifier import (
    JudgedPairs,
    PairClassifier,
    blend_by_score,
    judge_candidates,
    train_trees,
)
from product_matching.matching.pairs import Pairs
from product_matching.matching.trees import BoostedTrees
from product_matching.metrics.listing_f1 import group_sizes, query_part
from product_matching.metrics.sweep import best_threshold
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray

_CROSS_FITS = 3


@dataclass(frozen=True)
class Learning:
    """How the second stage learns.

    Attributes
    ----------
    feature_share
        See `train_trees`.
    size_exponent
        See `size_weights`: with 0 all pairs count the same, with 1 a group counts by its listings, as in the metric,
        and not by its pairs, of which large groups have far more.
    blends
        Thresholds of the blending by probability that are tried where choices are made; None for no blending.
    """

    feature_share: float = 1.0
    size_exponent: float = 0.0
    blends: tuple[float | None, ...] = (None, 0.4, 0.5, 0.6)


#: What did best on fold 1: without sentence embeddings, and with them.
WITHOUT_SENTENCES = Learning()
WITH_SENTENCES = Learning(feature_share=0.3, size_exponent=1.0, blends=(None, 0.5, 0.6, 0.7, 0.8))


@dataclass(frozen=True, eq=False)
class JudgedCatalogue:
    """A catalogue with its candidate pairs, their features and their truth."""

    labels: RowArray
    evidence: Evidence
    judged: JudgedPairs

    @property
    def same(self) -> npt.NDArray[np.bool_]:
        """Whether each pair is truly one product."""
        pairs = self.judged.pairs
        return self.labels[pairs.first] == self.labels[pairs.second]


@dataclass(frozen=True, eq=False)
class SecondStage:
    """A trained second stage with the neighbours that it gives to the plan's two catalogues."""

    classifier: PairClassifier
    choose: Neighbours
    score: Neighbours


def run_second_stage(listings: LabelledListings, plan: Plan, settings: Settings) -> SecondStage:
    """Train on the plan's training listings, tune where it chooses, and judge the catalogue that it scores.

    Raises
    ------
    InputError
        The protocol has no listings to train on.
    """
    if not plan.train:
        raise InputError(f"The protocol {plan.protocol!r} has no listings to train on; accepted are fold, dense, half.")
    learning = WITHOUT_SENTENCES if listings.sentence_vectors is None else WITH_SENTENCES
    judged = _judge_catalogues(listings, plan, settings)
    trees, cross_fitted = _train(plan, judged, settings.trees, learning)
    choose, score = judged[_key(plan.choose)], judged[_key(plan.score)]
    scores = {id(one): _probabilities(one.judged, trees) for one in (choose, score)}
    if cross_fitted is not None:
        scores[id(choose)] = choose.judged.pairs.symmetric(
            np.where(np.isnan(cross_fitted), trees.probabilities(choose.judged.features), cross_fitted)
        )
    blend, threshold = _tune(choose, scores[id(choose)], plan.choose.queries, learning.blends)
    pair_threshold = _best(choose, choose.judged.pairs.to_neighbours(scores[id(choose)]), plan.choose.queries)[1]
    about = (blend, threshold, pair_threshold, len(choose.labels), plan.protocol)
    classifier = PairClassifier(trees, tuple(choose.judged.names), settings.rules.vectors, *about)
    return SecondStage(classifier, *(_blended(one, scores[id(one)], blend) for one in (choose, score)))


def train_classifier(listings: LabelledListings, settings: Settings) -> PairClassifier:
    """Train a classifier for use, not for a figure: on four fifths of a labelled catalogue, tuned on the last fifth."""
    folds = group_folds(listings.names)
    everything = np.arange(len(listings))
    split = Split(everything, np.flatnonzero(folds == 1))
    train = Split(everything, np.flatnonzero(folds != 1))
    return run_second_stage(listings, Plan("dense", split, split, (train,)), settings).classifier


def _judge_catalogues(listings: LabelledListings, plan: Plan, settings: Settings) -> dict[bytes, JudgedCatalogue]:
    """Prepare each catalogue of the plan once; weights are counted on it and on the training listings' titles."""
    trained = np.unique(np.concatenate([split.catalogue[split.queries] for split in plan.train]))
    judged: dict[bytes, JudgedCatalogue] = {}
    for split in (plan.choose, plan.score, *plan.train):
        if _key(split) not in judged:
            background = listings.titles[np.union1d(trained, split.catalogue)]
            judged[_key(split)] = judge_catalogue(listings.take(split.catalogue), background, settings)
    return judged


def judge_catalogue(listings: LabelledListings, background: TextArray, settings: Settings) -> JudgedCatalogue:
    """Run the chain over a catalogue, choose its candidate pairs and compute their features."""
    titles, phashes = listings.titles.tolist(), listings.phashes.tolist()
    encoders = TitleEncoders.fit(background.tolist())
    chain = run_chain(titles, phashes, encoders, settings.rules.vectors, listings.sentence_vectors)
    evidence = gather_evidence(titles, phashes, encoders, chain)
    return JudgedCatalogue(listings.labels, evidence, judge_candidates(evidence, chain))


def _train(
    plan: Plan, judged: dict[bytes, JudgedCatalogue], n_trees: int, learning: Learning
) -> tuple[BoostedTrees, FloatArray | None]:
    """Trees from all training listings; where choices fall on the same listings, also cross-fitted probabilities."""
    parts = [(judged[_key(split)], split.queries) for split in plan.train]
    trees = _fit(parts, n_trees, learning)
    if not plan.learns_where_it_chooses:
        return trees, None
    catalogue, rows = parts[0]
    return trees, _cross_fit(catalogue, rows, n_trees, learning)


def _fit(parts: Sequence[tuple[JudgedCatalogue, RowArray]], n_trees: int, learning: Learning) -> BoostedTrees:
    """Train on the pairs whose two listings are both training listings.

    The pairs with any other listing are left out, and all of those are different products: the different pairs that
    stay stand for them with a larger weight.
    """
    features, same, weights = [], [], []
    for catalogue, rows in parts:
        pairs = catalogue.judged.pairs
        learns = np.zeros(pairs.n, dtype=np.bool_)
        learns[rows] = True
        kept = learns[pairs.first] & learns[pairs.second]
        features.append(catalogue.judged.features[kept])
        same.append(catalogue.same[kept])
        missing = np.where(same[-1], 1.0, pairs.n / len(rows))
        weights.append(missing * size_weights(pairs, catalogue.labels, learning.size_exponent)[kept])
    return train_trees(
        np.concatenate(features),
        np.concatenate(same),
        np.concatenate(weights),
        iterations=n_trees,
        feature_share=learning.feature_share,
    )


def size_weights(pairs: Pairs, labels: RowArray, exponent: float) -> FloatArray:
    """Weight of each pair of a labelled catalogue: the mean of ``n_c ** -exponent`` over its two listings.

    Scaled to the mean 1; shape (P,).
    """
    sizes = group_sizes(labels).astype(np.float64) ** -exponent
    weights = (sizes[pairs.first] + sizes[pairs.second]) / 2
    return weights / weights.mean() if len(weights) else weights


def _cross_fit(catalogue: JudgedCatalogue, rows: RowArray, n_trees: int, learning: Learning) -> FloatArray:
    """Probabilities for the pairs of each training listing from trees that saw no pair of its groups; NaN elsewhere."""
    probabilities = np.full(len(catalogue.judged.pairs), np.nan)
    for learned, held_out in GroupKFold(_CROSS_FITS).split(rows, groups=catalogue.labels[rows]):
        trees = _fit([(catalogue, rows[learned])], n_trees, learning)
        asked = np.isin(catalogue.judged.pairs.first, rows[held_out])
        probabilities[asked] = trees.probabilities(catalogue.judged.features[asked])
    return probabilities


def _probabilities(judged: JudgedPairs, trees: BoostedTrees) -> FloatArray:
    return judged.pairs.symmetric(trees.probabilities(judged.features))


def _tune(
    catalogue: JudgedCatalogue, scores: FloatArray, queries: RowArray, blends: Sequence[float | None]
) -> tuple[float | None, float]:
    """Choose the blending and the threshold with the best F1; among equals the first."""
    tried = [(blend, *_best(catalogue, _blended(catalogue, scores, blend), queries)) for blend in blends]
    blend, _, threshold = max(tried, key=lambda one: one[1])
    return blend, threshold


def _best(catalogue: JudgedCatalogue, near: Neighbours, queries: RowArray) -> tuple[float, float]:
    choice = best_threshold(query_part(near, queries), catalogue.labels, queries)
    return choice.f1, choice.threshold


def _blended(catalogue: JudgedCatalogue, scores: FloatArray, blend: float | None) -> Neighbours:
    pairs = catalogue.judged.pairs
    if blend is not None:
        scores = blend_by_score(catalogue.evidence.views["averaged"], pairs, scores, blend)
    return pairs.to_neighbours(scores)


def _key(split: Split) -> bytes:
    return split.catalogue.tobytes()
