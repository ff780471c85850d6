"""An IVF_FLAT index in Milvus keeps the contract of approximate backends."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.search.test_approximate_contract import (  # noqa: F401
    N,
    exact,
    index,
    test_a_hundred_identical_rows_lose_no_other_pair,
    test_a_row_finds_itself,
    test_an_empty_index_finds_nothing,
    test_distances_are_those_of_the_exact_backend,
    test_nearest_finds_nine_tenths,
    test_the_backend_says_that_it_is_approximate,
    test_vectors_that_are_not_of_unit_norm_are_refused,
    test_what_cannot_be_asked_is_refused,
    vectors,
)


@pytest.fixture(scope="module")
def backend(photos_in: Any) -> Any:
    # Milvus Lite has 128 lists, whatever it is told.
    return partial(photos_in, index="IVF_FLAT", lists=128, probes=32)
