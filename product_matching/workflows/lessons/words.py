"""A title word by word: in how many titles each stands, and what it weighs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.titles import title_words
from product_matching.store.bundle import Bundle


@dataclass(frozen=True, kw_only=True)
class WeighedWord:
    """A word of a title.

    Attributes
    ----------
    word
        As titles are compared by it.
    titles
        Titles of the catalogue that hold it; 0 for an unknown one.
    idf
        Its inverse document frequency.
    weight
        Its component in the title's vector, which has norm 1; for an unknown word the component that it takes away.
    """

    word: str
    titles: int
    idf: float
    weight: float

    @property
    def is_known(self) -> bool:
        """Whether a title of the catalogue holds it."""
        return self.titles > 0


def titles_with_words(bundle: Bundle) -> npt.NDArray[np.int64]:
    """Number of titles that hold each word of a bundle's vocabulary; shape (V,)."""
    matrix = bundle.title_matrix
    if matrix is None:
        raise ValueError("a bundle without titles has no words")
    return np.bincount(matrix.indices[matrix.data != 0], minlength=matrix.shape[1]).astype(np.int64)


def weigh_words(title: str, encoder: TitleEncoder, titles: npt.NDArray[np.int64]) -> list[WeighedWord]:
    """Weigh the words of a title, the heaviest first.

    Parameters
    ----------
    title
        As it was typed.
    encoder
        Of the catalogue.
    titles
        See `titles_with_words`.
    """
    counts = Counter(title_words(title))
    words = list(counts)
    columns, idf = encoder.word_weights(words)
    times = np.array([counts[word] if encoder.weighting == "tfidf" else 1 for word in words], dtype=np.float64)
    weights = times * idf
    norm = max(float(np.linalg.norm(weights)), 1e-12)
    weighed = [
        WeighedWord(word=word, titles=int(titles[column]) if column >= 0 else 0, idf=float(rarity), weight=weight)
        for word, column, rarity, weight in zip(words, columns, idf, (weights / norm).tolist(), strict=True)
    ]
    return sorted(weighed, key=lambda word: (-word.weight, word.word))
