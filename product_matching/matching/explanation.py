"""Why two listings are or are not the same product: the part of the photo, the title's words, quantities, pHash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from product_matching.encoders.tfidf import TitleEncoder
from product_matching.listings.quantities import COUNT, DIMENSIONS, title_quantities
from product_matching.listings.titles import title_words
from product_matching.search.joins.phashes import hash_bits, parse_phashes
from product_matching.search.neighbours import to_distance


@dataclass(frozen=True)
class WordShare:
    """A word of either title and what it does to the title similarity.

    Attributes
    ----------
    word
        The normalised word.
    side
        ``"both"``, ``"first"`` or ``"second"``: which title holds it.
    share
        For a shared word, its part of the cosine similarity: the parts of all shared words sum to it. For another
        word, minus what the similarity would rise by if the word were struck from its title.
    """

    word: str
    side: str
    share: float


@dataclass(frozen=True)
class QuantityComparison:
    """The values that both titles state in one dimension, in base units."""

    dimension: str
    first: tuple[float, ...]
    second: tuple[float, ...]

    @property
    def agree(self) -> bool:
        """Whether a value is common to both."""
        return bool(set(self.first) & set(self.second))


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Everything that speaks for or against one pair.

    Attributes
    ----------
    photo_distance, title_distance
        Cosine distances; None where a side is missing.
    photo_part, title_part
        What each side adds to the fused similarity, the mean of the similarities that there are; None where missing.
    phash_bits
        Bits in which the photos' pHashes differ, 0 to 64; None where one is missing.
    words
        The words of both titles, the strongest first.
    quantities
        The dimensions (and piece counts) that both titles state.
    vetoed
        Whether the quantity veto would reject the pair.
    """

    photo_distance: float | None
    title_distance: float | None
    photo_part: float | None
    title_part: float | None
    phash_bits: int | None
    words: tuple[WordShare, ...]
    quantities: tuple[QuantityComparison, ...]
    vetoed: bool


def explain_pair(
    titles: tuple[str, str],
    encoder: TitleEncoder | None,
    *,
    photo_distance: float | None = None,
    phashes: tuple[str, str] = ("", ""),
) -> Explanation:
    """Explain one pair.

    Parameters
    ----------
    titles
        Raw titles, "" for none.
    encoder
        The encoder that the catalogue's titles are compared by; None for a catalogue without titles.
    photo_distance
        Cosine distance of the photos, if both have one.
    phashes
        pHashes of the photos, "" for none.
    """
    hashes, present = parse_phashes(phashes)
    bits = int(hash_bits(hashes[:1], hashes[1:])[0]) if present.all() else None
    words, title_distance = compare_words(titles, encoder) if encoder is not None and all(titles) else ((), None)
    quantities = compare_quantities(titles)
    measured = [one for one in quantities if one.dimension in DIMENSIONS]
    sides = [distance for distance in (photo_distance, title_distance) if distance is not None]

    def part(distance: float | None) -> float | None:
        return None if distance is None else (1.0 - distance) / len(sides)

    return Explanation(
        photo_distance=photo_distance,
        title_distance=title_distance,
        photo_part=part(photo_distance),
        title_part=part(title_distance),
        phash_bits=bits,
        words=words,
        quantities=quantities,
        vetoed=bool(measured) and not any(one.agree for one in measured),
    )


def compare_words(titles: tuple[str, str], encoder: TitleEncoder) -> tuple[tuple[WordShare, ...], float]:
    """Share of each word in the similarity of two titles, the strongest first, and their cosine distance."""
    first, second = encoder.encode(titles).toarray().astype(np.float64)
    products = first * second
    cosine = float(products.sum())
    held = [set(title_words(title)) for title in titles]
    shares = []
    for column in np.flatnonzero((first > 0) | (second > 0)):
        word = encoder.words[column]
        if products[column] > 0:
            shares.append(WordShare(word, "both", float(products[column])))
        else:
            side, vector = ("first", first) if first[column] > 0 else ("second", second)
            shares.append(WordShare(word, side, -_gain_without(cosine, vector[column])))
    shares += _unknown_words(held, encoder)
    return tuple(sorted(shares, key=lambda share: (-abs(share.share), share.word))), float(to_distance(cosine))


def _gain_without(cosine: float, weight: float) -> float:
    """Rise of the cosine when a word of this weight is removed from its unit vector."""
    left = 1.0 - weight * weight
    return cosine / np.sqrt(left) - cosine if left > 0 else 0.0


def _unknown_words(held: Sequence[set[str]], encoder: TitleEncoder) -> list[WordShare]:
    """Words that are not in the vocabulary of the catalogue: they have no share, but are shown."""
    known = set(encoder.words)
    sides = (("first", held[0] - held[1]), ("second", held[1] - held[0]), ("both", held[0] & held[1]))
    return [WordShare(word, side, 0.0) for side, words in sides for word in sorted(words - known)]


def compare_quantities(titles: tuple[str, str]) -> tuple[QuantityComparison, ...]:
    """Compare the dimensions, and the piece counts, that both titles state."""
    first, second = (title_quantities(title) for title in titles)
    return tuple(
        QuantityComparison(dimension, tuple(sorted(first[dimension])), tuple(sorted(second[dimension])))
        for dimension in (*DIMENSIONS, COUNT)
        if dimension in first and dimension in second
    )
