"""Who is looked up where: parts never mix, thinning is even and the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from product_matching.comparison.lookup import DRAWS, demo_set, groceries_sets
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue


def test_the_parts_of_the_demo_are_looked_up_in_themselves(demo: Catalogue) -> None:
    data = demo_set(demo)
    for lookup, part in ((data.validation, "validation"), (data.test, "test")):
        rows = data.rows[lookup.blocks[0]]
        assert set(demo.listings["part"].iloc[rows]) == {part}
        assert (lookup.n, lookup.n_queries) == (37, 36)  # the singleton is a distractor only
        assert [data.paths[row].name for row in lookup.blocks[0]] == demo.listings["image"].iloc[rows].tolist()
    assert not set(data.validation.labels) & set(data.test.labels)


def test_thinned_groceries_hold_equally_many_photos_of_each_product(groceries: Catalogue) -> None:
    thinned, full = groceries_sets(groceries)
    own = groceries.listings["label_group"].to_numpy()[thinned.rows]
    assert len(thinned.test.blocks) == DRAWS
    for block in thinned.test.blocks:
        assert np.unique(own[block], return_counts=True)[1].tolist() == [5, 5, 5, 5]
        assert len(set(block.tolist())) == len(block)
    assert len({block.tobytes() for block in thinned.test.blocks}) == DRAWS
    assert sorted(full.test.blocks[0].tolist()) == list(range(len(full.rows)))


def test_only_packaged_products_of_a_part_are_queries(groceries: Catalogue) -> None:
    frame = groceries.listings
    for data in groceries_sets(groceries):
        for lookup, product in ((data.validation, "Product-4"), (data.test, "Product-5")):
            rows = data.rows[np.concatenate(lookup.blocks)[lookup.queries]]
            assert set(frame["label_group"].iloc[rows]) == {product}
            assert set(frame["part"].iloc[data.rows]) == {"validation", "test"}


def test_catalogues_of_different_draws_share_no_group(groceries: Catalogue) -> None:
    lookup = groceries_sets(groceries)[0].test
    first, second = lookup.labels[: lookup.n], lookup.labels[lookup.n : 2 * lookup.n]
    assert not set(first) & set(second)
    assert len(set(lookup.units)) == 1


def test_the_same_draws_every_time(groceries: Catalogue) -> None:
    first, second = (groceries_sets(groceries)[0].test.blocks for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_a_catalogue_without_parts_is_refused(demo: Catalogue) -> None:
    with pytest.raises(InputError, match="lacks part"):
        demo_set(replace(demo, listings=demo.listings.drop(columns="part")))
