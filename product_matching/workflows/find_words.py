"""Find listings by a few typed words: those whose titles hold all of them, then those that hold some."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.listings.titles import title_words
from product_matching.search.spelling import near_spellings
from product_matching.search.words import CoveredTitles, WordIndex
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import INTERNAL_COLUMNS, further_columns

#: How a typed text is searched for: its words in titles, or its duplicates as those of a title.
SearchMode = Literal["words", "duplicates"]
SEARCH_MODES: tuple[SearchMode, ...] = get_args(SearchMode)
#: Texts to search for instead, at most.
MAX_CORRECTIONS = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class FoundWords:
    """The listings that hold the words of a text.

    Attributes
    ----------
    words
        The different words of the text, normalised, in its order.
    unknown
        Those that no title holds, each with its near spellings in the catalogue.
    titles
        The listings, those with all the words first.
    mode
        How the text is searched for unless asked otherwise: a few words as words (`WordIndex.is_few`).
    """

    words: tuple[str, ...]
    unknown: dict[str, tuple[str, ...]]
    titles: CoveredTitles
    mode: SearchMode

    @property
    def matches(self) -> npt.NDArray[np.int64]:
        """Rows of the listings that hold all the words, best first."""
        return self.titles.rows[: self.titles.n_complete]

    @property
    def partial(self) -> npt.NDArray[np.int64]:
        """Rows of the listings that hold some of the words, best first."""
        return self.titles.rows[self.titles.n_complete :]

    @cached_property
    def corrections(self) -> tuple[str, ...]:
        """Texts to search for instead: the unknown words replaced by near spellings, the nearest first."""
        choices = {word: near for word, near in self.unknown.items() if near}
        if not choices:
            return ()
        nearest = {word: near[0] for word, near in choices.items()}
        replaced = [nearest, *(nearest | {word: other} for word, near in choices.items() for other in near[1:])]
        return tuple(" ".join(each.get(word, word) for word in self.words) for each in replaced[:MAX_CORRECTIONS])


class WordFinder:
    """The words of one bundle's titles; read-only once made, so threads can share it.

    Parameters
    ----------
    bundle
        An opened bundle with titles.

    Raises
    ------
    InputError
        The bundle has no titles.
    """

    def __init__(self, bundle: Bundle) -> None:
        if bundle.title_encoder is None or bundle.title_matrix is None:
            raise InputError(f"The bundle {bundle.manifest.name} has no titles.")
        self.bundle = bundle
        self._encoder = bundle.title_encoder
        self._index = WordIndex.of(bundle.title_matrix)
        self._frequencies = self._index.frequencies

    def find(self, text: str) -> FoundWords:
        """Find the listings that hold the words of a text, at least one of them.

        Raises
        ------
        InputError
            The text has no word.
        """
        words = tuple(dict.fromkeys(title_words(text)))
        if not words:
            raise InputError(f"The text {text!r:.80} holds no word to search for.")
        columns, weights = self._encoder.word_weights(words)
        titles = self._index.find(columns, weights)
        unknown = [word for word, column in zip(words, columns.tolist(), strict=True) if column < 0]
        return FoundWords(
            words=words,
            unknown={word: self._near(word) for word in unknown},
            titles=titles,
            mode="words" if self._index.is_few(len(words), titles) else "duplicates",
        )

    def _near(self, word: str) -> tuple[str, ...]:
        return tuple(near_spellings(word, self._encoder.words, self._frequencies))


def describe_found(bundle: Bundle, found: FoundWords, rows: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    """Some of the found listings as plain values, in the order of `rows`.

    Returns
    -------
    list of dict
        ``posting_id``, ``title``, ``coverage`` (rounded to three decimals), ``missing`` (the words that the title
        does not hold), and every further column of the catalogue (see `further_columns`).
    """
    place_of = {row: place for place, row in enumerate(found.titles.rows.tolist())}
    listings = bundle.listings.drop(columns=[name for name in INTERNAL_COLUMNS if name in bundle.listings])
    described = []
    for row, record in zip(rows.tolist(), listings.iloc[rows].to_dict("records"), strict=True):
        title = record.pop("title")
        held = frozenset(title_words(title))
        described.append(
            {
                "posting_id": record.pop("posting_id"),
                "title": title,
                "coverage": round(float(found.titles.coverage[place_of[row]]), 3),
                "missing": [word for word in found.words if word not in held],
                **further_columns(record),
            }
        )
    return described
