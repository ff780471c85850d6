"""What changed between two partitions."""

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.grouping.changes import GroupChanges, compare_groups


def test_groups_are_gained_lost_changed_or_kept() -> None:
    #                  kept    lost    changed  gained   split in two
    before = np.array([0, 0, 2, 2, 4, 4, 6, 7, 8, 9, 9, 9, 9])
    now = np.array([0, 0, 2, 3, 4, 4, 4, 7, 7, 9, 9, 11, 11])
    assert compare_groups(before, now) == GroupChanges(gained=1, lost=1, changed=3, kept=1)
    assert compare_groups(now, now) == GroupChanges(gained=0, lost=0, changed=0, kept=5)
    assert not compare_groups(now, now).any
    assert compare_groups(before, now).any


def test_partitions_of_different_catalogues_are_refused() -> None:
    with pytest.raises(InputError, match="3 and 2 listings"):
        compare_groups(np.arange(3), np.arange(2))
