"""Training of a pair scorer for use: which listings it learns from, and which it never looks at."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage.listing_data import DenseSide, ListingData
from product_matching.matching.second_stage.scorer import PairScorer
from product_matching.workflows.train_pairs import TrainingData, queries_with_others, table_training_data, train_pairs

ONE_CHAIN = (VectorRules(photo_bits=None, expansion=2),)


@pytest.fixture(scope="module")
def given() -> TrainingData:
    """Three parts of 30 products of three listings, with photo vectors."""
    rng = np.random.default_rng(0)
    words = [f"{a}{b}{c}" for a in "bdkmst" for b in "aiueo" for c in ("ra", "lon", "tik")]
    names = np.array([f"p{row // 3}" for row in range(270)], dtype=object)
    product_words = [rng.choice(words, 3, replace=False) for _ in range(90)]
    titles = [" ".join([*product_words[row // 3], *rng.choice(words, 2)]) for row in range(270)]
    photos = np.repeat(rng.normal(size=(90, 6)), 3, axis=0) + 0.5 * rng.normal(size=(270, 6))
    photos = (photos / np.linalg.norm(photos, axis=1, keepdims=True)).astype(np.float32)
    parts = np.repeat(np.array(["train", "validation", "test"], dtype=object), 90)
    data = ListingData(titles, [""] * 270, {"photo": photos})
    return TrainingData(data=data, names=names, parts=parts, dense=(DenseSide("photo", 6),))


def _train(given: TrainingData):
    return train_pairs(given, chains=ONE_CHAIN, trees=8)


def _trees(scorer: PairScorer) -> dict[str, str]:
    return {kind: model.trees.text for kind, model in scorer.models.items()}


def _with_labels_mixed(given: TrainingData, part: str) -> TrainingData:
    names = given.names.copy()
    names[given.parts == part] = np.random.default_rng(1).permutation(names[given.parts == part])
    return replace(given, names=names)


def test_it_learns_from_train_and_is_tuned_on_validation(given: TrainingData) -> None:
    scorer = _train(given)
    assert (scorer.n, scorer.sides) == (180, ("words", "trigrams", "photo"))
    assert scorer.f1 > 0.8
    assert scorer.protocol.startswith("trained on the part train, tuned on the part validation")
    assert _trees(_train(_with_labels_mixed(given, "train"))) != _trees(scorer)
    assert _trees(_train(_with_labels_mixed(given, "validation"))) == _trees(scorer)


def test_the_test_part_changes_nothing(given: TrainingData) -> None:
    titles = [*given.data.titles[:180], *["something else"] * 90]
    other = replace(_with_labels_mixed(given, "test"), data=ListingData(titles, given.data.phashes, given.data.dense))
    scorer, same = _train(given), _train(other)
    assert (_trees(scorer), scorer.threshold, scorer.f1) == (_trees(same), same.threshold, same.f1)


def test_where_the_encoder_learned_from_train_that_part_is_left_out(given: TrainingData) -> None:
    seen = replace(given, encoder_trained_on_train=True)
    scorer, other = _train(seen), _train(_with_labels_mixed(seen, "train"))
    assert scorer.protocol.startswith("trained and tuned on the part validation by cross-fitting")
    assert (_trees(scorer), scorer.threshold) == (_trees(other), other.threshold)
    assert _trees(_train(_with_labels_mixed(seen, "validation"))) != _trees(scorer)


def test_without_parts_all_listings_are_the_catalogue(given: TrainingData) -> None:
    scorer = _train(replace(given, parts=None))
    assert scorer.n == 270
    assert "four fifths" in scorer.protocol


def test_listings_alone_in_their_group_are_no_queries() -> None:
    assert queries_with_others(np.array(["a", "b", "a", "c"], dtype=object)).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"title": ["x"]}, "has no label groups"),
        ({"label_group": ["1"]}, "has no titles"),
        ({"title": ["x", "y"], "label_group": ["1", ""]}, "1 of 2 listings have no label_group"),
    ],
)
def test_what_cannot_be_learned_from_is_said(columns: dict[str, list[str]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        table_training_data(pd.DataFrame(columns))


def test_too_few_groups_are_said(given: TrainingData) -> None:
    few = np.arange(6)
    small = TrainingData(data=ListingData(["a", "b"] * 3, [""] * 6), names=given.names[few], parts=None)
    with pytest.raises(InputError, match=r"needs at least 10 label groups.*there are 2, with .*the shipped scorer"):
        train_pairs(small)
