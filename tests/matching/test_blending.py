import numpy as np
import pytest
from scipy.sparse import csr_matrix, issparse
from sklearn.preprocessing import normalize

from product_matching.matching.blending import blend_neighbourhoods, cross_mean, expand, fuse
from product_matching.search.joins.phashes import near_photos
from product_matching.search.joins.sparse import SparseJoin

VECTORS = normalize(np.random.default_rng(3).random((12, 5)) ** 3)


def kinds(vectors: np.ndarray) -> list:
    return [vectors, csr_matrix(vectors)]


def as_dense(vectors) -> np.ndarray:
    return vectors.toarray() if issparse(vectors) else vectors


@pytest.mark.parametrize("vectors", kinds(VECTORS))
def test_cross_mean_is_the_mean_over_the_same_photo(vectors) -> None:
    phashes = ["a" * 16, "b" * 16, "a" * 16, ""] * 3
    mean = as_dense(cross_mean(vectors, near_photos(phashes)))
    for row, phash in enumerate(phashes):
        same = [other for other, its in enumerate(phashes) if its == phash] if phash else [row]
        np.testing.assert_allclose(mean[row], normalize(VECTORS[same].mean(axis=0)[None])[0], rtol=1e-5)


@pytest.mark.parametrize("vectors", kinds(VECTORS))
@pytest.mark.parametrize(("k", "alpha"), [(1, 1.0), (2, 1.0), (3, 2.0)])
def test_expansion_is_the_weighted_sum_of_the_nearest(vectors, k: int, alpha: float) -> None:
    expanded = as_dense(expand(vectors, SparseJoin().nearest(csr_matrix(VECTORS), 12), k, alpha))
    cosines = VECTORS @ VECTORS.T
    for row in range(len(VECTORS)):
        nearest = np.argsort(-cosines[row])[:k]
        total = (cosines[row, nearest] ** alpha) @ VECTORS[nearest]
        np.testing.assert_allclose(expanded[row], total / np.linalg.norm(total), atol=1e-5)


@pytest.mark.parametrize("vectors", kinds(VECTORS))
def test_blending_sums_the_neighbourhood_with_the_nearest_other(vectors) -> None:
    blended = as_dense(blend_neighbourhoods(vectors, SparseJoin().nearest(csr_matrix(VECTORS), 12), 0.1))
    cosines = VECTORS @ VECTORS.T
    beyond = 0
    for row in range(len(VECTORS)):
        near = np.flatnonzero(1 - cosines[row] <= 0.1)
        if len(near) == 1:
            near, beyond = np.argsort(-cosines[row])[:2], beyond + 1
        total = cosines[row, near] @ VECTORS[near]
        np.testing.assert_allclose(blended[row], total / np.linalg.norm(total), atol=1e-5)
    assert beyond > 0


@pytest.mark.parametrize("kind", [np.asarray, csr_matrix])
def test_fused_vectors_have_the_weighted_mean_of_the_cosines(kind) -> None:
    other = normalize(np.random.default_rng(4).random((12, 7)))
    fused = as_dense(fuse([kind(VECTORS), kind(other)], [0.3, 0.7]))
    np.testing.assert_allclose(fused @ fused.T, 0.3 * VECTORS @ VECTORS.T + 0.7 * other @ other.T, atol=1e-5)


def test_weights_that_are_no_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="sum 1"):
        fuse([VECTORS, VECTORS], [0.5, 0.6])
