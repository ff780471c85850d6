"""Training of the pair scorer under given splits; it is tuned on pairs that its trees were not trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from product_matching.metrics.listing_f1 import group_sizes, listing_f1, query_part, query_parts
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
        Catalogues, each with the rows of its training listings; those of two catalogues share no group.
    tuning
        Catalogues where blending and threshold are chosen, each with the rows that are looked up in it: one, or the
        same listings with the vectors of several encoders.
    cross_fit
        Whether training and tuning share their listings: the tuning scores then come from trees not trained on
        the groups of the listing. The training catalogues are then the tuning catalogues.
    """

    training: Sequence[tuple[LabelledCatalogue, RowArray]]
    tuning: Sequence[tuple[LabelledCatalogue, RowArray]]
    cross_fit: bool = False

    @property
    def labels(self) -> RowArray:
        """Number of the label group of each listing of a tuning catalogue; shape (N,)."""
        return self.tuning[0][0].labels


@dataclass(frozen=True, eq=False, kw_only=True)
class LearningSplits:
    """Listings for training and for tuning; `cross_fit` as in `Lessons`."""

    training: Sequence[Split]
    tuning: Sequence[Split]
    cross_fit: bool = False


class Preparation:
    """Labelled listings of which some catalogues are prepared, each once.

    Parameters
    ----------
    data
        All listings with the vectors of each encoder, by its name in the splits; "" where there is one for all.
    labels
        Number of each listing's label group, shape (N,).
    splits
        Training and tuning listings; word weights are computed on the titles of both, which needs no labels.
    rules
        The chain.
    progress
        Shows the verification of photos.
    """

    def __init__(
        self,
        data: Mapping[str, ListingData],
        labels: RowArray,
        splits: LearningSplits,
        rules: VectorRules,
        *,
        progress: Progress = NO_PROGRESS,
    ) -> None:
        self._progress = progress
        self._data, self._labels, self._splits, self._rules = data, labels, splits, rules
        self._trained = np.unique(np.concatenate([split.catalogue[split.queries] for split in splits.training]))
        self._prepared: dict[tuple[str, bytes], LabelledCatalogue] = {}

    def catalogue(self, split: Split) -> LabelledCatalogue:
        """The catalogue of a split, all of it embedded by the split's encoder."""
        rows, key = split.catalogue, (split.encoder, split.catalogue.tobytes())
        if key not in self._prepared:
            data = self._data[split.encoder]
            background = [data.titles[row] for row in np.union1d(self._trained, rows)]
            prepared = PreparedCatalogue.of(data.take(rows), self._rules, background)
            self._prepared[key] = LabelledCatalogue.of(prepared, self._labels[rows], self._progress)
        return self._prepared[key]

    def lessons(self) -> Lessons:
        """Catalogues for training, and the catalogue for tuning."""
        splits = self._splits
        training, tuning = (
            [(self.catalogue(split), split.queries) for split in part] for part in (splits.training, splits.tuning)
        )
        return Lessons(training=training, tuning=tuning, cross_fit=splits.cross_fit)


@dataclass(frozen=True, eq=False, kw_only=True)
class Trained:
    """A trained scorer with what it made of the tuning catalogue.

    Attributes
    ----------
    scorer
        The scorer.
    tuned
        Neighbours of each tuning catalogue at the distance 1 - score, from trees not trained on the queries' groups.
    """

    scorer: PairScorer
    tuned: tuple[Neighbours, ...]


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
    tuning = lessons.tuning[0][0]
    if tuning.catalogue.listings.compared:
        return _train_probabilities(lessons, learning, dense, protocol)
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
    [(tuning, queries)] = lessons.tuning
    models, found = {}, {}
    for comparison in COMPARISONS:
        examples = tuning.examples(comparison)
        trees, [scores] = _fit_and_score(lessons, learning, comparison)
        calibration = replace(fit_calibration(scores, examples.same), n=len(tuning.labels))
        models[comparison] = PairModel(trees=trees, names=examples.names, calibration=calibration)
        found[comparison] = examples.pairs, calibration.apply(scores)
    scorer = PairScorer(
        models=models,
        dense=tuple(dense),
        rules=tuning.catalogue.rules,
        blend=None,
        threshold=0.5,
        n=len(tuning.labels),
        protocol=protocol,
        f1=0.0,
    )
    pairs, scores = found[BOTH]
    scorer = _with_presets(scorer, tuning, found, queries)
    return Trained(scorer=scorer, tuned=(pairs.to_neighbours(scores),))


def choose_in_whole(scorer: PairScorer, whole: LabelledCatalogue, queries: RowArray) -> PairScorer:
    """The same scorer with the growth of its calibrations and the presets of a larger catalogue.

    A threshold is chosen for how it is used: some queries are looked up in the catalogue as it is searched.

    Parameters
    ----------
    scorer
        A scorer that gives probabilities.
    whole
        The larger catalogue, which holds the listings that the scorer was calibrated on.
    queries
        Rows of these listings in it.
    """
    models, found, n = {}, {}, len(whole.labels)
    asked = np.zeros(n, dtype=np.bool_)
    asked[queries] = True
    for comparison, model in scorer.models.items():
        examples = whole.examples(comparison)
        own = asked[examples.pairs.first]
        scores = examples.pairs.symmetric(examples.score(model.trees))
        calibration = fit_growth(model.calibration, scores[own], examples.same[own], n=n)
        models[comparison] = replace(model, calibration=calibration)
        found[comparison] = examples.pairs, calibration.apply(scores, n)
    return _with_presets(replace(scorer, models=models), whole, found, queries)


def _with_presets(
    scorer: PairScorer,
    tuned: LabelledCatalogue,
    found: Mapping[str, tuple[Pairs, FloatArray]],
    queries: RowArray,
) -> PairScorer:
    """The same scorer with the threshold and the presets that some queries of a catalogue choose."""
    labels, asked = tuned.labels, np.zeros(len(tuned.labels), dtype=np.bool_)
    asked[queries] = True
    near = {kind: pairs.to_neighbours(scores) for kind, (pairs, scores) in found.items()}
    figures = [sum(_f1_at(one, labels, queries, step) for one in near.values()) for step in STEPS.tolist()]
    balanced = float(STEPS[int(np.argmax(np.round(figures, 6)))])
    n_same = int((group_sizes(labels)[asked] - 1).sum())
    validation = {}
    for kind, (pairs, scores) in found.items():
        own = asked[pairs.first]
        same = labels[pairs.first[own]] == labels[pairs.second[own]]
        validation[kind] = ValidationPairs(scores[own], same, n_same)
    return replace(
        scorer,
        threshold=round(1 - balanced, DISTANCE_DECIMALS),
        n=len(labels),
        f1=_f1_at(near[BOTH], labels, queries, balanced),
        presets=choose_presets(validation, balanced, BOTH),
    )


def _f1_at(near: Neighbours, labels: RowArray, queries: RowArray, probability: float) -> float:
    accepted = keep_within(query_part(near, queries), round(1 - probability, DISTANCE_DECIMALS))
    return float(listing_f1(accepted, labels, queries).mean())


def best_of(rules: Iterable[VectorRules], train: Callable[[VectorRules], Trained]) -> Trained:
    """Train under several chains and keep the one with the best F1 where it was tuned; among equals the first."""
    return max(map(train, rules), key=lambda trained: trained.scorer.f1)


def _fit_and_score(lessons: Lessons, learning: Learning, comparison: str) -> tuple[BoostedTrees, list[FloatArray]]:
    """Trees of a comparison, and the scores of each catalogue's tuning pairs by trees not trained on their groups."""
    training = lessons.training
    trees = _fit(_examples(training, comparison), learning)
    if lessons.cross_fit and len(training) > 1:
        held_out = [[*training[:place], *training[place + 1 :]] for place in range(len(training))]
        others = [_fit(_examples(parts, comparison), learning) for parts in held_out]
    else:
        others = [trees] * len(lessons.tuning)
    scores = []
    for (labelled, _), fitted in zip(lessons.tuning, others, strict=True):
        examples = labelled.examples(comparison)
        scored = examples.score(fitted)
        if lessons.cross_fit and len(training) == 1:
            unseen = _cross_fit(examples, training[0][1], learning)
            scored = np.where(np.isnan(unseen), scored, unseen)
        scores.append(examples.pairs.symmetric(scored))
    return trees, scores


def _examples(
    parts: Iterable[tuple[LabelledCatalogue, RowArray]], comparison: str
) -> Iterator[tuple[Examples, RowArray]]:
    return ((labelled.examples(comparison), rows) for labelled, rows in parts)


def _fit(parts: Iterable[tuple[Examples, RowArray]], learning: Learning) -> BoostedTrees:
    """Train on the pairs whose two listings are both training listings.

    The pairs with any other listing are left out, and all of those are different products: the different pairs that
    stay get a larger weight in their place.
    """
    features, same, weights = [], [], []
    names: tuple[str, ...] = ()
    for examples, rows in parts:
        pairs, names = examples.pairs, examples.names
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
        names,
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
    lessons: Lessons, probabilities: Sequence[FloatArray], blends: Sequence[float | None]
) -> tuple[float | None, ThresholdChoice, tuple[Neighbours, ...]]:
    """Choose the blending and the threshold with the best F1; among equals the first."""
    catalogues = [labelled for labelled, _ in lessons.tuning]
    tried = []
    for blend in blends:
        near = tuple(_blended(*part, blend) for part in zip(catalogues, probabilities, strict=True))
        neighbours, queries = query_parts(near, [rows for _, rows in lessons.tuning])
        tried.append((blend, best_threshold(neighbours, lessons.labels, queries), near))
    return max(tried, key=lambda one: one[1].f1)


def _blended(labelled: LabelledCatalogue, probabilities: FloatArray, blend: float | None) -> Neighbours:
    scores = final_scores(labelled.catalogue, labelled.candidates, probabilities, blend)
    return labelled.candidates.pairs.to_neighbours(scores)
