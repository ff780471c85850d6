import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import normalize

from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import keep_within
from product_matching.search.sparse import SparseIndex


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 12))
def test_it_finds_what_the_index_finds_ties_included(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    words = scipy.sparse.csr_matrix(rng.integers(0, 2, (n, 6)) * rng.choice([1.0, 2.0], 6))
    matrix = scipy.sparse.csr_matrix(normalize(words).astype(np.float32))
    joined = SparseJoin().nearest(matrix, k)
    expected = keep_within(SparseIndex(matrix).nearest(matrix, k), np.nextafter(1.0, 0.0))
    for query in range(n):
        np.testing.assert_array_equal(joined.of(query)[0], expected.of(query)[0])
        np.testing.assert_array_equal(joined.of(query)[1], expected.of(query)[1])


def test_it_must_be_asked_for_at_least_one_neighbour() -> None:
    with pytest.raises(ValueError, match="not 0"):
        SparseJoin().nearest(scipy.sparse.identity(3, format="csr"), 0)
