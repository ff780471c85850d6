"""Groups of a catalogue as the review shows them, without any page."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.app.address import DISTANCES, Address
from product_matching.app.review.changes import say_changes
from product_matching.app.review.comparing import compare_pairs
from product_matching.app.review.export import matches_file
from product_matching.app.review.groups import (
    GROUPS_A_PAGE,
    ShownGroup,
    group_pairs,
    headline,
    merge_pairs,
    near_groups,
    page_of_groups,
    scores_of,
    split_pairs,
)
from product_matching.app.review.request import catalogue_rules, given_thresholds, request_groups, say_request
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.settings import chosen_thresholds
from product_matching.matching.chain import PLAIN
from product_matching.matching.decisions import PairDecisions
from product_matching.matching.grouping.changes import GroupChanges
from product_matching.matching.grouping.description import Group
from product_matching.matching.thresholds import PHOTO_BITS, PairRules, Thresholds
from product_matching.progress import NO_PROGRESS, Cancelled
from product_matching.search.neighbours import Neighbours, sort_neighbours
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.catalogue_groups import (
    CatalogueGroups,
    FarthestPair,
    farthest_pairs,
    group_by_scores,
    group_matches,
)
from product_matching.workflows.match import match_by_defaults
from product_matching.workflows.table_file import TableFormat
from tests.recorded_progress import RecordedProgress

BY_DISTANCES = Deciding(chosen=None, by=DISTANCES, least=1.0)


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


@pytest.fixture(scope="module")
def found(bundle: Bundle) -> CatalogueGroups:
    return group_matches(match_by_defaults(bundle, Thresholds()))


def scored(n: int, pairs: dict[tuple[int, int], float]) -> Neighbours:
    """Pairs with their probability, as `score_catalogue` gives them."""
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    distances = np.round(1 - np.array(list(pairs.values())), 6)
    own = np.arange(n)
    queries, rows = np.concatenate([own, first, second]), np.concatenate([own, second, first])
    return sort_neighbours(queries, rows, np.concatenate([np.zeros(n), distances, distances]), n)


@pytest.fixture
def three(bundle: Bundle) -> CatalogueGroups:
    """Of 25 listings the groups (0, 1, 2), with a doubtful pair, and (3, 4); 5 is near the first."""
    pairs = {(0, 1): 0.95, (1, 2): 0.9, (0, 2): 0.6, (3, 4): 0.99, (2, 5): 0.4, (1, 5): 0.45, (4, 6): 0.1}
    return group_by_scores(scored(25, pairs), 0.5)


def test_without_parameters_every_rule_is_off() -> None:
    assert (catalogue_rules(Address()), given_thresholds(Address())) == (PLAIN, Thresholds())


def test_the_same_photo_is_averaged_over_without_being_a_match() -> None:
    rules = catalogue_rules(Address(cross_mean=True))
    assert (rules.vectors.photo_bits, rules.pairs) == (PHOTO_BITS, PairRules())
    rules = catalogue_rules(Address(cross_mean=True, photo_bits=2))
    assert (rules.vectors.photo_bits, rules.pairs) == (2, PairRules(photo_bits=2))


def test_a_request_has_the_key_of_everything_that_decides_and_of_nothing_else(bundle: Bundle) -> None:
    def key(**fields: object) -> str:
        return request_groups(bundle, Address(**fields), BY_DISTANCES).key  # type: ignore[arg-type]

    assert key() == key(page=3, order="density", step="audit", text="cup")
    changes = ({"title_threshold": 0.2}, {"mutual": True}, {"blend": 1}, {"quantity_veto": True}, {"photo_bits": 2})
    assert len({key(), *(key(**change) for change in changes)}) == 6


def test_a_request_is_said_with_the_number_of_listings(bundle: Bundle) -> None:
    assert "All 25 listings are compared" in say_request(bundle)


def test_find_and_review_decide_by_the_same_default_however_many_decimals_it_has(bundle: Bundle) -> None:
    photo = replace(bundle.manifest.photo_threshold, distance=0.54126)  # type: ignore[type-var]
    other = replace(bundle, manifest=replace(bundle.manifest, photo_threshold=photo))
    matched = compare_pairs(other, request_groups(other, Address(), BY_DISTANCES), NO_PROGRESS).matched
    assert matched is not None
    assert matched.thresholds == chosen_thresholds(Address(), other.manifest)
    assert matched.thresholds.photo == 0.54126


def test_comparing_stops_where_it_is_cancelled(bundle: Bundle) -> None:
    class Stopped(RecordedProgress):
        cancelled = True  # type: ignore[assignment]

    with pytest.raises(Cancelled):
        compare_pairs(bundle, request_groups(bundle, Address(), BY_DISTANCES), Stopped())


def test_a_page_holds_its_share_of_the_groups_and_the_last_one_the_rest(bundle: Bundle, three: CatalogueGroups) -> None:
    many = replace(three, groups=[Group((row, row + 1), 1.0, 0.1) for row in range(2 * GROUPS_A_PAGE + 3)])
    second, last = (page_of_groups(bundle, many, Address(order="size", page=page)) for page in (2, 99))
    assert [each.group for each in second.groups] == many.groups[GROUPS_A_PAGE : 2 * GROUPS_A_PAGE]
    assert (second.page, second.pages, second.heading) == (2, 3, "Groups 11 to 20 of 23")
    assert (last.page, len(last.groups), last.heading) == (3, 3, "Groups 21 to 23 of 23")


def test_the_most_doubtful_group_comes_first_and_filters_leave_others_out(
    bundle: Bundle, three: CatalogueGroups
) -> None:
    def rows(found: CatalogueGroups, **fields: object) -> list[tuple[int, ...]]:
        return [each.group.rows for each in page_of_groups(bundle, found, Address(**fields)).groups]  # type: ignore[arg-type]

    assert rows(three) == rows(three, order="size") == [(0, 1, 2), (3, 4)]
    assert rows(three, size_from=3) == [(0, 1, 2)]
    assert rows(three, text=str(bundle.listings["posting_id"].iloc[4]).upper()) == [(3, 4)]
    assert page_of_groups(bundle, three, Address(text="no such text")).heading == "No group like this"
    confirmed = group_matches(three.decided, PairDecisions(same=[(0, 1), (1, 2)]), three.scored)
    assert rows(confirmed, open_only=True) == [(3, 4)]
    assert rows(confirmed) == [(0, 1, 2), (3, 4)]  # its farthest pair is no longer in doubt, yet none is decided


def test_a_group_is_said_with_its_farthest_pair(bundle: Bundle, three: CatalogueGroups, found: CatalogueGroups) -> None:
    large, pair = page_of_groups(bundle, three, Address()).groups
    assert ":orange-badge[farthest pair 60 % same product]" in headline(large, scored=True)
    assert headline(pair, scored=True) == "**2 listings** :green-badge[99 % same product]"
    within = ShownGroup(group=pair.group, farthest=FarthestPair(pair=(3, 4), distance=1.0), settled=False)
    assert "within the threshold" in headline(within, scored=False)
    beyond = replace(large, farthest=FarthestPair(pair=(0, 2), distance=1.2))
    assert ":orange-badge[farthest pair beyond the threshold]" in headline(beyond, scored=False)
    assert "confirmed" in headline(replace(large, settled=True), scored=True)


def test_the_farthest_pair_by_distance_is_that_of_all_pairs_measured(found: CatalogueGroups) -> None:
    for group, farthest in zip(found.groups, found.farthest, strict=True):
        first, second = (np.array(side) for side in zip(*group_pairs(group), strict=True))
        assert farthest.distance == found.decided.measure(first, second).max()
        assert farthest.pair in group_pairs(group)


def test_the_farthest_pair_of_a_group_has_the_lowest_probability_and_one_not_compared_none() -> None:
    apart, together = Group((0, 1, 2), 1.0, 0.2), Group((0, 1), 1.0, 0.2)

    def distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.array([{(0, 1): 0.1, (1, 2): 0.2, (0, 2): 0.6}[pair] for pair in zip(first, second, strict=True)])

    farthest, near = farthest_pairs(distances, [apart, together])
    assert (farthest.pair, farthest.distance) == ((0, 2), 0.6)
    assert farthest.probability == pytest.approx(0.4)
    assert near.probability == pytest.approx(0.9)
    assert farthest_pairs(distances, [apart], same=[(0, 2)])[0].pair == (1, 2)
    assert farthest_pairs(distances, []) == []


def test_pairs_of_a_group_a_split_and_a_merger() -> None:
    group = Group((1, 4, 6), 1.0, 0.1)
    assert group_pairs(group) == [(1, 4), (1, 6), (4, 6)]
    assert split_pairs(group, [4]) == [(1, 4), (4, 6)]
    assert merge_pairs(group, [0, 9]) == [(0, 1), (1, 9), (0, 4), (4, 9), (0, 6), (6, 9)]


def test_a_merger_is_offered_with_the_nearest_groups(three: CatalogueGroups) -> None:
    near = near_groups(three, three.groups[0], 3)
    assert [(each.rows, each.pair) for each in near] == [((5,), (1, 5))]
    assert near[0].probability == pytest.approx(0.45)
    assert scores_of(three, [(0, 1), (0, 5), (2, 5)]) == [0.95, None, 0.4]


def test_the_download_holds_every_listing(bundle: Bundle, found: CatalogueGroups) -> None:
    matches = pd.read_csv(io.BytesIO(matches_file(bundle, found, TableFormat.csv)), dtype=str)
    assert [line.split()[0] for line in matches["matches"]] == matches["posting_id"].tolist()
    assert matches["posting_id"].tolist() == bundle.listings["posting_id"].tolist()
    listed = pd.read_json(io.BytesIO(matches_file(bundle, found, TableFormat.json)), dtype=False)
    stored = pd.read_parquet(io.BytesIO(matches_file(bundle, found, TableFormat.parquet)))
    for table in (listed, stored):
        assert [" ".join(ids) for ids in table["matches"]] == matches["matches"].tolist()


def test_changes_are_said_in_numbers() -> None:
    assert say_changes(GroupChanges(gained=0, lost=0, changed=0, kept=4)) == "the same groups"
    said = say_changes(GroupChanges(gained=1200, lost=2, changed=3, kept=1))
    assert "+1,200" in said
    assert "1 group as before" in said
