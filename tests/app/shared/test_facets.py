"""Filters by column: which columns are offered, what a filter keeps, and what cannot be used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from product_matching.app.parameters import ByColumn
from product_matching.app.shared.facets import MAX_VALUES, find_facets, listings_kept, with_filter, write_range

N = 300
TABLE = pd.DataFrame(
    {
        "posting_id": [f"p{row}" for row in range(N)],
        "title": "mug",
        "photo_sha256": [f"{row % 3}" for row in range(N)],
        "kind": ["mug", "pot", ""] * (N // 3),
        "name": [f"name {row % (MAX_VALUES + 1)}" for row in range(N)],
        "one": "same",
        "price": [str(1000 + row) if row % 50 else "" for row in range(N)],
        "year": [str(2000 + row % 5) for row in range(N)],
    }
)


def test_few_values_are_chosen_from_and_numbers_have_a_range() -> None:
    facets = {facet.name: facet for facet in find_facets(TABLE)}
    few = [name for name, facet in facets.items() if facet.few]
    assert few == ["price", "kind", "year"]  # no file, no name of its own, nothing that is always the same
    assert facets["price"].limits == (1001.0, 1299.0)
    assert set(facets["kind"].options) == {"mug", "pot"}
    assert facets["year"].numbers is None


def test_filters_keep_what_has_every_value_and_no_listing_without_one() -> None:
    facets = find_facets(TABLE)
    kept, problems = listings_kept(facets, (("kind", ("pot",)), ("price", ("1100..1200",))))
    pots = zip(TABLE["kind"] == "pot", TABLE["price"], strict=True)
    oracle = [pot and price != "" and 1100 <= float(price) <= 1200 for pot, price in pots]
    assert np.flatnonzero(kept).tolist() == np.flatnonzero(oracle).tolist() != []
    assert not problems
    assert listings_kept(facets, ()) == (None, [])


def test_a_filter_that_cannot_be_used_is_said() -> None:
    kept, problems = listings_kept(find_facets(TABLE), (("colour", ("red",)), ("price", ("cheap",))))
    assert "no column 'colour'" in problems[0]
    assert "'price' takes a range" in problems[1]
    assert kept is None


def test_filters_are_written_readably_and_changed_one_by_one() -> None:
    filters = with_filter((("kind", ("mug",)),), "price", [write_range(1000, 2500.5)])
    assert ByColumn().write(filters) == "kind:mug;price:1000..2500.5"
    assert with_filter(filters, "kind", []) == (("price", ("1000..2500.5",)),)
    assert ByColumn().read("filter", "kind")[0] is None
