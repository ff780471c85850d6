"""Titles as means of GloVe word vectors, trained on the titles themselves or read from a published file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from product_matching.errors import InputError
from product_matching.listings.titles import title_words

_WINDOW, _X_MAX, _X_MAX_POWER = 10, 10.0, 0.75
_LEARNING_RATE, _SEED = 0.1, 0
_CHUNK = 200_000
FloatMatrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class GloveEncoder:
    """Titles to the mean of their words' vectors, of unit norm.

    Attributes
    ----------
    words
        The vocabulary.
    vectors
        One a word, shape (V, D), float32.
    weights
        Weight of each word in the mean, shape (V,): ones, or inverse document frequencies.
    """

    words: tuple[str, ...]
    vectors: FloatMatrix
    weights: npt.NDArray[np.float64]

    def weigh_by_idf(self, titles: Sequence[str]) -> GloveEncoder:
        """Weigh each word by its smoothed inverse document frequency in the given titles."""
        counts = _counter(self.words).transform(titles)
        frequency = np.bincount(counts.indices, minlength=len(self.words))
        return replace(self, weights=np.log((1 + len(titles)) / (1 + frequency)) + 1)

    def encode(self, titles: Sequence[str]) -> FloatMatrix:
        """Turn raw titles into unit vectors, shape (len(titles), D); a title without a known word is zero."""
        counts = _counter(self.words).transform(titles)
        vectors: FloatMatrix = normalize(np.asarray(counts @ (self.vectors * self.weights[:, None]))).astype(np.float32)
        return vectors


def _counter(words: Sequence[str]) -> CountVectorizer:
    return CountVectorizer(analyzer=title_words, vocabulary=list(words), dtype=np.float32)


def read_glove(path: Path) -> GloveEncoder:
    """Read vectors in the published text format: a line a word, ``word v1 v2 ...``.

    Raises
    ------
    InputError
        The file cannot be read, or a line is not a word with as many numbers as the first one has.
    """
    vectors: dict[str, npt.NDArray[np.float32]] = {}
    dimension = 0
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                word, vector = _parse_line(line, dimension, path, number)
                dimension = len(vector)
                vectors.setdefault(word, vector)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The word vectors {str(path)!r} cannot be read: {error}.") from error
    if not vectors:
        raise InputError(f"The word vectors {str(path)!r} are empty; each line must be a word and its numbers.")
    return GloveEncoder(tuple(vectors), np.stack(list(vectors.values())), np.ones(len(vectors)))


def _parse_line(line: str, dimension: int, path: Path, number: int) -> tuple[str, npt.NDArray[np.float32]]:
    parts = line.rstrip("\n").split(" ")
    if dimension:  # some published words hold blanks: the numbers are counted from the end
        parts = [" ".join(parts[:-dimension]), *parts[-dimension:]]
    try:
        vector = np.array([float(value) for value in parts[1:]], dtype=np.float32)
    except ValueError:
        vector = np.zeros(0, np.float32)
    if not parts[0] or len(vector) == 0 or not np.isfinite(vector).all():
        wanted = f"{dimension} numbers" if dimension else "numbers"
        raise InputError(f"Line {number} of {str(path)!r} is {line[:60]!r}, but must be a word and {wanted}.")
    return parts[0], vector


def count_cooccurrences(documents: Sequence[Sequence[int]], n_words: int, window: int) -> csr_matrix:
    """Count the words that stand within `window` places of each other, each pair weighing 1 / (places apart).

    Returns
    -------
    csr_matrix
        Symmetric, shape (n_words, n_words).
    """
    flat = np.array([word for document in documents for word in document], dtype=np.int64)
    where = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
    total = csr_matrix((n_words, n_words))
    for apart in range(1, window + 1):
        near = where[apart:] == where[:-apart]
        pairs = flat[:-apart][near], flat[apart:][near]
        total = total + csr_matrix((np.full(int(near.sum()), 1 / apart), pairs), shape=(n_words, n_words))
    return (total + total.T).tocsr()


def train_glove(titles: Sequence[str], *, dimension: int = 100, epochs: int = 100) -> GloveEncoder:
    """Train word vectors on a catalogue's titles: weighted least squares on log co-occurrence counts.

    ``w_i . c_j + b_i + d_j = log x_ij`` with weights ``min(1, (x_ij / 10) ** 0.75)``, by AdaGrad over all counts
    at once; a word's vector is ``w + c`` (Pennington, Socher and Manning, "GloVe", 2014).

    Parameters
    ----------
    titles
        Raw titles.
    dimension
        Length of the vectors.
    epochs
        Steps over all counts.
    """
    counter = CountVectorizer(analyzer=title_words)
    try:
        counter.fit(titles)
    except ValueError as error:  # scikit-learn's word for titles without a single word
        raise InputError(f"None of the {len(titles)} titles holds a word to train vectors on.") from error
    columns = counter.vocabulary_
    documents = [[columns[word] for word in title_words(title)] for title in titles]
    words = tuple(str(word) for word in counter.get_feature_names_out())
    counts = count_cooccurrences(documents, len(words), _WINDOW)
    vectors = _fit(counts, dimension, epochs)
    return GloveEncoder(words, vectors, np.ones(len(words)))


def _fit(counts: csr_matrix, dimension: int, epochs: int) -> FloatMatrix:
    """Each side holds a word's vector and, in its last column, its bias."""
    n, rng = counts.shape[0], np.random.default_rng(_SEED)
    logs = np.log(counts.data).astype(np.float32)
    importance = np.minimum(1.0, (counts.data / _X_MAX) ** _X_MAX_POWER).astype(np.float32)
    sides: list[FloatMatrix] = [
        ((rng.random((n, dimension + 1)) - 0.5) / dimension).astype(np.float32) for _ in range(2)
    ]
    squares = [np.ones_like(side) for side in sides]
    rows = np.repeat(np.arange(n), np.diff(counts.indptr))
    errors = csr_matrix((np.empty(counts.nnz, np.float32), counts.indices, counts.indptr), shape=(n, n))
    for _ in range(epochs):
        _set_errors(errors, sides, rows, logs=logs, importance=importance)
        for side, other, matrix in ((0, 1, errors), (1, 0, errors.T)):
            gradient = _gradient(matrix, sides[other])
            squares[side] += gradient * gradient
            sides[side] = (sides[side] - _LEARNING_RATE * gradient / np.sqrt(squares[side])).astype(np.float32)
    return sides[0][:, :-1] + sides[1][:, :-1]


def _set_errors(
    errors: csr_matrix,
    sides: list[FloatMatrix],
    rows: npt.NDArray[np.int64],
    *,
    logs: npt.NDArray[np.float32],
    importance: npt.NDArray[np.float32],
) -> None:
    left, right = sides
    for start in range(0, len(rows), _CHUNK):
        part = slice(start, start + _CHUNK)
        a, b = left[rows[part]], right[errors.indices[part]]
        predicted = np.einsum("ij,ij->i", a[:, :-1], b[:, :-1]) + a[:, -1] + b[:, -1]
        errors.data[part] = importance[part] * (predicted - logs[part])


def _gradient(errors: csr_matrix | csc_matrix, other: FloatMatrix) -> FloatMatrix:
    through = np.ones_like(other)  # the bias is a weight on the constant 1
    through[:, :-1] = other[:, :-1]
    return np.asarray(errors @ through, dtype=np.float32)
