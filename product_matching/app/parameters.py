"""Kinds of address parameters: each reads a text that anybody may have typed, and writes what it reads the same."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote

from product_matching.errors import InputError
from product_matching.listings.regions import ACCEPTED, Region, read_region

#: The largest distance of the sliders; at 1 photos or titles have nothing in common.
MAX_DISTANCE = 0.999
_DECIMALS = 3
_DIVIDERS = re.compile("[%:;,]")
#: Most characters of a whole number with its comma.
_DIGITS = 10


class Kind(Protocol):
    """The kind of values of a parameter."""

    def read(self, name: str, text: str) -> tuple[Any, str]:
        """Read a text that is not empty.

        Returns
        -------
        tuple of object and str
            The value, None where the text cannot be used, and one sentence where it was not used as it is.
        """

    def write(self, value: Any) -> str:
        """Write a value, as short as it reads the same."""


@dataclass(frozen=True)
class Distance:
    """A number from 0 to below 1, rounded to three decimals."""

    def read(self, name: str, text: str) -> tuple[float | None, str]:
        """See `Kind.read`."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value < 1:  # NaN is refused here as well
            return None, refuse(name, text, "a number from 0 to below 1")
        return min(round(value, _DECIMALS), MAX_DISTANCE), ""

    def write(self, value: float) -> str:
        """See `Kind.write`."""
        return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Whole:
    """A whole number of a range."""

    accepted: range

    def read(self, name: str, text: str) -> tuple[int | None, str]:
        """See `Kind.read`."""
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in self.accepted:
            return int(text), ""
        return None, refuse(name, text, f"a whole number from {self.accepted[0]} to {self.accepted[-1]}")

    def write(self, value: int) -> str:
        """See `Kind.write`."""
        return str(value)


@dataclass(frozen=True)
class Wholes:
    """Several whole numbers of a range, separated by commas."""

    accepted: range
    lengths: range

    def read(self, name: str, text: str) -> tuple[tuple[int, ...] | None, str]:
        """See `Kind.read`."""
        parts = text.split(",") if len(text) <= _DIGITS * self.lengths[-1] else []
        numbers = [Whole(self.accepted).read(name, part)[0] for part in parts]
        if len(numbers) in self.lengths and None not in numbers:
            return tuple(number for number in numbers if number is not None), ""
        first, last = self.accepted[0], self.accepted[-1]
        how_many = " to ".join(map(str, dict.fromkeys((self.lengths[0], self.lengths[-1]))))
        return None, refuse(name, text, f"{how_many} whole numbers from {first} to {last} with commas between")

    def write(self, value: Sequence[int]) -> str:
        """See `Kind.write`."""
        return ",".join(map(str, value))


@dataclass(frozen=True)
class Switch:
    """On or off."""

    def read(self, name: str, text: str) -> tuple[bool | None, str]:
        """See `Kind.read`."""
        if text in ("0", "1"):
            return text == "1", ""
        return None, refuse(name, text, "1 for on or 0 for off")

    def write(self, value: bool) -> str:  # noqa: FBT001 - a value like that of every other kind
        """See `Kind.write`."""
        return "1" if value else "0"


@dataclass(frozen=True)
class Choice:
    """One of a few values, each in its written form."""

    options: Sequence[Any]

    def read(self, name: str, text: str) -> tuple[Any, str]:
        """See `Kind.read`."""
        for option in self.options:
            if str(option) == text:
                return option, ""
        return None, refuse(name, text, f"one of {', '.join(map(str, self.options))}")

    def write(self, value: Any) -> str:
        """See `Kind.write`."""
        return str(value)


@dataclass(frozen=True)
class Name:
    """A name or an id of something that is looked up: any text, for which `looked up and not there` is an answer."""

    def read(self, name: str, text: str) -> tuple[str | None, str]:
        """See `Kind.read`."""
        return text, ""

    def write(self, value: str) -> str:
        """See `Kind.write`."""
        return value


@dataclass(frozen=True)
class Digest:
    """Hexadecimal digits that name the content of a file; `what` names the file, and `otherwise` a remedy."""

    what: str
    otherwise: str
    max_digits: int = 64

    def read(self, name: str, text: str) -> tuple[str | None, str]:
        """See `Kind.read`."""
        if len(text) <= self.max_digits and set(text) <= frozenset("0123456789abcdef"):
            return text, ""
        return None, f"The address names {self.what} {text!r:.40}, which is not one: {self.otherwise}."

    def write(self, value: str) -> str:
        """See `Kind.write`."""
        return value


@dataclass(frozen=True)
class Line:
    """A typed text: single spaces, at most `max_chars`; `what` is its name in the message about a cut."""

    what: str
    max_chars: int

    def read(self, name: str, text: str) -> tuple[str | None, str]:
        """See `Kind.read`."""
        line, whole = self.tidy(text), " ".join(text.split())
        cut = f"The {self.what} in the address was cut to {self.max_chars} characters."
        return line or None, cut if line != whole else ""

    def write(self, value: str) -> str:
        """See `Kind.write`."""
        return value

    def tidy(self, text: str) -> str:
        """A text as it stands in the address."""
        return " ".join(text.split())[: self.max_chars]


@dataclass(frozen=True)
class Part:
    """A region of a photo."""

    def read(self, name: str, text: str) -> tuple[Region | None, str]:
        """See `Kind.read`."""
        try:
            return read_region(text), ""
        except InputError:
            return None, refuse(name, text, ACCEPTED)

    def write(self, value: Region) -> str:
        """See `Kind.write`."""
        return str(value)


#: Filters by column: each with the values that are kept, or with one range as `LOW..HIGH`.
Filters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class ByColumn:
    """Filters by column, written ``kind:mug,pot;price:1000..5000``."""

    def read(self, name: str, text: str) -> tuple[Filters | None, str]:
        """See `Kind.read`."""
        read: dict[str, tuple[str, ...]] = {}
        for piece in text.split(";"):
            column, colon, values = piece.partition(":")
            kept = tuple(unquote(value) for value in values.split(",") if value)
            if not column or not colon or not kept:
                return None, refuse(name, text, "columns with values, as in kind:mug,pot;price:1000..5000")
            read[unquote(column)] = kept
        return tuple(read.items()), ""

    def write(self, value: Filters) -> str:
        """See `Kind.write`."""
        return ";".join(f"{_escape(column)}:{','.join(map(_escape, kept))}" for column, kept in value)


def _escape(text: str) -> str:
    """Write what divides filters as a percent code."""
    return _DIVIDERS.sub(lambda found: quote(found[0], safe=""), text)


def refuse(name: str, text: str, accepted: str) -> str:
    """Say that a value cannot be used, and which can."""
    return f"{name!r} in the address is {text!r:.40}, but must be {accepted}: it is left out."
