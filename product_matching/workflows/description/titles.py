"""The titles of a catalogue: how long they are, which words are frequent, and which are written twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.titles import decode_byte_escapes


@dataclass(frozen=True, eq=False, kw_only=True)
class TitleFacts:
    """The titles of a catalogue.

    Attributes
    ----------
    lengths
        Characters of each title, in order of listing; shape (T,).
    words
        The most frequent words, each with the number of titles that hold it, the most frequent first.
    n_words
        Different words of all titles.
    repeated
        Listings whose title another listing has as well, letter for letter.
    """

    lengths: npt.NDArray[np.int64]
    words: tuple[tuple[str, int], ...]
    n_words: int
    repeated: int

    @property
    def n_titles(self) -> int:
        """Listings with a title."""
        return len(self.lengths)


def describe_titles(titles: pd.Series, encoder: TitleEncoder, matrix: csr_matrix, *, n_words: int = 12) -> TitleFacts:
    """Describe titles.

    Parameters
    ----------
    titles
        Title of each listing, "" for none.
    encoder, matrix
        The vectors of the titles: a word is in a title where its column is filled.
    n_words
        Number of frequent words. Numbers and single letters are not among them.
    """
    there = titles[titles != ""]
    lengths = there.map(lambda title: len(" ".join(decode_byte_escapes(title).split())))
    titles_with = np.bincount(matrix.indices, minlength=matrix.shape[1])
    ranked = np.argsort(-titles_with, kind="stable")
    telling = [column for column in ranked.tolist() if _is_telling(encoder.words[column])][:n_words]
    return TitleFacts(
        lengths=lengths.to_numpy(dtype=np.int64),
        words=tuple((encoder.words[column], int(titles_with[column])) for column in telling),
        n_words=matrix.shape[1],
        repeated=int(there.duplicated(keep=False).sum()),
    )


def _is_telling(word: str) -> bool:
    return len(word) > 1 and not any(map(str.isdigit, word))
