"""Near spellings of a word that a vocabulary does not hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

#: Words of at least this many letters may differ from a near spelling in two edits, shorter ones in one.
TWO_EDITS_FROM = 6
#: Words of at least this many letters are also completed: to a longer word that begins so.
COMPLETED_FROM = 4
#: A word of fewer letters is near to too many.
SHORTEST = 3


def near_spellings(
    word: str, vocabulary: Sequence[str], frequencies: npt.NDArray[np.int64], *, count: int = 3
) -> list[str]:
    """Near spellings of a word: those one edit away first, then the more frequent.

    An edit is a letter more or less, another one, or two neighbours swapped (optimal string alignment); a completion
    counts as one edit.

    Parameters
    ----------
    word
        A normalised word.
    vocabulary
        Known words.
    frequencies
        How many titles hold each of them; shape (len(vocabulary),).
    count
        Largest number of spellings.

    Examples
    --------
    >>> near_spellings("creem", ["cream", "creme", "crane"], np.array([9, 4, 7]))
    ['cream', 'creme']
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA, Prefix

    if len(word) < SHORTEST:
        return []
    edits = 2 if len(word) >= TWO_EDITS_FROM else 1
    near = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=edits, limit=None)
    away = {place: int(distance) for _, distance, place in near if distance}
    if len(word) >= COMPLETED_FROM:
        longer = process.extract(word, vocabulary, scorer=Prefix.similarity, score_cutoff=len(word), limit=None)
        away |= {place: 1 for found, _, place in longer if found != word}
    order = sorted(away, key=lambda place: (away[place], -frequencies[place], vocabulary[place]))
    return [vocabulary[place] for place in order[:count]]
