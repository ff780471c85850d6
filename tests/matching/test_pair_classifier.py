from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from product_matching.errors import InputError
from product_matching.matching.pair_classifier import (
    PairClassifier,
    blend_by_score,
    load_classifier,
    train_trees,
)
from product_matching.matching.pair_features import pair_features
from product_matching.matching.pairs import Pairs


def test_every_candidate_stands_in_both_directions(cosmetics) -> None:
    pairs = cosmetics.judged.pairs
    there = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert len(there) == len(pairs) and all((b, a) in there and a != b for a, b in there)
    back = pairs.reverse()
    np.testing.assert_array_equal(pairs.first[back], pairs.second)
    np.testing.assert_array_equal(pairs.second[back], pairs.first)


def test_features_are_what_their_names_say(cosmetics) -> None:
    evidence, judged = cosmetics.evidence, cosmetics.judged
    column = {name: judged.features[:, place] for place, name in enumerate(judged.names)}
    pairs, back = judged.pairs, judged.pairs.reverse()
    words = [set(text.split()) for text in evidence.texts]
    for place in range(0, len(pairs), 97):
        first, second = pairs.first[place], pairs.second[place]
        cosine = evidence.views["words"][first].multiply(evidence.views["words"][second]).sum()
        assert column["cosine of words"][place] == pytest.approx(cosine, abs=1e-5)
        bits = (int(cosmetics.phashes[first], 16) ^ int(cosmetics.phashes[second], 16)).bit_count()
        assert column["pHash bits"][place] == bits
        digits = {word for word in words[first] & words[second] if any(letter.isdigit() for letter in word)}
        assert column["shared numbers"][place] == len(digits)
        nearer = (evidence.nearest["final"][first] > column["cosine of final"][place] + 1e-6).sum()
        assert abs(column["rank of final, own"][place] - nearer) <= 1
    np.testing.assert_array_equal(column["rank of final, own"], column["rank of final, other"][back])
    np.testing.assert_allclose(column["rarest word, own"], column["rarest word, other"][back])
    np.testing.assert_allclose(column["cosine of final"], column["cosine of final"][back], rtol=1e-6)


def test_features_of_some_rows_do_not_depend_on_the_others_asked_for(cosmetics) -> None:
    evidence, judged = cosmetics.evidence, cosmetics.judged
    some = pair_features(evidence, judged.pairs.first[10:20], judged.pairs.second[10:20])[0]
    np.testing.assert_allclose(some, judged.features[10:20], rtol=1e-6)


def test_it_learns_to_tell_products_apart(cosmetics, classifier: PairClassifier) -> None:
    evidence, judged = cosmetics.evidence, cosmetics.judged
    same = cosmetics.labels[judged.pairs.first] == cosmetics.labels[judged.pairs.second]
    probability = classifier.probabilities(judged)
    assert probability[same].min() > probability[~same].max()
    np.testing.assert_array_equal(probability, probability[judged.pairs.reverse()])
    for blend in (None, 0.5):
        near = replace(classifier, blend=blend).match(evidence, judged)
        right = cosmetics.labels[near.queries()] == cosmetics.labels[near.rows]
        assert near.distances[right].max() < near.distances[~right].min()


def test_stored_and_read_it_judges_the_same(cosmetics, classifier: PairClassifier, tmp_path: Path) -> None:
    classifier.save(tmp_path / "classifier.npz")
    again = load_classifier(tmp_path / "classifier.npz")
    np.testing.assert_array_equal(again.probabilities(cosmetics.judged), classifier.probabilities(cosmetics.judged))
    for name in ("names", "rules", "blend", "threshold", "pair_threshold", "n", "protocol"):
        assert getattr(again, name) == getattr(classifier, name)


def test_reasons_name_the_strongest_features(cosmetics, classifier: PairClassifier) -> None:
    features = cosmetics.judged.features[:5]
    for row, reasons in zip(features, classifier.reasons(features, 3), strict=True):
        assert len(reasons) == 3 and all(name in classifier.names for name, _ in reasons)
        strengths = [abs(strength) for _, strength in reasons]
        assert strengths == sorted(strengths, reverse=True)
        everything = classifier.trees.contributions(row[None], len(classifier.names))
        assert strengths[0] == pytest.approx(np.abs(everything).max())


def test_other_features_are_refused(cosmetics, classifier: PairClassifier) -> None:
    with pytest.raises(InputError, match="other features: colour"):
        replace(classifier, names=(*classifier.names, "colour")).probabilities(cosmetics.judged)


def test_pairs_of_one_kind_teach_nothing(cosmetics) -> None:
    features = cosmetics.judged.features
    with pytest.raises(InputError, match="needs both kinds"):
        train_trees(features, np.ones(len(features), dtype=bool))


def test_with_a_share_of_the_features_more_of_them_decide(cosmetics) -> None:
    features, pairs = cosmetics.judged.features, cosmetics.judged.pairs
    same = cosmetics.labels[pairs.first] == cosmetics.labels[pairs.second]
    asked = [
        len(np.unique(train_trees(features, same, iterations=20, feature_share=share).feature)) for share in (1.0, 0.1)
    ]
    assert asked[1] > 1.5 * asked[0]


def test_blending_by_score_brings_in_what_is_known_of_others() -> None:
    """0 and 2 have nothing in common, but both surely match 1."""
    pairs = Pairs(np.array([0, 0, 1, 1, 2, 2]), np.array([1, 2, 0, 2, 0, 1]), 3)
    blended = blend_by_score(csr_matrix(np.eye(3)), pairs, np.array([0.9, 0.1, 0.9, 0.9, 0.1, 0.9]), 0.5)
    unblended = blend_by_score(csr_matrix(np.eye(3)), pairs, np.full(6, 0.1), 0.5)
    assert blended[1] > 0.3 and unblended[1] == 0
