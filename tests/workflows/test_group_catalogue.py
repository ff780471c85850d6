"""Groups of a decided catalogue."""

from pathlib import Path

import pytest

from product_matching.matching.chain import MEASURED_CHAIN
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import match_by_defaults


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


def test_the_groups_of_the_small_catalogue_are_its_products(bundle: Bundle) -> None:
    numbers, described = group_catalogue(match_by_defaults(bundle, Thresholds(), MEASURED_CHAIN))
    assert [group.rows for group in described] == [
        (3 * product, 3 * product + 1, 3 * product + 2) for product in range(8)
    ]
    assert all(group.density > 0.6 and 0 <= group.weakest_link <= 1 for group in described)
    assert numbers[24] == 24
