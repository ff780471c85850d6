"""Catalogue texts for the page: titles are untrusted and always shown as plain text."""

from __future__ import annotations

import math
import re

from product_matching.listings.titles import decode_byte_escapes, title_words
from product_matching.store.manifest import TunedThreshold

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
#: Where Streamlit's Markdown reads links, e-mail addresses, emoji, icons and arrows even in escaped text.
_JOINT = re.compile(r"(?<=:)(?=[\w+\-/])|(?<=/)(?=/)|(?<=www)(?=\.)|(?<=@)|(?<=[-=<>~])(?=[-=<>~])", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"
#: A word that is wider than a column on a phone, and where it may be broken.
_LONG_WORD, _BREAK = re.compile(r"\S{13,}"), re.compile(r"[^\W_]{12}|[^\w\s]|_")
_WORD = re.compile(r"\d+(?:[.,]\d+)*[^\W\d_]*|[^\W_]+")
#: Longer titles are cut on a card; the details show them whole.
CARD_TITLE_CHARS = 110
#: Begins a stretch of words that another title lacks, in Markdown.
MARK = ":orange-background"


def plain(text: str) -> str:
    """Escape a text so that Streamlit's Markdown shows it as it is: no markup, links, pictures, emoji or formulas."""
    broken = _JOINT.sub(_ZERO_WIDTH_SPACE, " ".join(text.split()))
    return _PUNCTUATION.sub(r"\\\1", broken)


def breakable(text: str) -> str:
    """A text whose long words may be broken at the end of a line, at their signs where they have some."""
    return _LONG_WORD.sub(lambda word: _BREAK.sub(rf"\g<0>{_ZERO_WIDTH_SPACE}", word[0]), text)


def shorten(text: str, limit: int = CARD_TITLE_CHARS) -> str:
    """Cut a text at a word's end, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[:limit].rsplit(" ", 1)[0] if " " in text[limit // 2 : limit] else text[:limit]
    return cut.rstrip(" ,;-/") + "…"


def readable_title(title: str) -> str:
    """A title with byte escapes turned into characters and white space to single spaces."""
    return " ".join(decode_byte_escapes(title).split())


def title_parts(title: str, words: frozenset[str]) -> list[tuple[str, bool]]:
    """Divide a title into parts, each with whether it is of the given words, as `title_words` writes them."""
    parts, end = [], 0
    for start, stop in _shared_spans(title, words):
        parts += [(title[end:start], False), (title[start:stop], True)]
        end = stop
    return [(text, marked) for text, marked in [*parts, (title[end:], False)] if text]


def marked_differences(title: str, other: str) -> str:
    """Write a title as Markdown with the words that the other title lacks marked, everything else plain."""
    parts = title_parts(title, frozenset(title_words(other)))
    return "".join(plain_part(text) if shared else _mark_words(text) for text, shared in parts)


def _mark_words(text: str) -> str:
    """Mark a stretch from its first word to its last one; what holds no word stays as it is."""
    words = list(_WORD.finditer(text))
    if not words:
        return plain_part(text)
    start, stop = words[0].start(), words[-1].end()
    marked = f"{MARK}[**{plain(text[start:stop])}**]"
    return f"{plain_part(text[:start])}{marked}{plain_part(text[stop:])}"


def plain_part(text: str) -> str:
    """As `plain`, with the spaces at both ends kept."""
    if not text.strip():
        return " " if text else ""
    return " " * text[0].isspace() + plain(text) + " " * text[-1].isspace()


def _shared_spans(title: str, words: frozenset[str]) -> list[tuple[int, int]]:
    """Stretches of a title whose words are among `words`; neighbours with only white space between are one stretch."""
    found = [(match.start(), match.end()) for match in _WORD.finditer(title)]
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(found):
        length = _shared_length(title, found[place : place + 2], words)
        if length:
            start, stop = found[place][0], found[place + length - 1][1]
            if spans and not title[spans[-1][1] : start].strip():
                start = spans.pop()[0]
            spans.append((start, stop))
        place += max(length, 1)
    return spans


def _shared_length(title: str, pair: list[tuple[int, int]], words: frozenset[str]) -> int:
    """Number of the next two words that are shared: a quantity such as "250 Gram" is one word after normalisation."""
    for length in range(len(pair), 0, -1):
        normalised = title_words(title[pair[0][0] : pair[length - 1][1]])
        if len(normalised) == 1 and normalised[0] in words:
            return length
    return 0


def distance_text(distance: float) -> str:
    """A distance with three decimals, rounded up, so that it reads as within a threshold exactly when it is."""
    return f"{math.ceil(round(distance * 1000, 3)) / 1000:.3f}"


def tuned_on(threshold: TunedThreshold, what: str) -> str:
    """Say where a default threshold comes from, in words."""
    reached = "" if threshold.f1 is None else f", mean F1 {threshold.f1:.2f}"
    if threshold.precision is not None and threshold.recall is not None:
        reached += f" (precision {threshold.precision:.2f}, recall {threshold.recall:.2f})"
    return f"Default {threshold.distance:.3f} for N = {threshold.n:,} {what}; {threshold.protocol}{reached}."


def count_text(count: int, singular: str, plural: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def duration_text(milliseconds: float) -> str:
    """Write a duration to the millisecond."""
    return f"{milliseconds:.0f} ms" if milliseconds >= 1 else "under 1 ms"
