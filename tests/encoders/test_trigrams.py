import numpy as np
import pytest

from product_matching.encoders.trigrams import TrigramEncoder

TITLES = ["Kaos Polos Pria", "kaospolos pria", "sepatu wanita", "250 gr kopi"]


def test_words_joined_otherwise_stay_near() -> None:
    vectors = TrigramEncoder.fit(TITLES).encode(TITLES)
    cosines = (vectors @ vectors.T).toarray()
    assert cosines[0, 1] > 0.6 > 0.1 > cosines[0, 2]
    np.testing.assert_allclose(np.diag(cosines), 1, rtol=1e-5)


def test_titles_are_normalised_and_may_be_empty() -> None:
    encoder = TrigramEncoder.fit(TITLES)
    same = encoder.encode(["250 gr kopi", "250gram KOPI", "", "!!"])
    assert (same[0] @ same[1].T).toarray()[0, 0] == pytest.approx(1)
    assert same[2].nnz == same[3].nnz == 0


def test_titles_without_a_word_have_vectors_of_zeros() -> None:
    encoder = TrigramEncoder.fit(["", " - "])
    vectors = encoder.encode(["", "-", "sabun"])
    assert vectors.shape[0] == 3
    assert vectors.nnz == 0
