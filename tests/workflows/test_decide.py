"""A whole catalogue under rules: one scale for all distances, matches, groups."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.matching.candidates import Thresholds
from product_matching.matching.chain import PLAIN, Rules
from product_matching.store.bundle import open_bundle
from product_matching.workflows.decide import AT_THRESHOLD, decide_catalogue, group_catalogue, rows_of_matches
from product_matching.workflows.find import Finder, fill_thresholds
from product_matching.workflows.match import match_catalogue


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


def sets(rows: list[np.ndarray]) -> list[set[int]]:
    return [set(found.tolist()) for found in rows]


@pytest.mark.parametrize("given", [Thresholds(0.05, 0.3), Thresholds(0.02, 0.55), Thresholds(0.3, 0.0)])
def test_without_rules_the_matches_are_those_of_the_plain_match(finder: Finder, given: Thresholds) -> None:
    decided = decide_catalogue(finder, PLAIN, given)
    plain = match_catalogue(finder, given)
    assert sets(list(rows_of_matches(decided, 50))) == sets(list(plain))
    assert decided.thresholds == given


def test_every_listing_comes_first_among_its_own_matches(finder: Finder) -> None:
    rows = list(rows_of_matches(decide_catalogue(finder, PLAIN, Thresholds(0.1, 0.4)), 2))
    assert [found[0] for found in rows] == list(range(len(finder.bundle)))
    assert max(len(found) for found in rows) == 2


def test_a_pair_exactly_at_its_threshold_stands_at_the_common_threshold(finder: Finder) -> None:
    candidates = finder.candidates(finder.listing_query(0), 25)
    at = float(candidates.title[(candidates.title > 0) & (candidates.title < 1)].min())
    row = int(candidates.rows[np.flatnonzero(candidates.title == at)[0]])
    decided = decide_catalogue(finder, PLAIN, Thresholds(0.0, at))
    rows, distances = decided.near.of(0)
    assert distances[rows == row][0] <= AT_THRESHOLD
    assert row in decided.matches.of(0)[0]
    assert row not in decide_catalogue(finder, PLAIN, Thresholds(0.0, at - 1e-6)).matches.of(0)[0]


def test_thresholds_that_are_not_given_are_tuned_for_the_rules(finder: Finder) -> None:
    plain = decide_catalogue(finder, PLAIN, Thresholds()).thresholds
    averaged = decide_catalogue(finder, replace(PLAIN, expansion=3), Thresholds()).thresholds
    assert plain.title is not None and averaged.title is not None
    assert averaged.title < plain.title


def test_the_fused_threshold_adds_matches(finder: Finder) -> None:
    given = fill_thresholds(finder.bundle, Thresholds(0.0, 0.0))
    alone = decide_catalogue(finder, PLAIN, given)
    fused = decide_catalogue(finder, PLAIN, replace(given, fused=0.2))
    candidates = finder.candidates(finder.listing_query(0), 25)
    expected = {0} | {
        int(row)
        for row, photo, title in zip(candidates.rows, candidates.photo, candidates.title, strict=True)
        if (photo + title) / 2 <= 0.2
    }
    assert len(expected) > len(set(alone.matches.of(0)[0].tolist()))
    assert set(fused.matches.of(0)[0].tolist()) == expected


def test_the_groups_of_the_small_catalogue_are_its_products(finder: Finder) -> None:
    decided = decide_catalogue(finder, Rules(), Thresholds())
    numbers, described = group_catalogue(decided)
    assert [group.rows for group in described] == [
        (3 * product, 3 * product + 1, 3 * product + 2) for product in range(8)
    ]
    assert all(group.density > 0.6 and 0 <= group.weakest_link <= AT_THRESHOLD for group in described)
    assert numbers[24] == 24


def test_a_persons_word_holds_in_the_groups(finder: Finder) -> None:
    decided = decide_catalogue(finder, PLAIN, Thresholds())
    numbers, _ = group_catalogue(decided, must_link=[(0, 24)], cannot_link=[(3, 4)])
    assert numbers[0] == numbers[24]
    assert numbers[3] != numbers[4]


def test_the_quantity_veto_separates_sizes(tmp_path: Path) -> None:
    import pandas as pd

    from product_matching.listings.catalogue import Catalogue
    from product_matching.workflows.build import build_bundle

    titles = ["Sabun Cair Lemon Segar 250 ml", "Sabun Cair Lemon Segar 250ml", "Sabun Cair Lemon Segar 500 ml"]
    build_bundle(Catalogue(pd.DataFrame({"posting_id": list("abc"), "title": titles}), None), tmp_path / "b")
    finder = Finder(open_bundle(tmp_path / "b"))
    kept = decide_catalogue(finder, PLAIN, Thresholds(None, 0.9)).matches
    vetoed = decide_catalogue(finder, replace(PLAIN, quantity_veto=True), Thresholds(None, 0.9)).matches
    assert set(kept.of(0)[0].tolist()) == {0, 1, 2}
    assert set(vetoed.of(0)[0].tolist()) == {0, 1}


def test_a_listing_without_a_photo_is_no_neighbour_by_photo(finder: Finder) -> None:
    decided = decide_catalogue(finder, Rules(photo_union=False), Thresholds(0.999, 0.0))
    assert decided.matches.of(24)[0].tolist() == [24]
