"""The features of the pair scorer in words that a seller understands."""

from __future__ import annotations

from collections.abc import Sequence

#: Words for features whose names begin so; the longest fitting beginning counts.
_WORDS = {
    "cosine of words": "shared words",
    "cosine of trigrams": "similar spelling",
    "cosine of plain": "similar titles",
    "cosine of averaged": "titles of listings with these photos",
    "cosine of expanded": "titles of the nearest listings",
    "cosine of final": "titles and their neighbours",
    "cosine of neighbourhood": "the same neighbours",
    "cosine of plain neighbourhood": "the same neighbours",
    "rank": "rank among the nearest",
    "density": "density of the neighbourhood",
    "z-score": "distance relative to the neighbours",
    "gap": "another listing that is nearer",
    "percentile": "distance relative to the catalogue",
    "pHash bits": "similarity of the photos",
    "listings with the photo": "listings with the same photo",
    "cosine of photo": "similar photos",
    "cosine of averaged photo": "similar photos",
    "cosine of expanded photo": "photos of the nearest listings",
    "cosine of sentence": "similar meaning",
    "cosine of averaged sentence": "similar meaning",
    "cosine of expanded sentence": "meaning of the nearest titles",
    "shared words": "shared words",
    "shared numbers": "shared numbers",
    "words missing": "words on one side only",
    "numbers missing": "numbers on one side only",
    "rarest word": "a rare word on one side only",
    "coverage": "share of the words covered",
    "token": "similar spelling",
    "partial ratio": "similar spelling",
    "ratio": "similar spelling",
    "words in title": "length of the titles",
    "quantities": "quantities",
    "counts": "counts of pieces",
}


def reason_in_words(feature: str) -> str:
    """Name a feature in plain words; an unknown one keeps its name."""
    fitting = [start for start in _WORDS if feature.startswith(start)]
    return _WORDS[max(fitting, key=len)] if fitting else feature


def describe_reasons(reasons: Sequence[tuple[str, float]]) -> list[tuple[str, bool]]:
    """Put the main reasons into words, each with whether it speaks for the same product; no reason twice."""
    told = [(reason_in_words(feature), moved > 0) for feature, moved in reasons if moved]
    return list(dict.fromkeys(told))
