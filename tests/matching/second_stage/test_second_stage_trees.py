"""Boosted trees: the mean of LightGBM's models, their reasons, and forged texts."""

import re

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.second_stage.trees import BoostedTrees, check_trees, train_trees

lightgbm = pytest.importorskip("lightgbm")
NAMES = ["cosine of words", "rank of plain, own", "z-score", "gap"]


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    rng = np.random.default_rng(0)
    features = rng.random((600, 4)).astype(np.float32)
    features[rng.random((600, 4)) < 0.1] = np.nan
    return features


@pytest.fixture(scope="module")
def same(features: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(1).random(600)
    return (np.nan_to_num(features[:, 0]) + np.nan_to_num(features[:, 1]) * noise) > 0.7


@pytest.fixture(scope="module")
def trees(features: np.ndarray, same: np.ndarray) -> BoostedTrees:
    return train_trees(features, NAMES, same, iterations=30, feature_share=0.5, models=3)


def test_probabilities_are_the_mean_log_odds_of_the_models(trees: BoostedTrees, features: np.ndarray) -> None:
    texts = [f"{text}end of trees\n" for text in trees.text.split("end of trees\n")[:-1]]
    odds = [lightgbm.Booster(model_str=text).predict(features, raw_score=True) for text in texts]
    assert len(texts) == 3
    assert not np.allclose(odds[0], odds[1])
    np.testing.assert_allclose(trees.probabilities(features), 1 / (1 + np.exp(-np.mean(odds, axis=0))), atol=1e-12)


def test_contributions_and_the_mean_add_up_to_the_log_odds(trees: BoostedTrees, features: np.ndarray) -> None:
    shares, probability = trees.contributions(features), trees.probabilities(features)
    rest = np.log(probability / (1 - probability)) - shares.sum(axis=1)
    np.testing.assert_allclose(rest, rest[0], atol=1e-6)
    assert np.abs(shares[:, 0]).mean() > 5 * np.abs(shares[:, 3]).mean()  # the target does not depend on the last one


def test_the_same_pairs_give_the_same_trees(features: np.ndarray, same: np.ndarray) -> None:
    texts = {train_trees(features, NAMES, same, iterations=10, feature_share=0.5).text for _ in range(2)}
    assert len(texts) == 1


def test_no_pair_has_no_probability(trees: BoostedTrees) -> None:
    assert trees.probabilities(np.zeros((0, 4))).shape == (0,)
    assert trees.contributions(np.zeros((0, 4))).shape == (0, 4)


def test_what_was_written_is_accepted(trees: BoostedTrees) -> None:
    check_trees(trees.text, NAMES)


@pytest.mark.parametrize(
    ("pattern", "forged", "said"),
    [
        (r"\Atree\n", "forest\n", "does not begin"),
        (r"end of trees\n\Z", "", "does not begin"),
        (r"max_feature_idx=3", "max_feature_idx=90", "max_feature_idx is '90'"),
        (r"feature_names=\S+", "feature_names=colour", "feature_names is 'colour"),
        (r"\nversion=v4", "\nversion=v4\ntree_sizes=9999999", "tree_sizes is"),
        (r"left_child=\S+", "left_child=0", "do not form a tree"),
        (r"right_child=\S+", "right_child=-9999", "do not form a tree"),
        (r"left_child=\S+", "left_child=99999", "do not form a tree"),
        (r"split_feature=\S+", "split_feature=17", "features that are not there"),
        (r"decision_type=\S+", "decision_type=1", "features that are not there"),
        (r"\nleaf_value=\S+ ", "\nleaf_value=", "leaf_value does not hold"),
        (r"\nleaf_value=\S+", "\nleaf_value=nan", "leaf_value does not hold"),
        (r"num_cat=0", "num_cat=3", "no tree of plain splits"),
        (r"is_linear=0", "is_linear=1", "no tree of plain splits"),
        (r"num_leaves=\d+", "num_leaves=x", "invalid literal"),
        (r"num_leaves=(\d+)", r"num_leaves=\1\nnum_leaves=\1", "a field twice"),
    ],
)
def test_a_forged_text_is_refused(trees: BoostedTrees, pattern: str, forged: str, said: str) -> None:
    text = re.sub(pattern, forged, trees.text, count=1)
    assert text != trees.text
    with pytest.raises(ValueError, match=said):
        check_trees(text, NAMES)


def test_too_many_models_are_refused(trees: BoostedTrees) -> None:
    with pytest.raises(ValueError, match="it holds 30 models"):
        check_trees(trees.text * 10, NAMES)


def test_pairs_of_one_kind_teach_nothing(features: np.ndarray) -> None:
    with pytest.raises(InputError, match="needs both kinds"):
        train_trees(features, NAMES, np.ones(len(features), dtype=bool))


def test_with_a_share_of_the_features_more_of_them_decide(cosmetics) -> None:
    candidates = cosmetics.candidates
    asked = []
    for share in (1.0, 0.1):
        trees = train_trees(candidates.features, candidates.names, cosmetics.same, iterations=20, feature_share=share)
        used = re.findall(r"\nsplit_feature=(.*)", trees.text)
        asked.append(len({feature for line in used for feature in line.split()}))
    assert asked[1] > 1.5 * asked[0]


def test_a_text_that_the_checks_pass_and_lightgbm_refuses_is_one_sentence(trees: BoostedTrees) -> None:
    damaged = re.sub("feature_infos=.*", "feature_infos=none", trees.text)
    check_trees(damaged, NAMES)
    with pytest.raises(InputError, match=r"The trees of a pair scorer are damaged \(.*\): train it anew"):
        BoostedTrees(damaged).probabilities(np.zeros((1, 4)))
