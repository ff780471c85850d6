"""The weights of a title's words, against the title encoder and a plain count."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from product_matching.encoders.tfidf import WEIGHTINGS, TitleEncoder
from product_matching.listings.titles import title_words
from product_matching.workflows.lessons.words import titles_with_words, weigh_words

TITLES = ["paper bag small", "paper cup", "paper lamp lamp", "wooden spoon 250 g", "bag"]
TITLE = "Paper paper bag, spoon of nobody"


class Bundle:
    """What is read of a bundle with these titles."""

    def __init__(self, encoder: TitleEncoder) -> None:
        self.title_encoder = encoder
        self.title_matrix: csr_matrix | None = encoder.encode(TITLES)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_weights_are_the_encoders_own_and_an_unknown_word_takes_its_part(weighting: str) -> None:
    encoder = TitleEncoder.fit(TITLES, weighting)  # type: ignore[arg-type]
    words = weigh_words(TITLE, encoder, titles_with_words(Bundle(encoder)))  # type: ignore[arg-type]
    vector = encoder.encode([TITLE]).toarray()[0]
    assert {word.word: pytest.approx(word.weight, abs=1e-6) for word in words if word.is_known} == {
        encoder.words[column]: vector[column] for column in np.flatnonzero(vector)
    }
    assert sum(word.weight**2 for word in words) == pytest.approx(1.0)
    assert [word.word for word in words if not word.is_known] == ["nobody", "of"]
    assert [word.weight for word in words] == sorted((word.weight for word in words), reverse=True)


def test_titles_are_counted_once_a_word() -> None:
    encoder = TitleEncoder.fit(TITLES)
    counted = titles_with_words(Bundle(encoder))  # type: ignore[arg-type]
    held = [set(title_words(title)) for title in TITLES]
    assert counted.tolist() == [sum(word in words for words in held) for word in encoder.words]
    for word in weigh_words(TITLE, encoder, counted):
        assert word.idf == pytest.approx(np.log((1 + len(TITLES)) / (1 + word.titles)) + 1)


def test_a_title_without_words_has_no_weights() -> None:
    encoder = TitleEncoder.fit(TITLES)
    assert weigh_words("!?", encoder, titles_with_words(Bundle(encoder))) == []  # type: ignore[arg-type]


def test_a_bundle_without_titles_is_refused() -> None:
    bundle = Bundle(TitleEncoder.fit(TITLES))
    bundle.title_matrix = None
    with pytest.raises(ValueError, match="without titles"):
        titles_with_words(bundle)  # type: ignore[arg-type]
