"""Listings that are removed by an accepted pair with the kept one are told from those in its group through others."""

import numpy as np
import pytest

from product_matching.matching.decisions import PairDecisions
from product_matching.search.neighbours import Neighbours
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.match import match_by_scores
from product_matching.workflows.removed import RemovedListings, count_removed

#: 0 and 1, 1 and 2 are accepted; 0 and 2 are not; 3 and 4 are; 5 is alone.
SCORED = Neighbours(
    np.array([0, 2, 4, 6, 7, 8, 8]),
    np.array([1, 2, 0, 2, 1, 0, 4, 3]),
    np.array([0.1, 0.7, 0.1, 0.2, 0.2, 0.7, 0.1, 0.1]),
)
NUMBERS = np.array([0, 0, 0, 3, 3, 5])


@pytest.mark.parametrize(
    ("kept", "same", "removed"),
    [
        ([0, 0, 0, 3, 3, 5], [], RemovedListings(paired=2, through_others=1)),
        ([1, 1, 1, 4, 4, 5], [], RemovedListings(paired=3, through_others=0)),
        ([0, 0, 0, 3, 3, 5], [(0, 2)], RemovedListings(paired=3, through_others=0)),
        ([0, 1, 2, 3, 4, 5], [], RemovedListings(paired=0, through_others=0)),
    ],
)
def test_removed_listings_are_counted_by_their_pair_with_the_kept_one(
    kept: list[int], same: list[tuple[int, int]], removed: RemovedListings
) -> None:
    decided = match_by_scores(SCORED, 0.5).with_decisions(PairDecisions(same=same))
    counted = count_removed(CatalogueGroups(decided=decided, numbers=NUMBERS, groups=[]), np.array(kept))
    assert counted == removed
    assert counted.total == sum(row != own for own, row in enumerate(kept))
