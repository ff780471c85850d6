"""Rows on photo and title together: nothing of the test part takes part in a choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from product_matching.comparison.beyond import (
    Decided,
    Sides,
    SideThresholds,
    add_min2,
    build_sides,
    dba_variants,
    decide_by_any,
    decide_by_pairs,
    decide_by_union,
    fused_variants,
    inb_variants,
    score_decided,
)
from product_matching.comparison.lookup import demo_set
from product_matching.comparison.scores import choose_threshold, mean_f1
from product_matching.comparison.titles import TitledDemo
from product_matching.encoders.photo import FloatVectors
from product_matching.listings.catalogue import Catalogue


@pytest.fixture(scope="module")
def titled(demo: Catalogue) -> TitledDemo:
    data = demo_set(demo)
    return TitledDemo.of(demo, data, [""] * len(data.paths))


@pytest.fixture(scope="module")
def vectors(titled: TitledDemo) -> FloatVectors:
    rng = np.random.default_rng(3)
    labels = titled.listings.labels
    made = rng.normal(size=(int(labels.max()) + 1, 6))[labels] + 0.8 * rng.normal(size=(len(labels), 6))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def sides(titled: TitledDemo, vectors: FloatVectors) -> tuple[Sides, Sides]:
    return _both_sides(titled, vectors)


def _both_sides(titled: TitledDemo, vectors: FloatVectors) -> tuple[Sides, Sides]:
    data = titled.data
    return build_sides(titled, vectors, data.validation), build_sides(titled, vectors, data.test)


def test_vectors_of_both_hold_the_mean_of_both_cosines(sides: tuple[Sides, Sides], vectors: FloatVectors) -> None:
    validation = sides[0]
    both = (validation.vectors @ validation.vectors.T).toarray()
    photo = vectors[validation.lookup.blocks[0]]
    titles = validation.vectors[:, : -validation.n_photo] * np.sqrt(2)
    assert both == pytest.approx((photo @ photo.T + (titles @ titles.T).toarray()) / 2, abs=1e-5)


def test_a_match_of_the_union_is_within_either_threshold(sides: tuple[Sides, Sides]) -> None:
    validation = sides[0]
    shares = SideThresholds(0.2, 0.5).shares(validation, None)
    accepted = {(q, r) for q, r, d in zip(shares.queries(), shares.rows, shares.distances, strict=True) if d <= 1}
    expected = set()
    for side, threshold in ((validation.photo, 0.2), (validation.title, 0.5)):
        expected |= {
            (q, r) for q, r, d in zip(side.queries(), side.rows, side.distances, strict=True) if d <= threshold
        }
    assert accepted == expected


def test_more_ways_of_accepting_are_never_worse_on_validation(sides: tuple[Sides, Sides]) -> None:
    validation = sides[0]
    fused = decide_by_any(*sides, fused_variants())
    alone = [
        mean_f1(n, validation.lookup, choose_threshold(n, validation.lookup))
        for n in (validation.photo, validation.title)
    ]
    union = decide_by_union(*sides)
    assert union.f1 == pytest.approx(mean_f1(union.validation, validation.lookup, 1.0))
    assert union.f1 >= max(alone) - 0.05  # its first threshold comes from a grid
    assert fused.f1 == pytest.approx(mean_f1(fused.validation, validation.lookup, 1.0))
    assert fused.f1 >= union.f1 - 1e-9
    assert add_min2(fused, validation.lookup).f1 >= fused.f1


def _all_ways(titled: TitledDemo, vectors: FloatVectors, sides: tuple[Sides, Sides]) -> list[Decided]:
    fused = decide_by_any(*sides, fused_variants())
    by_vectors = [decide_by_any(*sides, variants()) for variants in (dba_variants, inb_variants)]
    pairs = decide_by_pairs(titled, vectors)
    return [decide_by_union(*sides), fused, add_min2(fused, sides[0].lookup), *by_vectors, pairs]


def test_labels_of_the_test_part_change_no_decision_rule(titled: TitledDemo, vectors: FloatVectors) -> None:
    data = titled.data
    block = data.test.blocks[0]
    labels = titled.listings.labels.copy()
    labels[block] = np.roll(labels[block], 7)
    other_test = replace(data.test, labels=np.roll(data.test.labels, 7))
    other = replace(titled, data=replace(data, test=other_test), listings=replace(titled.listings, labels=labels))
    ways = [_all_ways(demo, vectors, _both_sides(demo, vectors)) for demo in (titled, other)]
    for one, changed in zip(*ways, strict=True):
        assert (one.threshold, one.how) == (changed.threshold, changed.how)
        assert np.array_equal(one.test.rows, changed.test.rows)
        assert np.array_equal(one.test.distances, changed.test.distances)


def test_the_score_is_of_the_test_part(titled: TitledDemo, sides: tuple[Sides, Sides]) -> None:
    scores = score_decided(decide_by_union(*sides), titled.data.test)
    assert (scores.n, scores.n_queries, len(scores.f1)) == (37, 36, 36)
    assert scores.f1.mean() > 0.5
