"""What is cut off rows before pairs are chosen, and that no pair is lost by it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from product_matching.search.joins import sparse
from product_matching.search.joins.common_words import Cut, cut_common
from product_matching.search.joins.sparse import SparseJoin


def titles(rng: np.random.Generator, n: int, *, plain: int = 0) -> csr_matrix:
    """Rows of five common words of little weight and three rare ones; some of common words alone."""
    common = (rng.random((n, 8)) < 0.6) * rng.uniform(0.5, 1.5, 8)
    rare = (rng.random((n, 300)) < 3 / 300) * rng.uniform(3, 5, 300)
    rare[np.arange(n), rng.integers(300, size=n)] = 4
    rare[:plain] = 0
    return csr_matrix(normalize(np.hstack([common, rare])).astype(np.float32))


def pairs_of(matrix: csr_matrix, threshold: float) -> set[tuple[int, int, float]]:
    found = SparseJoin().within(matrix, threshold)
    return set(zip(found.queries().tolist(), found.rows.tolist(), found.distances.tolist(), strict=True))


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.3, 0.5, 0.8]), st.sampled_from([0, 1, 8, 400]))
def test_the_pairs_are_those_of_plain_products(seed: int, threshold: float, plain: int) -> None:
    matrix = titles(np.random.default_rng(seed), 400, plain=plain)
    dense = matrix.toarray().astype(np.float64)
    exact = np.round(1 - dense @ dense.T, 6)
    found = pairs_of(matrix, threshold)
    near = {(one, other) for one, other in np.argwhere(exact <= threshold).tolist() if dense[one].any()}
    close = {(one, other) for one, other in np.argwhere(abs(exact - threshold) <= 1e-6).tolist()}
    assert {(one, other) for one, other, _ in found} - close == near - close


def test_common_words_are_cut_off_and_choose_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = csr_matrix(titles(np.random.default_rng(5), 900), dtype=np.float64)
    cut = cut_common(matrix, 0.6)
    assert not cut.is_whole
    assert cut.rest.nnz < 0.6 * matrix.nnz
    assert len(cut.alone) < 0.02 * 900
    with_cut = pairs_of(matrix, 0.4)
    monkeypatch.setattr(sparse, "cut_common", lambda rows, bound: Cut.none(rows))
    assert pairs_of(matrix, 0.4) == with_cut
    assert len(with_cut) > 900


def test_rows_of_common_words_alone_are_compared_with_one_another() -> None:
    matrix = titles(np.random.default_rng(6), 2000, plain=6)
    cut = cut_common(csr_matrix(matrix, dtype=np.float64), 0.7)
    assert set(range(6)) <= set(cut.alone.tolist())
    found = {(one, other) for one, other, _ in pairs_of(matrix, 0.3)}
    dense = matrix[:6].toarray().astype(np.float64)
    assert {pair for pair in found if max(pair) < 6} == set(
        map(tuple, np.argwhere(1 - dense @ dense.T <= 0.3).tolist())
    )


def test_where_all_rows_are_of_common_words_nothing_is_cut() -> None:
    rng = np.random.default_rng(7)
    matrix = csr_matrix(normalize(rng.random((500, 6)) * (rng.random((500, 6)) < 0.7)))
    assert cut_common(matrix, 0.9).is_whole


def test_small_blocks_and_stripes_find_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = titles(np.random.default_rng(8), 700)
    whole = pairs_of(matrix, 0.4)
    monkeypatch.setattr(sparse, "_BLOCK_PRODUCTS", 1)
    assert pairs_of(matrix, 0.4) == whole
