"""Titles as sparse TF-IDF or IDF vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.listings.titles import title_words

Weighting = Literal["tfidf", "idf"]
WEIGHTINGS: tuple[Weighting, ...] = get_args(Weighting)


@dataclass(frozen=True, kw_only=True)
class TitleEncoder:
    """Titles to sparse vectors over the words of a catalogue.

    A word weighs its smoothed inverse document frequency ``ln((1 + N) / (1 + df)) + 1`` (Sparck Jones 1972; the form
    of scikit-learn), times its count in the title for ``"tfidf"``, once for ``"idf"``. Vectors have unit norm.

    Words that the catalogue does not know take part in a title's length with the weight of a word seen nowhere:
    a typed title of one known and one unknown word is near, but not equal to, the known word alone.

    Attributes
    ----------
    weighting
        ``"tfidf"`` or ``"idf"``.
    words
        The vocabulary in order of column, that of the titles that the weights were counted on first.
    idf
        Weight of each word; shape (V,), float64.
    n_titles
        Number of titles that the weights were counted on.
    """

    weighting: Weighting
    words: tuple[str, ...]
    idf: npt.NDArray[np.float64]
    n_titles: int
    _columns: dict[str, int] = field(init=False, repr=False, compare=False)
    _digits: npt.NDArray[np.bool_] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.weighting not in WEIGHTINGS:
            raise ValueError(f"weighting {self.weighting!r} is not one of {', '.join(WEIGHTINGS)}")
        if self.idf.shape != (len(self.words),):
            raise ValueError(f"{len(self.words)} words but weights of shape {self.idf.shape}")
        object.__setattr__(self, "_columns", {word: column for column, word in enumerate(self.words)})
        digits = np.array([any(map(str.isdigit, word)) for word in self.words], dtype=np.bool_)
        object.__setattr__(self, "_digits", digits)

    @classmethod
    def fit(cls, titles: Sequence[str], weighting: Weighting = "idf") -> TitleEncoder:
        """Learn the vocabulary and the weights from a catalogue's titles (raw; they are normalised here)."""
        from sklearn.feature_extraction.text import CountVectorizer  # a second to import, and only needed here

        counter = CountVectorizer(analyzer=title_words, binary=True)
        try:
            counts = counter.fit_transform(titles)
        except ValueError:  # scikit-learn's word for titles without a single word
            return cls(weighting=weighting, words=(), idf=np.zeros(0), n_titles=len(titles))
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        words = tuple(str(word) for word in counter.get_feature_names_out())
        idf = np.log((1 + len(titles)) / (1 + frequency)) + 1
        return cls(weighting=weighting, words=words, idf=idf, n_titles=len(titles))

    def with_words_of(self, titles: Sequence[str]) -> TitleEncoder:
        """The encoder with the words of further titles behind its own; all weights stay.

        A new word has the weight that it had in a query before, so no distance between titles without it changes.

        Examples
        --------
        >>> encoder = TitleEncoder.fit(["paper bag", "paper cup"]).with_words_of(["Lamp"])
        >>> encoder.words
        ('bag', 'cup', 'paper', 'lamp')
        """
        new = sorted({word for title in titles for word in title_words(title)} - self._columns.keys())
        return self.with_words(new)

    def with_words(self, words: Sequence[str]) -> TitleEncoder:
        """The encoder with further words behind its own, in this order; see `with_words_of`.

        Raises
        ------
        ValueError
            One of them is known, or there twice.
        """
        if len(set(words)) != len(words) or not self._columns.keys().isdisjoint(words):
            raise ValueError("a word is in the vocabulary twice")
        idf = np.concatenate([self.idf, np.full(len(words), self._unseen)])
        return replace(self, words=(*self.words, *words), idf=idf)

    @property
    def dimension(self) -> int:
        """Number of columns of the vectors."""
        return len(self.words)

    @property
    def with_digit(self) -> npt.NDArray[np.bool_]:
        """Which words hold a digit; shape (V,)."""
        return self._digits

    def encode(self, titles: Sequence[str]) -> csr_matrix:
        """Turn raw titles into vectors.

        Returns
        -------
        csr_matrix
            Shape (len(titles), dimension), float32. Rows have unit norm over known and unknown words together;
            a title without a known word is a row of zeros.

        Examples
        --------
        >>> encoder = TitleEncoder.fit(["paper bag", "paper cup"])
        >>> encoder.words
        ('bag', 'cup', 'paper')
        >>> encoder.encode(["Paper cup", "lamp"]).toarray().astype(float).round(2).tolist()
        [[0.0, 0.81, 0.58], [0.0, 0.0, 0.0]]
        """
        data: list[float] = []
        indices: list[int] = []
        indptr = [0]
        for title in titles:
            columns, weights = self._weigh(title)
            indices += columns
            data += weights
            indptr.append(len(indices))
        shape = (len(titles), self.dimension)
        matrix = csr_matrix((np.array(data, np.float32), np.array(indices, np.int32), np.array(indptr)), shape=shape)
        matrix.sort_indices()
        return matrix

    def word_weights(self, words: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Column and weight of normalised words, as `title_words` writes them.

        Returns
        -------
        tuple of numpy.ndarray
            Both of shape (len(words),): the columns, -1 for an unknown word, and the weights, that of a word seen
            nowhere for an unknown one.
        """
        columns = np.array([self._columns.get(word, -1) for word in words], dtype=np.int64)
        weights = [self._unseen if column < 0 else self.idf[column] for column in columns]
        return columns, np.array(weights, dtype=np.float64)

    @property
    def _unseen(self) -> float:
        """Weight of a word that no title holds."""
        return float(np.log(1 + self.n_titles) + 1)

    def _weigh(self, title: str) -> tuple[list[int], list[float]]:
        counts: dict[str, int] = {}
        for word in title_words(title):
            counts[word] = counts.get(word, 0) + 1
        unseen = self._unseen
        columns, known, squares = [], [], 0.0
        for word, count in counts.items():
            column = self._columns.get(word)
            weight = (count if self.weighting == "tfidf" else 1) * (unseen if column is None else self.idf[column])
            squares += weight * weight
            if column is not None:
                columns.append(column)
                known.append(weight)
        length = np.sqrt(squares)
        return columns, [weight / length for weight in known]
