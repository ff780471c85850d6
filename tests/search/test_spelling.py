"""Near spellings of unknown words."""

from __future__ import annotations

import numpy as np
import pytest

from product_matching.search.spelling import near_spellings

VOCABULARY = ("cream", "creme", "crane", "velmira", "velvet", "hand", "wand", "250g", "speaker", "speakers", "band")
FREQUENCIES = np.array([9, 4, 7, 19, 2, 30, 1, 5, 6, 2, 8])


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("creem", ["cream", "creme"]),
        ("velmra", ["velmira"]),
        ("vlemrra", ["velmira"]),
        ("velm", ["velmira"]),
        ("vel", []),
        ("jand", ["hand", "band", "wand"]),
        ("ahnd", ["hand"]),
        ("speakerz", ["speaker", "speakers"]),
        ("xqzwv", []),
        ("ha", []),
        ("hand", ["band", "wand"]),
    ],
)
def test_near_spellings_are_the_nearest_and_then_the_most_frequent(word: str, near: list[str]) -> None:
    assert near_spellings(word, VOCABULARY, FREQUENCIES) == near


def test_no_more_than_asked_for_are_given() -> None:
    assert near_spellings("jand", VOCABULARY, FREQUENCIES, count=1) == ["hand"]
