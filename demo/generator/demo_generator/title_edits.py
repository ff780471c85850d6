r"""What happens to a title after it was thought out: case, typos, byte escapes, and copies of another seller's."""

from __future__ import annotations

import random

#: The share of real titles of this market in capitals only is 18 %, in small letters 2 %.
_UPPER, _LOWER, _TITLE = 0.18, 0.03, 0.28
_LONG_ENOUGH = 5


def change_case(title: str, rng: random.Random) -> str:
    """Write a title as it is, in capitals, in small letters, or every word with a capital."""
    drawn = rng.random()
    if drawn < _UPPER:
        return title.upper()
    if drawn < _UPPER + _LOWER:
        return title.lower()
    return _capitalise(title) if drawn < _UPPER + _LOWER + _TITLE else title


def _capitalise(title: str) -> str:
    return " ".join(word if word.isupper() or not word.isalpha() else word.capitalize() for word in title.split(" "))


def mistype(title: str, rng: random.Random) -> str:
    """Drop, double or swap letters of one longer word."""
    words = title.split(" ")
    places = [place for place, word in enumerate(words) if word.isalpha() and len(word) >= _LONG_ENOUGH]
    if not places:
        return title
    place = rng.choice(places)
    word = words[place]
    at = rng.randrange(1, len(word) - 1)
    words[place] = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        )
    )
    return " ".join(words)


def escape_bytes(title: str, rng: random.Random) -> str:
    """Write a title as some exports do: characters beyond ASCII as literal byte escapes, or as a bytes literal."""
    text = title.encode("utf-8")
    escaped = "".join(chr(byte) if byte < 128 else f"\\x{byte:02x}" for byte in text)
    quote = '"' if "'" in title else "'"
    return f"b{quote}{escaped}{quote}" if rng.random() < 0.3 and quote not in title else escaped


def copy_title(title: str, offer: str, rng: random.Random) -> str:
    """Copy another seller's title: as it is, with a word less or moved, with an own offer, or in another case."""
    words = title.split(" ")
    drawn = rng.random()
    if drawn < 0.08:
        return title
    if drawn < 0.35 and len(words) > 4:
        del words[rng.randrange(1, len(words))]
        title = " ".join(words)
    elif drawn < 0.45 and len(words) > 3:
        words.insert(rng.randrange(len(words)), words.pop(rng.randrange(len(words))))
        title = " ".join(words)
    elif drawn < 0.9:
        title = f"{offer} {title}" if rng.random() < 0.5 else f"{title} {offer}"
    return change_case(title, rng)
