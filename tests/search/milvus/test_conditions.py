"""Conditions on columns become filters that Milvus understands, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.search.milvus.conditions import Condition, filter_expression
from product_matching.search.milvus.layout import Layout
from tests.search.test_exact_contract import random_vectors

KINDS: dict[str, Any] = {"price": "number", "brand": "text"}
LAYOUT = Layout(dimension=40, titles=False, columns=KINDS)
PRICES = [None if row % 5 == 0 else float(row) for row in range(60)]
BRANDS = ['say "no" \\ {x}' if row % 2 else "Ünï" for row in range(60)]


def meets(condition: Condition, row: int) -> bool:
    value = {"price": PRICES, "brand": BRANDS}[condition.column][row]
    compare: Any = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
    return value is not None and bool(getattr(value, compare[condition.operator])(condition.value))


def test_only_listings_that_meet_all_conditions_are_found(photos_in: Any) -> None:
    vectors = random_vectors(60)
    index = photos_in(vectors, columns={"price": PRICES, "brand": BRANDS}, kinds=KINDS)
    for conditions in (
        [Condition("price", "<=", 30.0)],
        [Condition("price", ">", 12.0), Condition("brand", "==", 'say "no" \\ {x}')],
        [Condition("brand", "!=", "Ünï")],
    ):
        expected = [row for row in range(60) if all(meets(each, row) for each in conditions)]
        assert 0 < len(expected) < 60
        filtered = index.where(filter_expression(conditions, LAYOUT))
        assert sorted(filtered.within(vectors[:1], 2.0).rows) == expected
        found, whole = filtered.nearest(vectors[:1], 5).of(0), index.within(vectors[:1], 2.0).of(0)
        kept = np.isin(whole[0], expected)
        np.testing.assert_array_equal(found[0], whole[0][kept][:5])
        np.testing.assert_array_equal(found[1], whole[1][kept][:5])


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Condition("price or 1 == 1", "==", 1.0), "There is no column 'price or 1 == 1' to filter by"),
        (Condition("price", "==", "1"), "The column price is compared with a number, not with '1'"),
        (Condition("price", "<", float("nan")), "compared with a number, not with nan"),
        (Condition("brand", "==", 1.0), "compared with a text, not with 1.0"),
    ],
)
def test_a_condition_that_does_not_fit_the_columns_is_refused(condition: Condition, message: str) -> None:
    with pytest.raises(InputError, match=message):
        filter_expression([condition], LAYOUT)
