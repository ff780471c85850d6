"""Titles as sparse vectors over their character trigrams: near even where words are spelt or joined differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from product_matching.listings.titles import title_words

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

#: A text of one trigram that no normalised title holds.
_IN_NO_TITLE = "-"


@dataclass(frozen=True)
class TrigramEncoder:
    """Titles to unit vectors over the character trigrams inside their words, a blank on both sides of each word.

    A trigram weighs ``1 + ln(count)`` times its smoothed inverse document frequency.

    Attributes
    ----------
    vectoriser
        The fitted scikit-learn vectoriser.
    """

    vectoriser: TfidfVectorizer

    @classmethod
    def fit(cls, titles: Sequence[str]) -> TrigramEncoder:
        """Learn the trigrams and their weights from raw titles; where none holds a word, all vectors are zero."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # a second to import, and only needed here

        vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True, dtype=np.float32)
        written = [_written(title) for title in titles]
        return cls(vectoriser.fit(written if any(written) else [_IN_NO_TITLE]))

    def encode(self, titles: Sequence[str]) -> csr_matrix:
        """Turn raw titles into vectors; shape (len(titles), trigrams), float32, rows of norm 1 or 0."""
        vectors: csr_matrix = self.vectoriser.transform([_written(title) for title in titles])
        return vectors


def _written(title: str) -> str:
    return " ".join(title_words(title))
