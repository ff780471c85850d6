"""Two dimensions: principal components against scikit-learn's whole decomposition, t-SNE by what it keeps together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix, issparse, random_array
from sklearn.decomposition import PCA

from product_matching.encoders import plane
from product_matching.encoders.plane import neighbour_plane, principal_plane
from product_matching.errors import InputError
from product_matching.progress import Cancelled
from tests.recorded_progress import RecordedProgress


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def clusters(n: int = 6, size: int = 15, dimension: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Vectors around `n` centres, and which centre each is of."""
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(n), size)
    return unit(rng.normal(size=(n, dimension))[labels] + 0.3 * rng.normal(size=(n * size, dimension))), labels


@pytest.mark.parametrize("vectors", [clusters()[0], csr_matrix(random_array((90, 40), density=0.2, rng=1))])
def test_the_plane_is_that_of_the_whole_decomposition_up_to_signs(vectors: np.ndarray | csr_matrix) -> None:
    dense = np.asarray(vectors.toarray() if issparse(vectors) else vectors)
    expected = PCA(2, svd_solver="full").fit(dense.astype(np.float64))
    found = principal_plane(vectors)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.abs(found), np.abs(expected.transform(dense)), atol=1e-4)
    largest = expected.components_[[0, 1], np.abs(expected.components_).argmax(axis=1)]
    np.testing.assert_allclose(found, expected.transform(dense) * np.sign(largest), atol=1e-4)
    assert principal_plane(vectors).tobytes() == found.tobytes()


@pytest.mark.parametrize("shape", [(1, 5), (2, 5), (3, 1), (10, 2), (40, 30)])
def test_few_and_equal_vectors_have_a_place(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    assert np.isfinite(principal_plane(rng.normal(size=shape).astype(np.float32))).all()
    equal = np.tile(unit(rng.normal(size=(1, shape[1]))), (shape[0], 1))
    for vectors in (equal, csr_matrix(equal)):
        found = principal_plane(vectors)
        assert found.shape == (shape[0], 2)
        np.testing.assert_allclose(found, 0, atol=1e-6)


def test_neighbours_stay_neighbours_and_the_same_vectors_give_the_same_bytes() -> None:
    vectors, labels = clusters()
    progress = RecordedProgress()
    found = neighbour_plane(vectors, progress=progress)
    assert found.shape == (len(vectors), 2)
    assert progress.stages["placing listings"] == [750, 750]
    gaps = np.linalg.norm(found[:, None] - found[None], axis=2) + np.where(np.eye(len(found)) > 0, np.inf, 0)
    assert (labels[gaps.argmin(axis=1)] == labels).mean() > 0.95
    assert neighbour_plane(vectors).tobytes() == found.tobytes()


def test_titles_that_share_words_with_few_others_are_placed() -> None:
    rows = np.eye(30, dtype=np.float64)[np.repeat(np.arange(15), 2)]
    found = neighbour_plane(csr_matrix(rows))
    pairs = np.linalg.norm(found[::2] - found[1::2], axis=1)
    others = np.linalg.norm(found[::2, None] - found[None, ::2], axis=2)[~np.eye(15, dtype=bool)]
    assert pairs.max() < others.min()


def test_few_vectors_are_placed_by_their_components() -> None:
    vectors = clusters(2, 3)[0]
    np.testing.assert_array_equal(neighbour_plane(vectors), principal_plane(vectors))


def test_it_stops_where_it_is_cancelled() -> None:
    with pytest.raises(Cancelled):
        neighbour_plane(clusters()[0], progress=RecordedProgress(cancel_in="placing listings", cancel_after=100))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openTSNE", None)
    with pytest.raises(InputError, match=r"Maps by t-SNE need the extra map: pip install"):
        neighbour_plane(clusters()[0])


def test_the_name_tells_what_the_places_follow_from() -> None:
    assert f"perplexity {plane.PERPLEXITY}" in plane.tsne_name()
