"""Pairs of a catalogue on the linkage scale, where 1 is exactly at a threshold."""

from __future__ import annotations

import numpy as np
import pytest

from product_matching.matching.candidates import Candidates
from product_matching.matching.catalogue_pairs import FAR, DecidedPairs, decide_pairs, linkage_distances
from product_matching.matching.chain import Rules
from product_matching.matching.thresholds import PairRules, Thresholds

#: Pairs (0, 1) to (4, 5) of seven listings: near by photo, exactly at the title threshold, just beyond both, only the
#: mean is near enough, and without a photo. Listing 6 has no candidate.
FIRST = np.array([0, 0, 1, 2, 4])
CANDIDATES = Candidates(
    rows=np.array([1, 2, 3, 3, 5]),
    photo=np.array([0.05, 0.9, 0.100001, 0.12, np.nan]),
    title=np.array([0.8, 0.4, 0.400001, 0.42, 0.7]),
    bits=np.array([2.0, 30.0, 0.0, np.nan, np.nan]),
    quantities=np.array([1, 0, 0, -1, -1], dtype=np.int8),
)
THRESHOLDS = Thresholds(0.1, 0.4)


def pairs_at(decided: DecidedPairs) -> dict[tuple[int, int], float]:
    near = decided.linkage
    return {
        (int(query), int(row)): float(distance)
        for query, row, distance in zip(near.queries(), near.rows, near.distances, strict=True)
    }


def matches_of(decided: DecidedPairs) -> list[list[int]]:
    return [decided.matches.of(row).tolist() for row in range(7)]


def test_a_pair_exactly_at_its_threshold_is_a_match_and_stands_at_one() -> None:
    decided = decide_pairs(7, FIRST, CANDIDATES, thresholds=THRESHOLDS, rules=Rules())
    assert matches_of(decided) == [[1, 2], [0], [0], [], [], [], []]
    at = pairs_at(decided)
    assert at[0, 2] == at[2, 0] == 1.0
    assert at[0, 1] == at[1, 0] == 0.5
    assert 1.0 < at[1, 3] < 1.0001
    assert all(at[row, row] == 0 for row in range(7))


def test_the_linkage_distance_of_a_match_is_at_most_one_and_of_any_other_pair_more() -> None:
    thresholds = Thresholds(0.1, 0.4, 0.27)
    decided = decide_pairs(
        7, FIRST, CANDIDATES, thresholds=thresholds, rules=Rules(pairs=PairRules(quantity_veto=True))
    )
    at = pairs_at(decided)
    for first, second in zip(FIRST.tolist(), CANDIDATES.rows.tolist(), strict=True):
        assert (at[first, second] <= 1) == (second in decided.matches.of(first))
        assert (at[second, first] <= 1) == (first in decided.matches.of(second))


def test_a_vetoed_pair_is_apart_and_nothing_is_further() -> None:
    rules = PairRules(quantity_veto=True)
    assert linkage_distances(CANDIDATES, Thresholds(0.1, 0.4, 0.27), rules)[3:].tolist() == [FAR, FAR]
    assert linkage_distances(CANDIDATES, Thresholds(0.01, 0.01), PairRules()).max() == FAR
    assert linkage_distances(CANDIDATES, Thresholds(0.0, 0.0), PairRules()).tolist() == [FAR] * 5


def test_the_same_photo_stands_at_its_share_of_differing_bits_where_that_is_nearer() -> None:
    rules = PairRules(photo_bits=4)
    shares = linkage_distances(CANDIDATES, THRESHOLDS, rules)
    assert shares[0] == 2 / 64
    assert shares[2] == 0
    assert linkage_distances(CANDIDATES, Thresholds(0.1, 0.9), PairRules(photo_bits=64))[1] == pytest.approx(0.4 / 0.9)
    decided = decide_pairs(7, FIRST, CANDIDATES, thresholds=THRESHOLDS, rules=Rules(pairs=rules))
    assert matches_of(decided)[1] == [0, 3]


def test_min2_gives_only_those_without_a_match_their_nearest_within_reach() -> None:
    reached = decide_pairs(7, FIRST, CANDIDATES, thresholds=THRESHOLDS, rules=Rules(pairs=PairRules(min2=0.5)))
    assert matches_of(reached) == [[1, 2], [0], [0], [1], [], [], []]
    assert pairs_at(reached)[3, 1] == 1.0
    further = decide_pairs(7, FIRST, CANDIDATES, thresholds=THRESHOLDS, rules=Rules(pairs=PairRules(min2=0.75)))
    assert matches_of(further)[4:6] == [[5], [4]]
    vetoed = PairRules(quantity_veto=True, min2=0.75)
    assert matches_of(decide_pairs(7, FIRST, CANDIDATES, thresholds=THRESHOLDS, rules=Rules(pairs=vetoed)))[4:6] == [
        [],
        [],
    ]


def test_a_pair_that_is_near_from_one_side_only_is_no_mutual_match() -> None:
    """Listing 0 is nearest to 1 and to 2; its own nearest is 1."""
    decided = decide_pairs(7, FIRST, CANDIDATES, thresholds=THRESHOLDS, rules=Rules(mutual=1))
    assert matches_of(decided)[:3] == [[1], [0], []]
    assert pairs_at(decided)[0, 2] == FAR
