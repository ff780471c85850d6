"""The second stage: boosted trees judge the candidate pairs, and listings are blended by their judgement."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.preprocessing import normalize

from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.matching.chain import VectorRules
from product_matching.matching.evidence import ChainResult, Evidence
from product_matching.matching.pair_features import pair_features, row_products
from product_matching.matching.pairs import Pairs
from product_matching.matching.trees import BoostedTrees, load_trees
from product_matching.search.joins.phashes import hash_bits
from product_matching.search.neighbours import FloatArray, Neighbours, keep_nearest

#: Similarities from which a candidate pair is judged at all; below both, and with other photos, it is none.
FINAL_FLOOR, AVERAGED_FLOOR = 0.5, 0.25
_NEAR_FINAL, _NEAR_PLAIN, _NEAR_BITS = 41, 31, 6
_SEED = 20240501


@dataclass(frozen=True, eq=False)
class JudgedPairs:
    """Candidate pairs of a catalogue with their features.

    Attributes
    ----------
    pairs
        The candidates, both directions.
    features
        Shape (P, F), float32.
    names
        Name of each feature.
    """

    pairs: Pairs
    features: npt.NDArray[np.float32]
    names: list[str]


def judge_candidates(evidence: Evidence, chain: ChainResult) -> JudgedPairs:
    """Choose the pairs of a catalogue that are worth judging, and compute their features."""
    found = [keep_nearest(chain.stages.near, _NEAR_FINAL), keep_nearest(chain.stages.plain, _NEAR_PLAIN)]
    pairs = Pairs.of(*found, *([] if chain.twins is None else [chain.twins]))
    final, averaged = evidence.views["final"], evidence.views["averaged"]
    likely = row_products(final, final, pairs.first, pairs.second) >= FINAL_FLOOR
    likely |= row_products(averaged, averaged, pairs.first, pairs.second) >= AVERAGED_FLOOR
    both = evidence.has_photo[pairs.first] & evidence.has_photo[pairs.second]
    likely |= both & (hash_bits(evidence.hashes[pairs.first], evidence.hashes[pairs.second]) <= _NEAR_BITS)
    pairs = pairs.take(likely | likely[pairs.reverse()])
    features, names = pair_features(evidence, pairs.first, pairs.second)
    return JudgedPairs(pairs, features, names)


def train_trees(
    features: npt.NDArray[np.float32],
    same: npt.NDArray[np.bool_],
    weights: FloatArray | None = None,
    *,
    iterations: int = 300,
    feature_share: float = 1.0,
) -> BoostedTrees:
    """Train the pair classifier.

    Parameters
    ----------
    features
        Shape (P, F).
    same
        Whether each pair is one product; shape (P,).
    weights
        Weight of each pair; all equal by default.
    iterations
        Number of trees.
    feature_share
        Share of the features, drawn at random, among which each split chooses: less makes the trees differ more.

    Raises
    ------
    InputError
        The pairs are all of one kind.
    """
    if same.all() or not same.any():
        kind = "the same product" if len(same) and same.all() else "different products"
        raise InputError(f"All {len(same)} candidate pairs are {kind}: the pair classifier needs both kinds.")
    model = HistGradientBoostingClassifier(
        max_iter=iterations,
        learning_rate=0.06,
        max_leaf_nodes=31,
        min_samples_leaf=40,
        l2_regularization=1.0,
        max_features=feature_share,
        early_stopping=False,
        random_state=_SEED,
    )
    return BoostedTrees.of(model.fit(features, same, sample_weight=weights))


def blend_by_score(vectors: Any, pairs: Pairs, scores: FloatArray, threshold: float) -> FloatArray:
    """Blend each listing with those that it surely matches, and compare the pairs again.

    A stage of iterative neighbourhood blending whose neighbours and weights are the classifier's: what it judged
    about other pairs of the same listings bears on each pair.

    Parameters
    ----------
    vectors
        Unit vectors of the catalogue's listings.
    pairs, scores
        The judged pairs, and their probabilities, the same in both directions.
    threshold
        Distance, 1 - probability, up to which a listing takes part.

    Returns
    -------
    numpy.ndarray
        Cosine similarity of each pair after blending; shape (P,).
    """
    weights = pairs.to_matrix(np.where(scores >= 1.0 - threshold, scores, 0.0))
    blended = normalize((weights + scipy.sparse.identity(pairs.n, dtype=np.float32)) @ vectors, copy=False).tocsr()
    return row_products(blended, blended, pairs.first, pairs.second)


@dataclass(frozen=True, eq=False)
class PairClassifier:
    """A trained second stage with everything that it was trained for.

    Attributes
    ----------
    trees
        The classifier.
    names
        The features that it takes, in order.
    rules
        The chain that its features come from.
    blend
        Threshold of the blending by probability; None for none.
    threshold
        Largest accepted distance of a match, after blending.
    pair_threshold
        Largest accepted distance, 1 - probability, where a single pair is judged and nothing can be blended.
    n, protocol
        Size of the catalogue that it was tuned for, and how.
    """

    trees: BoostedTrees
    names: tuple[str, ...]
    rules: VectorRules
    blend: float | None
    threshold: float
    pair_threshold: float
    n: int
    protocol: str

    def probabilities(self, judged: JudgedPairs) -> FloatArray:
        """Probability that each pair is one product, the same in both directions; shape (P,)."""
        self._check(judged.names)
        return judged.pairs.symmetric(self.trees.probabilities(judged.features))

    def match(self, evidence: Evidence, judged: JudgedPairs) -> Neighbours:
        """Judge a whole catalogue: neighbours of every listing, to be cut at `threshold`."""
        scores = self.probabilities(judged)
        if self.blend is not None:
            scores = blend_by_score(evidence.views["averaged"], judged.pairs, scores, self.blend)
        return judged.pairs.to_neighbours(scores)

    def judge(self, features: npt.NDArray[np.floating], names: list[str]) -> FloatArray:
        """Probability for loose pairs by their features; shape (P,)."""
        self._check(names)
        return self.trees.probabilities(features)

    def reasons(self, features: npt.NDArray[np.floating], count: int = 3) -> list[list[tuple[str, float]]]:
        """Name the features that moved each pair's log odds most, with how far; shape of features (P, F)."""
        contributions = self.trees.contributions(features, len(self.names))
        order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :count]
        return [[(self.names[f], float(row[f])) for f in top] for row, top in zip(contributions, order, strict=True)]

    def save(self, path: Path) -> None:
        """Write the classifier to an ``.npz`` file: arrays and one JSON text, nothing that can be executed."""
        about = {
            "names": list(self.names),
            "rules": asdict(self.rules),
            "blend": self.blend,
            "threshold": self.threshold,
            "pair_threshold": self.pair_threshold,
            "n": self.n,
            "protocol": self.protocol,
        }
        with atomic_file(path, what="pair classifier") as partial:
            self.trees.save(partial, about=np.array(json.dumps(about)))

    def _check(self, names: list[str]) -> None:
        if tuple(names) != self.names:
            odd = sorted(set(names) ^ set(self.names))
            raise InputError(f"The pair classifier was trained on other features: {', '.join(odd) or 'another order'}.")


def load_classifier(path: Path) -> PairClassifier:
    """Read a classifier that `PairClassifier.save` has written.

    Raises
    ------
    InputError
        The file is missing, damaged, or of another kind.
    """
    trees, extra = load_trees(path)
    try:
        about = json.loads(str(extra["about"]))
        rules = VectorRules(**(about.pop("rules")))
        classifier = PairClassifier(trees, tuple(about.pop("names")), rules, **about)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"The pair classifier {str(path)!r} cannot be read: {error}.") from error
    if int(trees.feature.max(initial=0)) >= len(classifier.names):
        raise InputError(f"The pair classifier {str(path)!r} is damaged: it asks for features that it does not name.")
    return replace(classifier, rules=replace(rules, blend=tuple(rules.blend)))
