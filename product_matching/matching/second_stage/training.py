"""Training of the pair scorer under given splits; it is tuned on pairs that its trees were not trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import GroupKFold

from product_matching.listings.splits import Split
from product_matching.matching.calibration import fit_calibration, fit_growth
from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage.candidate_pairs import PreparedCatalogue
from product_matching.matching.second_stage.examples import Examples, LabelledCatalogue
from product_matching.matching.second_stage.feature_sides import BOTH, COMPARISONS
from product_matching.matching.second_stage.listing_data import DenseSide, ListingData
from product_matching.matching.second_stage.pairs import Pairs
from product_matching.matching.second_stage.presets import STEPS, ValidationPairs, choose_presets
from product_matching.matching.second_stage.scorer import PairModel, PairScorer, final_scores
from product_matching.matching.second_stage.trees import BoostedTrees, train_trees
from product_matching.metrics.listing_f1 import group_sizes, listing_f1, query_part
from product_matching.metrics.sweep import ThresholdChoice, best_threshold
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, Neighbours, RowArray, keep_within

_CROSS_FITS = 3


@dataclass(frozen=True, kw_only=True)
class Learning:
    """Settings of the training of the second stage.

    Attributes
    ----------
    trees
        Number of trees.
    feature_share, models
        See `train_trees`.
    size_exponent
        See `size_weights`: with 0 all pairs count the same, with 1 a group counts by its listings, as in the metric,
        and not by its pairs, of which large groups have far more.
    blends
        Thresholds of the blending by score that are tried on the tuning listings; None for no blending.
    """

    trees: int = 300
    feature_share: float = 1.0
    models: int = 1
    size_exponent: float = 0.0
    blends: tuple[float | None, ...] = (None, 0.4, 0.5, 0.6)


#: What did best on fold 1 of the Shopee titles, without and with sentence vectors.
TITLES_ALONE = Learning(feature_share=0.3, models=3)
WITH_SENTENCES = Learning(feature_share=0.3, models=3, size_exponent=1.0, blends=(None, 0.5, 0.6, 0.7, 0.8))
#: What did best on the validation part of the demo catalogue, with photo vectors and far fewer pairs.
WITH_PHOTOS = Learning(
    trees=100, feature_share=0.3, models=3, size_exponent=1.0, blends=(None, 0.4, 0.5, 0.6, 0.7, 0.8)
)


def learning_for(sides: Iterable[str]) -> Learning:
    """Settings of the training of a scorer that compares these dense sides."""
    named = set(sides)
    return WITH_PHOTOS if "photo" in named else WITH_SENTENCES if named else TITLES_ALONE


@dataclass(frozen=True, eq=False, kw_only=True)
class Lessons:
    """Catalogues for training, and the catalogue for tuning.

    Attributes
    ----------
    training
        Catalogues, each with the rows of its training listings.
    tuning, queries
        The catalogue where blending and threshold are chosen, and the rows that are looked up in it.
    cross_fit
        Whether training and tuning share their listings: the tuning scores then come from trees not trained on
        the groups of the listing. There is one training catalogue then, the tuning catalogue.
    """

    training: Sequence[tuple[LabelledCatalogue, RowArray]]
    tuning: LabelledCatalogue
    queries: RowArray
    cross_fit: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class LearningSplits:
    """Listings for training and for tuning; `cross_fit` as in `Lessons`."""

    training: Sequence[Split]
    tuning: Split
    cross_fit: bool = False


class Preparation:
    """Labelled listings of which some catalogues are prepared, each once.

    Parameters
    ----------
    data, labels
        All listings, and the number of each one's label group, shape (N,).
    splits
        Training and tuning listings; word weights are computed on the titles of both, which needs no labels.
    rules
        The chain.
    progress
        Shows the verification of photos.
    """

    def __init__(
        self,
        data: ListingData,
        labels: RowArray,
        splits: LearningSplits,
        rules: VectorRules,
        *,
        progress: Progress = NO_PROGRESS,
    ) -> None:
        self._progress = progress
        self._data, self._labels, self._splits, self._rules = data, labels, splits, rules
        self._trained = np.unique(np.concatenate([split.catalogue[split.queries] for split in splits.training]))
        self._prepared: dict[bytes, LabelledCatalogue] = {}

    def catalogue(self, rows: RowArray) -> LabelledCatalogue:
        """The catalogue of some rows."""
        key = rows.tobytes()
        if key not in self._prepared:
            background = [self._data.titles[row] for row in np.union1d(self._trained, rows)]
            prepared = PreparedCatalogue.of(self._data.take(rows), self._rules, background)
            self._prepared[key] = LabelledCatalogue.of(prepared, self._labels[rows], self._progress)
        return self._prepared[key]

    def lessons(self) -> Lessons:
        """Catalogues for training, and the catalogue for tuning."""
        splits = self._splits
        return Lessons(
            training=[(self.catalogue(split.catalogue), split.queries) for split in splits.training],
            tuning=self.catalogue(splits.tuning.catalogue),
            queries=splits.tuning.queries,
            cross_fit=splits.cross_fit,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Trained:
    """A trained scorer with what it made of the tuning catalogue.

    Attributes
    ----------
    scorer
        The scorer.
    tuned
        Neighbours of the tuning catalogue at the distance 1 - score, from trees not trained on the pair's groups.
    """

    scorer: PairScorer
    tuned: Neighbours


def train_scorer(lessons: Lessons, learning: Learning, dense: Sequence[DenseSide], protocol: str) -> Trained:
    """Train a pair scorer and choose its blending, or calibrate it, and its threshold.

    Where photo and title are also compared alone, it has a model for each comparison, whose scores are calibrated on
    the tuning catalogue, and no blending: blended scores are no probabilities.

    Parameters
    ----------
    lessons
        Catalogues for training and for tuning, all prepared with the same rules.
    learning
        How.
    dense
        The dense vectors of the catalogues.
    protocol
        What the figure of the tuning catalogue is, in a few words.
    """
    if lessons.tuning.catalogue.listings.compared:
        return _train_probabilities(lessons, learning, dense, protocol)
    tuning = lessons.tuning
    trees, scores = _fit_and_score(lessons, learning, BOTH)
    blend, choice, tuned = _tune(lessons, scores, learning.blends)
    scorer = PairScorer(
        models={BOTH: PairModel(trees=trees, names=tuple(tuning.candidates.names))},
        dense=tuple(dense),
        rules=tuning.catalogue.rules,
        blend=blend,
        threshold=choice.threshold,
        n=choice.n,
        protocol=protocol,
        f1=choice.f1,
    )
    return Trained(scorer=scorer, tuned=tuned)


def _train_probabilities(lessons: Lessons, learning: Learning, dense: Sequence[DenseSide], protocol: str) -> Trained:
    """Train and calibrate one model for each comparison, and choose the presets."""
    tuning, models, found = lessons.tuning, {}, {}
    for comparison in COMPARISONS:
        examples = tuning.examples(comparison)
        trees, scores = _fit_and_score(lessons, learning, comparison)
        calibration = replace(fit_calibration(scores, examples.same), n=len(tuning.labels))
        models[comparison] = PairModel(trees=trees, names=examples.names, calibration=calibration)
        found[comparison] = examples.pairs, calibration.apply(scores)
    balanced = _best_probability(lessons, found)
    near = {kind: pairs.to_neighbours(scores) for kind, (pairs, scores) in found.items()}
    n_same = int((group_sizes(tuning.labels) - 1).sum())
    validation = {
        kind: ValidationPairs(scores, tuning.examples(kind).same, n_same) for kind, (_, scores) in found.items()
    }
    scorer = PairScorer(
        models=models,
        dense=tuple(dense),
        rules=tuning.catalogue.rules,
        blend=None,
        threshold=round(1 - balanced, DISTANCE_DECIMALS),
        n=len(tuning.labels),
        protocol=protocol,
        f1=_f1_at(lessons, near[BOTH], balanced),
        presets=choose_presets(validation, balanced, BOTH),
    )
    return Trained(scorer=scorer, tuned=near[BOTH])


def with_growth(scorer: PairScorer, whole: LabelledCatalogue, queries: RowArray) -> PairScorer:
    """The same scorer with the growth of its calibrations, from some queries in a larger catalogue.

    Parameters
    ----------
    scorer
        A scorer that gives probabilities.
    whole
        The larger catalogue, which holds the listings that the scorer was calibrated on.
    queries
        Rows of these listings in it.
    """
    asked = np.zeros(len(whole.labels), dtype=np.bool_)
    asked[queries] = True
    models = {}
    for comparison, model in scorer.models.items():
        examples = whole.examples(comparison)
        own = asked[examples.pairs.first]
        scores = examples.pairs.symmetric(examples.score(model.trees))[own]
        calibration = fit_growth(model.calibration, scores, examples.same[own], n=len(whole.labels))
        models[comparison] = replace(model, calibration=calibration)
    return replace(scorer, models=models)


def _best_probability(lessons: Lessons, found: Mapping[str, tuple[Pairs, FloatArray]]) -> float:
    """The least accepted probability with the best mean F1 over queries and comparisons; among equals the first."""
    near = [pairs.to_neighbours(scores) for pairs, scores in found.values()]
    figures = [sum(_f1_at(lessons, one, step) for one in near) for step in STEPS.tolist()]
    return float(STEPS[int(np.argmax(np.round(figures, 6)))])


def _f1_at(lessons: Lessons, near: Neighbours, probability: float) -> float:
    accepted = keep_within(query_part(near, lessons.queries), round(1 - probability, DISTANCE_DECIMALS))
    return float(listing_f1(accepted, lessons.tuning.labels, lessons.queries).mean())


def best_of(rules: Iterable[VectorRules], train: Callable[[VectorRules], Trained]) -> Trained:
    """Train under several chains and keep the one with the best F1 where it was tuned; among equals the first."""
    return max(map(train, rules), key=lambda trained: trained.scorer.f1)


def _fit_and_score(lessons: Lessons, learning: Learning, comparison: str) -> tuple[BoostedTrees, FloatArray]:
    """Trees of a comparison, and the scores of its tuning pairs by trees that were not trained on their groups."""
    examples = lessons.tuning.examples(comparison)
    trees = _fit([(labelled.examples(comparison), rows) for labelled, rows in lessons.training], learning)
    scores = examples.score(trees)
    if lessons.cross_fit:
        unseen = _cross_fit(lessons.training[0][0].examples(comparison), lessons.training[0][1], learning)
        scores = np.where(np.isnan(unseen), scores, unseen)
    return trees, examples.pairs.symmetric(scores)


def _fit(parts: Sequence[tuple[Examples, RowArray]], learning: Learning) -> BoostedTrees:
    """Train on the pairs whose two listings are both training listings.

    The pairs with any other listing are left out, and all of those are different products: the different pairs that
    stay get a larger weight in their place.
    """
    features, same, weights = [], [], []
    for examples, rows in parts:
        pairs = examples.pairs
        learns = np.zeros(pairs.n, dtype=np.bool_)
        learns[rows] = True
        kept = learns[pairs.first] & learns[pairs.second]
        missing = np.where(examples.same, 1.0, pairs.n / len(rows))
        weight = missing * size_weights(pairs, examples.labels, learning.size_exponent)
        for table in examples.tables:
            features.append(table[kept])
            same.append(examples.same[kept])
            weights.append(weight[kept])
    return train_trees(
        np.concatenate(features),
        parts[0][0].names,
        np.concatenate(same),
        np.concatenate(weights),
        iterations=learning.trees,
        feature_share=learning.feature_share,
        models=learning.models,
    )


def size_weights(pairs: Pairs, labels: RowArray, exponent: float) -> FloatArray:
    """Weight of each pair of a labelled catalogue: the mean of ``n_c ** -exponent`` over its two listings.

    Scaled to the mean 1; shape (P,).
    """
    sizes = group_sizes(labels).astype(np.float64) ** -exponent
    weights = (sizes[pairs.first] + sizes[pairs.second]) / 2
    return weights / weights.mean() if len(weights) else weights


def _cross_fit(examples: Examples, rows: RowArray, learning: Learning) -> FloatArray:
    """Scores of the pairs of each training listing by trees that saw no pair of its groups; NaN elsewhere."""
    scores = np.full(len(examples.pairs), np.nan)
    for learned, held_out in GroupKFold(_CROSS_FITS).split(rows, groups=examples.labels[rows]):
        trees = _fit([(examples, rows[learned])], learning)
        asked = np.isin(examples.pairs.first, rows[held_out])
        scores[asked] = examples.score(trees)[asked]
    return scores


def _tune(
    lessons: Lessons, probabilities: FloatArray, blends: Sequence[float | None]
) -> tuple[float | None, ThresholdChoice, Neighbours]:
    """Choose the blending and the threshold with the best F1; among equals the first."""
    tuning, tried = lessons.tuning, []
    for blend in blends:
        scores = final_scores(tuning.catalogue, tuning.candidates, probabilities, blend)
        near = tuning.candidates.pairs.to_neighbours(scores)
        choice = best_threshold(query_part(near, lessons.queries), tuning.labels, lessons.queries)
        tried.append((blend, choice, near))
    return max(tried, key=lambda one: one[1].f1)
