"""Where listings that were added stand: against a catalogue drawn by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from product_matching.matching.decisions import PairDecisions
from product_matching.search.neighbours import sort_neighbours
from product_matching.workflows.groups import group_catalogue, place_listings
from product_matching.workflows.match import CatalogueMatches, match_by_scores
from product_matching.workflows.placing import Placement
from product_matching.workflows.placing_file import count_placements, write_placing

#: Rows 0 to 7 were there: two pairs, and 4 to 7 alone. 8 to 12 came first, 13 and 14 after them.
ADDED = np.array([0] * 8 + [1] * 5 + [2] * 2)
SCORES = {
    (0, 1): 0.98, (2, 3): 0.97,
    (8, 0): 0.96, (8, 1): 0.95,  # joins 0 and 1
    (9, 4): 0.9,  # founds one with 4
    (10, 11): 0.95,  # found one
    (12, 1): 0.7, (12, 2): 0.8, (12, 3): 0.75,  # bridges the two pairs
    (13, 10): 0.9, (13, 11): 0.9,  # joins a group that came before it
    (14, 5): 0.9, (14, 6): 0.7,  # bridges two single listings
}  # fmt: skip


def catalogue(scores: dict[tuple[int, int], float], decisions: PairDecisions) -> CatalogueMatches:
    n = len(ADDED)
    pairs = np.array([*scores, *((second, first) for first, second in scores), *((row, row) for row in range(n))])
    distances = np.round(1 - np.array([*scores.values(), *scores.values(), *[1.0] * n]), 6)
    near = sort_neighbours(pairs[:, 0], pairs[:, 1], distances, n)
    return match_by_scores(near, 0.5).with_decisions(decisions)


def test_new_listings_join_found_and_bridge_groups_and_a_bridge_merges_nothing() -> None:
    decided = catalogue(SCORES, PairDecisions(added=ADDED))
    placing = place_listings(decided)
    assert {row: each.placement.name for row, each in placing.placed.items()} == {
        8: "joins", 9: "founds", 10: "founds", 11: "founds", 12: "bridges", 13: "joins", 14: "bridges",
    }  # fmt: skip
    assert placing.placed[12].beside == (2, 1)
    assert placing.placed[13].beside == (10,)
    assert placing.placed[8].group == 0
    assert sorted(placing.held) == [(1, 12), (2, 12), (5, 14), (6, 14)]
    numbers, _ = group_catalogue(decided)
    assert numbers.tolist() == [0, 0, 2, 2, 4, 5, 6, 7, 0, 4, 10, 10, 12, 10, 14]


@pytest.mark.parametrize(
    ("decisions", "placement", "numbers"),
    [
        (PairDecisions(different=[(1, 12)], added=ADDED), Placement.joins, {12: 2}),
        (PairDecisions(same=[(2, 12)], added=ADDED), Placement.bridges, {12: 2, 1: 0}),
        (PairDecisions(same=[(2, 12)], different=[(1, 12)], added=ADDED), Placement.joins, {12: 2, 1: 0}),
        (PairDecisions(same=[(2, 12), (1, 12)], added=ADDED), Placement.joins, {12: 1, 2: 1}),
        (PairDecisions(different=[(1, 12), (2, 12)], added=ADDED), Placement.alone, {12: 12}),
    ],
)
def test_decisions_on_its_pairs_settle_a_bridge(
    decisions: PairDecisions, placement: Placement, numbers: dict[int, int]
) -> None:
    decided = catalogue(SCORES, decisions)
    assert place_listings(decided).placed[12].placement is placement
    groups, _ = group_catalogue(decided)
    assert all(groups[row] == groups[number] for row, number in numbers.items())
    assert (groups[1] == groups[2]) == (len(decisions.same) == 2)


def test_new_listings_that_would_merge_groups_together_are_held() -> None:
    scores = {(0, 1): 0.9, (12, 0): 0.97, (11, 1): 0.97, (11, 12): 0.96, (11, 0): 0.9, (12, 1): 0.9}
    alone = catalogue({**scores, (0, 1): 0.4}, PairDecisions(added=ADDED))
    groups, _ = group_catalogue(alone)
    assert groups[0] != groups[1]
    assert {place_listings(alone).placed[row].placement for row in (11, 12)} == {Placement.bridges}
    together = catalogue(scores, PairDecisions(added=ADDED))  # they were one group before
    assert {place_listings(together).placed[row].placement for row in (11, 12)} == {Placement.joins}


def test_a_bridge_stays_outside_and_puts_nobody_out() -> None:
    """A copy of row 0, which is a group with 1 and 2, matches row 3 as well: the group stands as before."""
    scores = {(0, 1): 0.98, (0, 2): 0.98, (1, 2): 0.99, (12, 0): 0.999, (12, 1): 0.985, (12, 2): 0.985, (12, 3): 0.8}
    decided = catalogue(scores, PairDecisions(added=ADDED))
    placing = place_listings(decided)
    assert (placing.placed[12].placement, placing.placed[12].group) == (Placement.bridges, 12)
    assert sorted(placing.held) == [(0, 12), (3, 12)]
    assert group_catalogue(decided)[0].tolist()[:4] == [0, 0, 0, 3]
    by_another = catalogue(scores, PairDecisions(same=[(1, 12)], different=[(3, 12)], added=ADDED))
    assert group_catalogue(by_another)[0].tolist()[12] == 0
    assert place_listings(by_another).held == ()


def test_without_additions_nothing_is_placed() -> None:
    assert place_listings(catalogue(SCORES, PairDecisions())).held == ()
    assert place_listings(catalogue(SCORES, PairDecisions(added=np.zeros(len(ADDED), dtype=np.int64)))).placed == {}


def test_the_report_names_ids(tmp_path: Path) -> None:
    placed = list(place_listings(catalogue(SCORES, PairDecisions(added=ADDED))).placed.values())
    counts = count_placements(placed)
    assert [counts[placement] for placement in Placement] == [2, 3, 2, 0]
    write_placing(tmp_path / "r.csv", [f"id{row}" for row in range(15)], placed)
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["posting_id"]: row for row in csv.DictReader(stream)}
    assert rows["id12"] == {"posting_id": "id12", "placement": "bridges groups", "group": "id12", "beside": "id2 id1"}
    assert rows["id8"]["group"] == "id0"
