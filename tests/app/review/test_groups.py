"""Groups of a catalogue, without any page: which are asked for, found, shown, exported, and in which words."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.app.address import DISTANCES, Address
from product_matching.app.review.export import groups_csv, submission_csv
from product_matching.app.review.groups import (
    GROUPS_A_PAGE,
    count_sizes,
    find_groups,
    link_in_words,
    page_of_groups,
    weakest_pair,
)
from product_matching.app.review.request import catalogue_rules, given_thresholds, request_groups, say_request
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.settings import chosen_thresholds
from product_matching.matching.chain import PLAIN
from product_matching.matching.grouping.description import Group
from product_matching.matching.thresholds import PHOTO_BITS, PairRules, Thresholds
from product_matching.progress import NO_PROGRESS, Cancelled
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import open_bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups, farthest_pairs
from product_matching.workflows.find import Finder
from tests.recorded_progress import RecordedProgress

BY_DISTANCES = Deciding(chosen=None, by=DISTANCES, least=1.0)


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


@pytest.fixture(scope="module")
def found(finder: Finder) -> CatalogueGroups:
    return find_groups(finder.bundle, request_groups(finder.bundle, Address(), BY_DISTANCES), NO_PROGRESS).groups


def groups_of(*sizes: int) -> list[Group]:
    return [Group(tuple(range(size)), 1.0 / size, size / 100) for size in sizes]


def many(count: int) -> CatalogueGroups:
    """Groups of falling size, of which nothing else is known."""
    groups = groups_of(*range(count + 1, 1, -1))
    return CatalogueGroups(decided=None, numbers=None, groups=groups)  # type: ignore[arg-type]


def test_without_parameters_every_rule_is_off() -> None:
    assert (catalogue_rules(Address()), given_thresholds(Address())) == (PLAIN, Thresholds())


def test_the_same_photo_is_averaged_over_without_being_a_match() -> None:
    rules = catalogue_rules(Address(cross_mean=True))
    assert (rules.vectors.photo_bits, rules.pairs) == (PHOTO_BITS, PairRules())
    rules = catalogue_rules(Address(cross_mean=True, photo_bits=2))
    assert (rules.vectors.photo_bits, rules.pairs) == (2, PairRules(photo_bits=2))


def test_a_request_has_the_key_of_everything_that_decides_and_of_nothing_else(finder: Finder) -> None:
    def key(**fields: object) -> str:
        return request_groups(finder.bundle, Address(**fields), BY_DISTANCES).key  # type: ignore[arg-type]

    assert key() == key(page=3, order="density", listing="3a")
    changes = ({"title_threshold": 0.2}, {"mutual": True}, {"blend": 1}, {"quantity_veto": True}, {"photo_bits": 2})
    assert len({key(), *(key(**change) for change in changes)}) == 6


def test_a_request_is_said_with_the_number_of_listings(finder: Finder) -> None:
    assert "All 25 listings are compared" in say_request(finder.bundle)


def test_what_decided_is_told_with_the_thresholds_that_were_used(finder: Finder) -> None:
    found = find_groups(
        finder.bundle, request_groups(finder.bundle, Address(title_threshold=0.5), BY_DISTANCES), NO_PROGRESS
    )
    assert "title distance up to 0.500 (set by hand)" in found.how
    groups = found.groups
    assert groups.n_grouped == sum(group.size for group in groups.groups) > 0
    assert groups.largest == groups.groups[0].size


def test_find_and_review_decide_by_the_same_default_however_many_decimals_it_has(finder: Finder) -> None:
    manifest = finder.bundle.manifest
    photo = replace(manifest.photo_threshold, distance=0.54126)  # type: ignore[type-var]
    bundle = replace(finder.bundle, manifest=replace(manifest, photo_threshold=photo))
    found = find_groups(bundle, request_groups(bundle, Address(), BY_DISTANCES), NO_PROGRESS)
    assert found.groups.decided.thresholds == chosen_thresholds(Address(), bundle.manifest)
    assert found.groups.decided.thresholds.photo == 0.54126


def test_finding_groups_stops_where_it_is_cancelled(finder: Finder) -> None:
    class Stopped(RecordedProgress):
        cancelled = True  # type: ignore[assignment]

    with pytest.raises(Cancelled):
        find_groups(finder.bundle, request_groups(finder.bundle, Address(), BY_DISTANCES), Stopped())


def test_a_page_holds_its_share_of_the_groups_and_the_last_one_the_rest() -> None:
    found = many(2 * GROUPS_A_PAGE + 3)
    second, last = page_of_groups(found, Address(page=2)), page_of_groups(found, Address(page=99))
    assert list(second.groups) == found.groups[GROUPS_A_PAGE : 2 * GROUPS_A_PAGE]
    assert (second.page, second.pages, second.heading) == (2, 3, "Groups 11 to 20 of 23")
    assert (last.page, len(last.groups), last.heading) == (3, 3, "Groups 21 to 23 of 23")


def test_groups_are_put_in_the_order_of_the_address() -> None:
    found = many(3)
    assert [group.size for group in page_of_groups(found, Address(order="weakest")).groups] == [4, 3, 2]
    assert [group.density for group in page_of_groups(found, Address(order="density")).groups] == [1 / 4, 1 / 3, 1 / 2]


def test_the_downloads_hold_every_listing(finder: Finder, found: CatalogueGroups) -> None:
    groups = pd.read_csv(io.BytesIO(groups_csv(finder.bundle, found)))
    assert groups.columns.tolist() == ["posting_id", "group", "size", "density", "weakest_link"]
    assert groups["posting_id"].tolist() == finder.bundle.listings["posting_id"].tolist()
    assert (groups.groupby("group")["size"].transform("size") == groups["size"]).all()
    matches = pd.read_csv(io.BytesIO(submission_csv(finder.bundle, found)), dtype=str)
    assert [line.split()[0] for line in matches["matches"]] == matches["posting_id"].tolist()


def test_the_weakest_pair_stands_at_the_weakest_link(found: CatalogueGroups) -> None:
    for group in found.groups:
        first, second = weakest_pair(found.decided, group)  # type: ignore[misc]
        rows, distances = found.decided.linkage.of(first)
        assert {first, second} <= set(group.rows)
        assert distances[rows == second] == group.weakest_link


def test_sizes_are_counted_in_bins_and_links_told_in_words() -> None:
    groups = groups_of(60, 12, 3, 3, 2)
    counts = dict(count_sizes(groups))
    assert (counts["2"], counts["3"], counts["4"], counts["11–20"], counts["over 50"]) == (1, 2, 0, 1, 1)
    assert count_sizes(groups[3:]) == [("2", 1), ("3", 1)]
    assert count_sizes([]) == []
    assert link_in_words(0.0) == ("all nearly equal", "green")
    assert link_in_words(1.0) == ("weakest link at 100% of the threshold: weak", "orange")
    assert link_in_words(1.1)[1] == "red"
    assert link_in_words(math.inf) == ("joined by a decision", "green")


def test_the_farthest_pair_of_a_group_has_the_lowest_probability_and_one_not_compared_none() -> None:
    near = Neighbours(
        offsets=np.array([0, 3, 6, 8]),
        rows=np.array([0, 1, 2, 1, 0, 2, 2, 1]),
        distances=np.array([0.0, 0.1, 0.6, 0.0, 0.1, 0.2, 0.0, 0.2]),
    )
    apart, together = Group((0, 1, 2), 1.0, 0.2), Group((0, 1), 1.0, 0.2)
    farthest, near_one = farthest_pairs(near, [apart, together])
    assert farthest.pair == (0, 2)
    assert farthest.probability == pytest.approx(0.4)
    assert near_one.probability == pytest.approx(0.9)
    assert farthest_pairs(near, [apart], same=[(0, 2)])[0].pair == (1, 2)
    unknown = Neighbours(offsets=np.array([0, 1, 2]), rows=np.array([0, 1]), distances=np.zeros(2))
    assert farthest_pairs(unknown, [together])[0].probability == 0
    assert farthest_pairs(unknown, []) == []
