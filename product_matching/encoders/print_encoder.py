"""The print of photos as sparse vectors over the words of a catalogue's titles: one more side of titles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rapidfuzz import process
from rapidfuzz.distance import OSA
from scipy.sparse import csr_matrix

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.prints import PhotoPrint

#: An unknown word of at least so many letters is taken for the known word that is one edit away, if it is the only one.
SPELLED_FROM = 5


@dataclass(frozen=True, eq=False, kw_only=True)
class PrintQuery:
    """The print of one photo as a query to the titles.

    Attributes
    ----------
    vector
        Shape (1, V), float32: the known words with their weights, unit norm; zeros without a known word.
    known
        Words of the catalogue that were read, in the order of reading.
    unknown
        Words that were read and that no title holds.
    weight
        Weight (IDF) of the known words as a share of that of all words, from 0 to 1; 0 where nothing was read.
    lines
        For each of `known`, the lines of the print that it stands on.
    text
        All that was read.
    """

    vector: csr_matrix
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    weight: float
    lines: tuple[tuple[int, ...], ...]
    text: str

    def lines_of(self, words: Iterable[str]) -> frozenset[int]:
        """The lines on which any of some known words stands."""
        wanted = frozenset(words)
        held = zip(self.known, self.lines, strict=True)
        return frozenset(number for word, lines in held if word in wanted for number in lines)


@dataclass(frozen=True, eq=False, kw_only=True)
class PrintRows:
    """The print of M photos.

    Attributes
    ----------
    vectors
        Shape (M, V), float32; see `PrintQuery`.
    weights
        Shape (M,), float64; see `PrintQuery`; NaN for a photo that was not read.
    texts
        All that was read of each photo; length M.
    """

    vectors: csr_matrix
    weights: npt.NDArray[np.float64]
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: npt.NDArray[np.int64]) -> PrintRows:
        """Some of the photos, in the order of `rows`."""
        texts = tuple(self.texts[row] for row in rows)
        return PrintRows(vectors=self.vectors[rows], weights=self.weights[rows], texts=texts)

    def followed_by(self, others: PrintRows) -> PrintRows:
        """These photos and then others, in the words of the same catalogue."""
        vectors = csr_matrix(scipy.sparse.vstack([self.vectors, others.vectors]))
        weights = np.concatenate([self.weights, others.weights])
        return PrintRows(vectors=vectors, weights=weights, texts=(*self.texts, *others.texts))

    @classmethod
    def of_query(cls, query: PrintQuery) -> PrintRows:
        """The print of one query, as row 0."""
        return cls(vectors=query.vector, weights=np.array([query.weight]), texts=(query.text,))


class PrintEncoder:
    """What was read on photos, in the words of a catalogue; threads may share one.

    A word is known if a title holds it; two neighbours are known together if a title holds them as one word
    (``10000`` ``mah``); and an unknown word is taken for a known one by its spelling (see `SPELLED_FROM`).

    Parameters
    ----------
    titles
        The title encoder of the catalogue: its words and their weights (IDF).
    """

    def __init__(self, titles: TitleEncoder) -> None:
        self._titles = titles
        self._spelled: dict[str, str | None] = {word: word for word in titles.words}

    def query(self, read: PhotoPrint) -> PrintQuery:
        """Represent the print of one photo.

        Examples
        --------
        >>> encoder = PrintEncoder(TitleEncoder.fit(["velmira hand cream", "powerbank 10000mah"]))
        >>> box = ((0.0, 0.0), (9.0, 0.0), (9.0, 4.0), (0.0, 4.0))
        >>> from product_matching.listings.prints import PrintLine
        >>> texts = ("VELMlRA", "Cream 10000", "mAh", "new")
        >>> lines = tuple(PrintLine(text=text, confidence=0.9, box=box) for text in texts)
        >>> query = encoder.query(PhotoPrint(size=(64, 64), lines=lines))
        >>> query.known, query.unknown, query.lines
        (('velmira', 'cream', '10000mah'), ('new',), ((0,), (1,), (1, 2)))
        """
        tokens = [(word, number) for number, line in enumerate(read.lines) for word in line.words]
        joined = [
            (first + second, (line, next_line), (first, second))
            for (first, line), (second, next_line) in pairwise(tokens)
            if self._spelled.get(first + second) == first + second
        ]
        found: dict[str, set[int]] = {}
        unknown: dict[str, None] = {}
        parts = {part for _, _, both in joined for part in both}
        for word, number in tokens:
            spelled = self._spell(word)
            if spelled is not None:
                found.setdefault(spelled, set()).add(number)
            elif word not in parts:
                unknown[word] = None
        for word, lines, _ in joined:
            found.setdefault(word, set()).update(lines)
        return self._represent(found, tuple(unknown), read.text)

    def rows(self, prints: Sequence[PhotoPrint | None]) -> PrintRows:
        """Represent the print of many photos; None for one that was not read."""
        queries = [None if read is None else self.query(read) for read in prints]
        indptr = np.cumsum([0, *(0 if query is None else query.vector.nnz for query in queries)])
        there = [query for query in queries if query is not None]
        indices = np.concatenate([np.zeros(0, np.int32), *(query.vector.indices for query in there)])
        data = np.concatenate([np.zeros(0, np.float32), *(query.vector.data for query in there)])
        return PrintRows(
            vectors=csr_matrix((data, indices, indptr), shape=(len(prints), self._titles.dimension)),
            weights=np.array([np.nan if query is None else query.weight for query in queries], dtype=np.float64),
            texts=tuple("" if query is None else query.text for query in queries),
        )

    def _represent(self, found: dict[str, set[int]], unknown: tuple[str, ...], text: str) -> PrintQuery:
        known = tuple(found)
        columns, weights = self._titles.word_weights(known)
        lost = self._titles.word_weights(unknown)[1]
        order = np.argsort(columns)
        unit = weights[order] / np.sqrt(weights @ weights) if known else weights
        vector = csr_matrix(
            (unit.astype(np.float32), columns[order].astype(np.int32), np.array([0, len(known)])),
            shape=(1, self._titles.dimension),
        )
        return PrintQuery(
            vector=vector,
            known=known,
            unknown=unknown,
            weight=float(weights.sum() / (weights.sum() + lost.sum())) if known else 0.0,
            lines=tuple(tuple(sorted(lines)) for lines in found.values()),
            text=text,
        )

    def _spell(self, word: str) -> str | None:
        """The known word that a word stands for; None for none."""
        if word not in self._spelled:
            self._spelled[word] = self._near(word)
        return self._spelled[word]

    def _near(self, word: str) -> str | None:
        if len(word) < SPELLED_FROM or any(map(str.isdigit, word)):  # numbers that differ are different
            return None
        near = process.extract(word, self._titles.words, scorer=OSA.distance, score_cutoff=1, limit=2)
        return near[0][0] if len(near) == 1 else None
