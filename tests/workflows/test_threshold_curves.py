"""Curves and surface of a bundle say what `match` does at each setting, on the listings of each part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.matching.catalogue_pairs import MatchLists
from product_matching.matching.second_stage.pairs import Pairs
from product_matching.matching.thresholds import Thresholds
from product_matching.metrics.listing_f1 import query_part, score_listings
from product_matching.search.neighbours import Neighbours, RowArray
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.catalogue_groups import group_by_scores, group_matches
from product_matching.workflows.distance_pairs import distance_pairs
from product_matching.workflows.match import match_by_scores, match_catalogue
from product_matching.workflows.threshold_curves import (
    SURFACE_STEPS,
    LabelParts,
    distance_curves,
    distance_figures,
    distance_scores,
    distance_surface,
    label_parts,
    sureness_curves,
    sureness_figures,
)


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


@pytest.fixture(scope="module")
def parts(bundle: Bundle) -> LabelParts:
    found = label_parts(bundle)
    assert found is not None
    return found


def as_neighbours(matches: MatchLists) -> Neighbours:
    return Neighbours(matches.offsets, matches.rows, np.zeros(len(matches.rows)))


def direct(matches: MatchLists, parts: LabelParts, rows: RowArray) -> tuple[float, float, float]:
    """F1 of listings, precision and recall of pairs, from the matches of the catalogue."""
    f1 = score_listings(query_part(as_neighbours(matches), rows), parts.groups, rows, cap=None).f1.mean()
    pairs = [(row, other) for row in rows for other in matches.of(row)]
    right = sum(parts.groups[row] == parts.groups[other] for row, other in pairs)
    true = sum(int((parts.groups == parts.groups[row]).sum()) - 1 for row in rows)
    return float(f1), right / len(pairs) if pairs else np.nan, right / true


def test_the_labels_are_halved_by_groups_and_parts_are_taken_as_they_are(bundle: Bundle, parts: LabelParts) -> None:
    assert set(parts.groups[parts.choose]).isdisjoint(parts.groups[parts.see])
    assert sorted([*parts.choose, *parts.see]) == list(range(len(bundle)))
    listings = bundle.listings.copy()
    listings["part"] = ["validation" if row < 6 else "test" if row < 15 else "train" for row in range(len(bundle))]
    named = label_parts(replace(bundle, listings=listings))
    assert named is not None
    assert (named.choose.tolist(), named.see.tolist()) == (list(range(6)), list(range(6, 15)))
    listings["label_group"] = [label if row < 9 else "" for row, label in enumerate(listings["label_group"])]
    fewer = label_parts(replace(bundle, listings=listings))
    assert fewer is not None
    assert fewer.see.tolist() == [6, 7, 8], "listings without a label are no queries"
    assert len(set(fewer.groups[9:])) == len(bundle) - 9
    listings["label_group"] = ["one", "one", *[""] * (len(bundle) - 2)]
    assert label_parts(replace(bundle, listings=listings)) is None
    assert label_parts(replace(bundle, listings=listings.drop(columns="label_group"))) is None


def test_curves_surface_and_groups_by_distance_are_what_match_finds(bundle: Bundle, parts: LabelParts) -> None:
    found = distance_pairs(bundle)
    surface = distance_surface(found, parts)
    photo, title = found.steps("photo", SURFACE_STEPS), found.steps("title", SURFACE_STEPS)
    curve, steps = distance_curves(found, "title", parts), found.steps("title", 101)
    for a, b in ((0, 0), (3, 9), (12, 2), (-1, -1)):
        thresholds = Thresholds(float(photo[a]), float(title[b]))
        matched = match_catalogue(bundle, thresholds)
        figures, scores = distance_figures(found, thresholds, parts), distance_scores(found, thresholds, parts)
        for part, rows in (("choose", parts.choose), ("see", parts.see)):
            expected = pytest.approx(direct(matched.matches, parts, rows), nan_ok=True)
            on_surface, measured, alone = (getattr(each, part) for each in (surface, figures, scores))
            assert (on_surface.f1[a, b], on_surface.precision[a, b], on_surface.recall[a, b]) == expected
            assert (measured.f1.value, measured.precision.value, measured.recall.value) == expected
            assert (alone.f1[0], alone.precision[0], alone.recall[0]) == expected
        assert found.groups(thresholds).groups == group_matches(matched).groups
    for place in (0, 40, 100):
        matched = match_catalogue(bundle, Thresholds(None, float(steps[place])))
        expected = pytest.approx(direct(matched.matches, parts, parts.see), nan_ok=True)
        assert (curve.see.f1[place], curve.see.precision[place], curve.see.recall[place]) == expected


def test_curves_by_score_are_what_match_finds(bundle: Bundle, parts: LabelParts) -> None:
    rng, n = np.random.default_rng(2), len(bundle)
    low, high = np.triu_indices(n, 1)
    kept = rng.random(len(low)) < 0.3
    first, second = np.concatenate([low[kept], high[kept]]), np.concatenate([high[kept], low[kept]])
    order = np.lexsort((second, first))
    scores = np.tile(np.round(rng.random(int(kept.sum())), 2), 2)[order]
    scored = Pairs(first[order], second[order], n).to_neighbours(scores)
    curves = sureness_curves(scored, parts)
    for percent in (1, 37, 50, 86, 99):
        matched = match_by_scores(scored, percent / 100)
        figures = sureness_figures(scored, percent / 100, parts)
        for part, rows in (("choose", parts.choose), ("see", parts.see)):
            expected = pytest.approx(direct(matched.matches, parts, rows), nan_ok=True)
            along, measured = getattr(curves, part), getattr(figures, part)
            place = percent - 1
            assert (along.f1[place], along.precision[place], along.recall[place]) == expected
            assert (measured.f1.value, measured.precision.value, measured.recall.value) == expected
    assert group_by_scores(scored, 0.5).groups
