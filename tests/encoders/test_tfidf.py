import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.titles import title_words

TITLES = ["Daia Detergen 1,8 kg", "DAIA detergen bubuk 1.8kg", "daia daia softener 900 ml", "Nescafe Latte 220ml", ""]


@pytest.mark.parametrize("weighting", ["idf", "tfidf"])
def test_the_vectors_are_those_of_scikit_learn(weighting: str) -> None:
    ours = TitleEncoder.fit(TITLES, weighting).encode(TITLES)
    oracle = TfidfVectorizer(analyzer=title_words, binary=weighting == "idf").fit_transform(TITLES)
    np.testing.assert_allclose(ours.toarray(), oracle.toarray(), atol=1e-7)


def test_a_repeated_word_counts_twice_for_tfidf_only() -> None:
    column = TitleEncoder.fit(TITLES, "idf").words.index("daia")
    idf, tfidf = (TitleEncoder.fit(TITLES, kind).encode(TITLES).toarray()[2, column] for kind in ("idf", "tfidf"))
    assert tfidf > 1.3 * idf


def test_the_same_product_in_other_spelling_has_the_same_vector() -> None:
    vectors = TitleEncoder.fit(TITLES).encode(["DAIA Detergen 1.8KG", "daia detergen 1,80 kilogram"])
    assert (vectors[0] != vectors[1]).nnz == 0


def test_an_unknown_word_takes_part_in_the_length() -> None:
    encoder = TitleEncoder.fit(["red lamp", "blue lamp", "green chair"])
    known, half = encoder.encode(["red lamp", "red lamp xylophone"]).toarray()
    unseen = math.log(1 + 3) + 1
    weights = {word: encoder.idf[encoder.words.index(word)] for word in ("red", "lamp")}
    expected = math.sqrt(sum(w * w for w in weights.values()) / (sum(w * w for w in weights.values()) + unseen**2))
    assert float(known @ half) == pytest.approx(expected, abs=1e-6)


def test_a_title_without_a_known_word_is_zero() -> None:
    assert TitleEncoder.fit(["red lamp"]).encode(["xylophone", "", "!!!"]).nnz == 0


def test_titles_without_any_word_make_an_encoder_without_columns() -> None:
    encoder = TitleEncoder.fit(["!!!", ""])
    assert encoder.dimension == 0
    assert encoder.encode(["red lamp"]).shape == (1, 0)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_rows_have_length_one_or_zero_and_one_at_most_for_new_titles(titles: list[str]) -> None:
    encoder = TitleEncoder.fit(titles[: len(titles) // 2 + 1], "tfidf")
    lengths = np.linalg.norm(encoder.encode(titles).toarray(), axis=1)
    assert (lengths <= 1 + 1e-6).all()
    fitted = lengths[: len(titles) // 2 + 1]
    assert np.all((np.abs(fitted - 1) < 1e-6) | (fitted == 0))


def test_a_weighting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'bm25' is not one of tfidf, idf"):
        TitleEncoder(weighting="bm25", words=(), idf=np.zeros(0), n_titles=0)  # type: ignore[arg-type]
