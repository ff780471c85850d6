"""Titles of made-up products, and of the listings that sell one: real titles edited the ways sellers differ.

A product's title takes two fifths of the words of a real one, in their order; the others are words of other real
titles, drawn as often as they occur, and its numbers are new ones. Its listings drop words, swap two of them, misspell
one, write a number apart from its unit, and add a seller's noise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

#: Share of a real title that stays in a product's, and of the products that have a model number.
KEPT, WITH_MODEL = 0.4, 0.5
#: How often a listing's title differs in each way; a word is dropped with the first.
DROPPED, SWAPPED, MISSPELT, APART, NOISY = 0.1, 0.2, 0.2, 0.3, 0.35
NOISE = ("promo", "original", "ready stock", "best seller", "free delivery", "new", "sale", "murah", "termurah", "cod")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def product_sizes(n: int, rng: np.random.Generator) -> np.ndarray:
    """Listings of each product: one for seven of ten, else a few up to 30; they are `n` in all."""
    sizes = np.where(rng.random(n) < 0.7, 1, np.minimum(30, 1 + rng.geometric(0.35, n)))
    ends = np.minimum(np.cumsum(sizes), n)
    kept: np.ndarray = np.diff(ends, prepend=0)
    return kept[kept > 0]


class TitleMaker:
    """Makes titles out of real ones.

    Parameters
    ----------
    titles
        Real titles.
    rng
        Draws everything.
    """

    def __init__(self, titles: Sequence[str], rng: np.random.Generator) -> None:
        self._titles = [title.split() for title in titles if title.strip()]
        self._words = [word for title in self._titles for word in title]
        self._rng = rng

    def product(self, place: int | None = None) -> list[str]:
        """The words of a product's title, from the real one at a place; a random one without."""
        rng = self._rng
        base = self._titles[int(rng.integers(len(self._titles))) if place is None else place % len(self._titles)]
        stays = rng.random(len(base)) < KEPT
        drawn = rng.integers(len(self._words), size=len(base)).tolist()
        words = [word if kept else self._words[at] for word, kept, at in zip(base, stays.tolist(), drawn, strict=True)]
        words = [re.sub(r"\d", lambda _: str(rng.integers(1, 10)), word) for word in words]
        if rng.random() < WITH_MODEL:
            letters = "".join(_LETTERS[at] for at in rng.integers(26, size=2)).upper()
            words.insert(int(rng.integers(len(words) + 1)), f"{letters}{rng.integers(100, 10_000)}")
        return words

    def listing(self, product: Sequence[str]) -> str:
        """The title of one listing of a product."""
        rng = self._rng
        words = [word for word, left in zip(product, rng.random(len(product)) >= DROPPED, strict=True) if left]
        words = words or list(product)
        chances = rng.random(4)
        if chances[0] < SWAPPED and len(words) > 1:
            at = int(rng.integers(len(words) - 1))
            words[at], words[at + 1] = words[at + 1], words[at]
        if chances[1] < MISSPELT:
            at = int(rng.integers(len(words)))
            words[at] = misspell(words[at], rng)
        if chances[2] < APART:
            words = [re.sub(r"(\d)([A-Za-z])", r"\1 \2", word) for word in words]
        if chances[3] < NOISY:
            noise = NOISE[int(rng.integers(len(NOISE)))]
            words = [noise, *words] if rng.random() < 0.5 else [*words, noise]
        return " ".join(words)


def misspell(word: str, rng: np.random.Generator) -> str:
    """Leave a letter out, write it twice, or swap it with the next; words of up to three letters stay."""
    if len(word) < 4:
        return word
    at, how = int(rng.integers(1, len(word) - 1)), int(rng.integers(3))
    if how == 0:
        return word[:at] + word[at + 1 :]
    if how == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
