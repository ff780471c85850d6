import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from product_matching.search.joins.dense import DenseJoin


def test_it_finds_what_brute_force_finds() -> None:
    vectors = normalize(np.random.default_rng(0).normal(size=(1100, 8))).astype(np.float32)
    found = DenseJoin().nearest(vectors, 6)
    distances, rows = NearestNeighbors(n_neighbors=6, metric="cosine", algorithm="brute").fit(vectors).kneighbors()
    assert found.rows.reshape(-1, 6)[:, 0].tolist() == list(range(1100))
    np.testing.assert_array_equal(found.rows.reshape(-1, 6)[:, 1:], rows[:, :5])
    np.testing.assert_allclose(found.distances.reshape(-1, 6)[:, 1:], distances[:, :5], atol=2e-6)


def test_ties_are_won_by_the_lower_row_and_k_may_exceed_n() -> None:
    same = np.tile([[0.6, 0.8]], (100, 1))
    assert DenseJoin().nearest(same, 3).of(50)[0].tolist() == [0, 1, 2]
    assert len(DenseJoin().nearest(same[:2], 9).rows) == 4
    with pytest.raises(ValueError, match="not 0"):
        DenseJoin().nearest(same, 0)
