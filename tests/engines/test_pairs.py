"""The shards of pairs hold every pair within the distance, however listings are dealt to cells and words."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from scipy.sparse import csr_matrix

from product_matching.engines import photo_pairs, title_pairs
from product_matching.search.neighbours import to_distance
from tests.engines.stand_ins import listing_shards, shuffled, unit


def clustered(seed: int, n: int = 240, dimension: int = 12) -> np.ndarray:
    """Vectors in loose clusters, some twice and one row of zeros: a listing without a photo."""
    rng = np.random.default_rng(seed)
    vectors = unit(rng.normal(size=(12, dimension))[rng.integers(0, 12, n)] + 0.5 * rng.normal(size=(n, dimension)))
    vectors[5] = vectors[200]
    vectors[17] = 0.0
    return vectors


def pairs_within(vectors: np.ndarray, distance: float) -> set[tuple[int, int]]:
    """By float64 products of all pairs."""
    exact = vectors.astype(np.float64)
    near = np.triu(to_distance(exact @ exact.T) <= distance, 1)
    return set(zip(*(rows.tolist() for rows in np.nonzero(near)), strict=True))


@pytest.mark.parametrize("k", [1, 2, 5, 8])
@pytest.mark.parametrize("distance", [0.02, 0.2, 0.7])
def test_every_pair_of_photos_is_found_once(tmp_path: Path, k: int, distance: float) -> None:
    vectors = clustered(seed=k)
    listings = listing_shards(tmp_path, 50, photo_vectors=vectors)
    cells = photo_pairs.train_cells(listings, k, distance)
    found, listed, sent = shuffled(
        partial(photo_pairs.scatter_photos, listings, cells),
        partial(photo_pairs.join_photos, listings, cells),
        sources=listings.stage.n,
        order=photo_pairs.ORDER,
    )
    expected = pairs_within(vectors, distance)
    assert expected
    assert expected <= found
    assert len(listed) == len(found)
    exact = vectors.astype(np.float64)
    assert all(1 - exact[a] @ exact[b] <= distance + 1e-5 for a, b in found)
    assert len(sent) <= (len(vectors) - 1) * (1 + (k // 2))


def test_a_small_distance_sends_few_guests_and_a_limit_on_visits_holds(tmp_path: Path) -> None:
    vectors = clustered(seed=3)
    listings = listing_shards(tmp_path, 50, photo_vectors=vectors)
    near, far = (photo_pairs.train_cells(listings, 8, distance) for distance in (0.001, 0.7))
    homes = near.homes(vectors)
    assert near.guests(vectors, homes).sum() < 0.5 * far.guests(vectors, homes).sum()
    limited = photo_pairs.train_cells(listings, 8, 0.2, visits=2)
    assert limited.guests(vectors, homes).sum(axis=1).max() <= 2
    found, _, _ = shuffled(
        partial(photo_pairs.scatter_photos, listings, limited),
        partial(photo_pairs.join_photos, listings, limited),
        sources=listings.stage.n,
        order=photo_pairs.ORDER,
    )
    expected = pairs_within(vectors, 0.2)
    assert len(found & expected) > 0.9 * len(expected)


@pytest.mark.parametrize("distance", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("few", [2, 48])
def test_every_pair_of_titles_is_found(
    tmp_path: Path, distance: float, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(title_pairs, "_FEW_TITLES", few)
    rng = np.random.default_rng(2)
    held = rng.random((150, 60)) < 1.0 / np.arange(2, 62)  # the first words are frequent, as words are
    held[9], held[30] = False, held[60]  # no word at all, and the same title twice
    dense = held * rng.uniform(0.5, 3.0, size=60)
    lengths = np.linalg.norm(dense, axis=1, keepdims=True)
    matrix = csr_matrix((dense / np.where(lengths, lengths, 1)).astype(np.float32))
    listings = listing_shards(tmp_path, 40, title_matrix=matrix)
    words = title_pairs.word_order(matrix, distance, shards=4)
    found, _, sent = shuffled(
        partial(title_pairs.scatter_titles, listings, words),
        partial(title_pairs.join_titles, listings, words),
        sources=listings.stage.n,
        order=title_pairs.ORDER,
    )
    expected = pairs_within(matrix.toarray(), distance)
    assert expected
    assert found == expected
    assert len(sent) <= matrix.nnz


def test_a_small_distance_sends_titles_to_their_rare_words_only() -> None:
    matrix = csr_matrix(scipy.sparse.vstack([csr_matrix(unit(np.array([[1.0, 2.0, 4.0], [1.0, 2.0, 0.0]])))] * 2))
    words = title_pairs.word_order(matrix, 0.05, shards=1)
    leading = words.leading(matrix)
    # Word 2 is rarer than 0 and 1; without it the first title is too short to be near anything.
    assert leading[:3].tolist() == [False, False, True]
