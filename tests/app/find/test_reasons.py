"""Reasons of the pair scorer in words."""

from __future__ import annotations

import pytest

from product_matching.app.find.reasons import describe_reasons, reason_in_words
from product_matching.matching.geometry import GEOMETRY_FEATURES
from product_matching.matching.print_features import PRINT_FEATURES


@pytest.mark.parametrize("feature", [*GEOMETRY_FEATURES, *PRINT_FEATURES])
def test_every_feature_of_photos_and_print_has_words_for_and_against(feature: str) -> None:
    told = {reason_in_words(feature, speaks_for=speaks_for) for speaks_for in (True, False)}
    assert len(told) == 2
    assert feature not in told


def test_a_feature_among_the_nearest_names_its_side() -> None:
    assert reason_in_words("gap of photo alone, own", speaks_for=False) == "other listings are nearer by photo"
    assert reason_in_words("gap of final, own", speaks_for=True) == "hardly any other listing is nearer"


def test_what_tells_the_same_or_its_opposite_is_said_once() -> None:
    reasons = [("ratio", 1.0), ("token set ratio", -0.5), ("quantities", -1.0), ("counts", 0.0)]
    assert describe_reasons(reasons) == [("the titles are spelt alike", True), ("the sizes differ", False)]


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("cosine of words", "cosine of title alone"),
        ("cosine of title alone", "token set ratio"),
        ("cosine of photo", "pHash bits"),
        ("rank of photo alone, own", "gap of photo alone, other"),
        ("coverage, own", "words missing"),
        ("share of print in title, own", "cosine of prints"),
    ],
)
def test_of_two_reasons_that_contradict_each_other_the_stronger_is_told(stronger: str, weaker: str) -> None:
    for sign in (1.0, -1.0):
        told = describe_reasons([(stronger, 2 * sign), (weaker, -sign)])
        assert told == [(reason_in_words(stronger, speaks_for=sign > 0), sign > 0)]


def test_reasons_on_different_things_may_have_different_signs() -> None:
    reasons = [("cosine of photo", 2.0), ("rarest word missing", -1.0), ("gap of title alone, own", -0.5)]
    assert [speaks_for for _, speaks_for in describe_reasons(reasons)] == [True, False, False]
    nearest = [("rank of photo alone, own", 1.0), ("rank of title alone, own", -1.0)]
    assert len(describe_reasons(nearest)) == 2


def test_a_feature_that_is_not_known_is_never_shown_raw() -> None:
    assert reason_in_words("eigenvalue 7", speaks_for=True) == "other features"
