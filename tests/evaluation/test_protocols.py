import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold

from product_matching.errors import InputError
from product_matching.evaluation.protocols import PROTOCOLS, plan_protocol, validation_half, with_encoders
from product_matching.listings.splits import group_folds

LABELS = np.random.default_rng(0).integers(0, 60, 300)


def rows_of(split) -> np.ndarray:
    return split.catalogue[split.queries]


@pytest.mark.parametrize("protocol", ["fold", "dense", "half"])
def test_nothing_that_is_scored_is_learned_from_or_chosen_on(protocol: str) -> None:
    plan = plan_protocol(protocol, LABELS)
    scored = set(LABELS[rows_of(plan.test)])
    assert scored
    assert not scored & set(LABELS[rows_of(plan.validation[0])])
    for split in plan.train:
        assert not scored & set(LABELS[rows_of(split)])
    if not plan.cross_fit:
        assert not set(LABELS[rows_of(plan.validation[0])]) & {
            label for split in plan.train for label in LABELS[rows_of(split)]
        }


def test_folds_are_those_of_group_k_fold_in_its_order() -> None:
    folds = group_folds(LABELS)
    for number, (_, rows) in enumerate(GroupKFold(5).split(LABELS, groups=LABELS)):
        np.testing.assert_array_equal(np.flatnonzero(folds == number), rows)


def test_fold_looks_up_in_the_fold_itself_and_dense_in_everything() -> None:
    folds = group_folds(LABELS)
    fold, dense = plan_protocol("fold", LABELS), plan_protocol("dense", LABELS)
    np.testing.assert_array_equal(fold.test.catalogue, np.flatnonzero(folds == 0))
    np.testing.assert_array_equal(fold.validation[0].catalogue, np.flatnonzero(folds == 1))
    assert len(fold.train) == 3
    assert len(dense.test.catalogue) == len(LABELS)
    np.testing.assert_array_equal(rows_of(dense.test), rows_of(fold.test))
    np.testing.assert_array_equal(rows_of(dense.validation[0]), rows_of(fold.validation[0]))


@pytest.mark.parametrize("protocol", ["fold", "dense", "half"])
def test_no_encoder_was_trained_on_a_group_that_is_looked_up_among_its_vectors(protocol: str) -> None:
    plain = plan_protocol(protocol, LABELS)
    plan = with_encoders(plain)
    for split in (*plan.validation, plan.test, *plan.train):
        assert not set(LABELS[plan.encoders[split.encoder]]) & set(LABELS[rows_of(split)])
    learned = np.sort(np.concatenate([rows_of(split) for split in plain.train]))
    np.testing.assert_array_equal(np.sort(np.concatenate([rows_of(split) for split in plan.train])), learned)
    np.testing.assert_array_equal(plan.encoders["all"], learned)
    for split in plan.train:
        np.testing.assert_array_equal(np.union1d(plan.encoders[split.encoder], rows_of(split)), learned)
    asked = np.concatenate([rows_of(split) for split in plan.validation])
    np.testing.assert_array_equal(np.sort(asked), rows_of(plain.validation[0]))
    np.testing.assert_array_equal(plan.test.catalogue, plain.test.catalogue)
    np.testing.assert_array_equal(plan.test.queries, plain.test.queries)


def test_the_parts_of_the_training_listings_share_no_group() -> None:
    for protocol in ("fold", "dense", "half"):
        first, second, third = (set(LABELS[part]) for part in plan_protocol(protocol, LABELS).parts)
        assert len(first | second | third) == len(first) + len(second) + len(third)
    half = plan_protocol("half", LABELS)
    rows = half.validation[0].queries
    groups = np.unique(LABELS[rows].astype(str), return_inverse=True)[1]
    for part, (_, held_out) in zip(half.parts, GroupKFold(3).split(rows, groups=groups), strict=True):
        np.testing.assert_array_equal(part, rows[held_out])


def test_encoders_need_listings_to_train_on() -> None:
    with pytest.raises(InputError, match="fold, dense or half only, not 'full'"):
        with_encoders(plan_protocol("full", LABELS))
    few = plan_protocol("half", [0, 1, 2])
    assert len(few.validation[0].queries) == 2
    with pytest.raises(InputError, match="fewer than 3 label groups"):
        with_encoders(few)


def test_full_is_everything_and_trains_nothing() -> None:
    plan = plan_protocol("full", LABELS)
    assert len(rows_of(plan.test)) == len(rows_of(plan.validation[0])) == len(LABELS)
    assert plan.train == ()


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_the_halves_depend_on_the_label_alone(labels: list[int]) -> None:
    half = validation_half(labels)
    again = validation_half([str(label) for label in reversed(labels)])[::-1]
    np.testing.assert_array_equal(half, again)
    assert 0.4 < validation_half(np.arange(2000)).mean() < 0.6


def test_what_there_is_not_is_named() -> None:
    with pytest.raises(InputError, match="'random' is unknown; accepted are full, fold, dense, half"):
        plan_protocol("random", LABELS)
    with pytest.raises(InputError, match="3 label groups"):
        plan_protocol("fold", [1, 2, 3, 3])
    with pytest.raises(InputError, match="two halves"):
        plan_protocol("half", [1, 1])
    assert PROTOCOLS == ("full", "fold", "dense", "half")
