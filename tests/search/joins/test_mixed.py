import numpy as np
import pytest
from scipy.sparse import csr_matrix, hstack
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from product_matching.search.joins.mixed import MixedJoin


def mixed_vectors(n: int = 700) -> csr_matrix:
    """Rows of 40 columns, a tenth of them filled, and 6 filled columns of either sign; some rows come twice."""
    rng = np.random.default_rng(2)
    sparse = rng.random((n, 40)) * (rng.random((n, 40)) < 0.1)
    matrix = hstack([csr_matrix(sparse), csr_matrix(0.4 * rng.normal(size=(n, 6)))]).tocsr()
    matrix = normalize(matrix)[np.r_[0:n, 0:40]]
    return matrix.astype(np.float32)


def test_the_nearest_are_those_of_brute_force() -> None:
    matrix = mixed_vectors()
    found = MixedJoin(6).nearest(matrix, 11)
    oracle = NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(matrix.toarray())
    distances = oracle.kneighbors(matrix.toarray())[0]
    assert np.diff(found.offsets).tolist() == [11] * 740
    np.testing.assert_allclose(found.distances.reshape(740, 11), distances, atol=3e-6)
    assert found.of(3)[0][:2].tolist() == found.of(703)[0][:2].tolist() == [3, 703]


def test_rows_with_nothing_in_common_are_no_neighbours() -> None:
    matrix = csr_matrix(np.array([[1, 0, 0.0, 0], [0, 0, -1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]))
    found = MixedJoin(2).nearest(matrix, 51)
    assert [found.of(row)[0].tolist() for row in range(4)] == [[0], [1], [2], []]
    with pytest.raises(ValueError, match="k must be"):
        MixedJoin(2).nearest(matrix, 0)
