"""One listing's raw title: the same normalisation when a catalogue is built and when a title is typed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_BYTE_LITERAL = re.compile(r"""^b(?P<quote>["'])(?P<body>.*)(?P=quote)$""", re.DOTALL)
_BYTE_ESCAPES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
#: Characters that say nothing. Without backslashes nothing in a normalised title reads as a byte escape.
_SILENT = re.compile(r"[\\\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff\ufffd]+")
_WORD = re.compile(r"\d+(?:\.\d+)?[^\W\d_]*|[^\W_]+")

#: Every spelling of a unit that sellers use, and the one that it is written as after normalisation.
UNIT_SPELLINGS: dict[str, str] = {
    spelling: unit
    for unit, spellings in {
        "mg": ("mg", "miligram", "milligram"),
        "g": ("g", "gr", "grm", "gram", "grams", "gms"),
        "kg": ("kg", "kgs", "kilo", "kilogram", "kilograms"),
        "ml": ("ml", "mili", "mililiter", "milliliter", "millilitre", "cc"),
        "l": ("l", "lt", "ltr", "liter", "litre", "liters", "litres"),
        "mm": ("mm", "milimeter", "millimeter", "millimetre"),
        "cm": ("cm", "centimeter", "centimetre", "sentimeter"),
        "m": ("m", "mtr", "meter", "metre", "meters", "metres"),
        "mb": ("mb", "megabyte"),
        "gb": ("gb", "gigabyte"),
        "tb": ("tb", "terabyte"),
        "w": ("w", "watt", "watts"),
    }.items()
    for spelling in spellings
}
_QUANTITY = re.compile(
    r"(?<![\w.,])(\d{1,9}(?:[.,]\d{1,6})?)\s*("
    + "|".join(sorted(UNIT_SPELLINGS, key=len, reverse=True))
    + r")(?![^\W_])"
)
#: These are not written to three decimals: in "1.000 ml" the point separates thousands.
_SMALL_UNITS = frozenset({"mg", "g", "ml", "mm", "w"})
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


def decode_byte_escapes(title: str) -> str:
    r"""Turn literal UTF-8 byte escapes, as in ``"\\xe2\\x9d\\xa4 CASE"`` or ``"b'...'"``, back into characters."""
    literal = _BYTE_LITERAL.match(title)
    if literal:
        quote = literal["quote"]
        title = literal["body"].replace("\\" + quote, quote).replace("\\n", " ").replace("\\t", " ")
    return _BYTE_ESCAPES.sub(lambda run: _decode_run(run.group()), title)


def _decode_run(run: str) -> str:
    return bytes.fromhex(run.replace("\\x", "")).decode("utf-8", errors="ignore")


def normalise_title(title: str) -> str:
    """Write a title in the one form that titles are compared in.

    Byte escapes are decoded, then Unicode NFKC, case folding, control characters and backslashes to spaces, no
    quotes at the end, a decimal comma to a point, and a quantity to number and unit without a space in the unit's
    shortest spelling: ``"250 Gram"``, ``"250gr"`` and ``"250,0 g"`` all become ``"250g"``, and ``"1.000 ml"``
    becomes ``"1000ml"``.
    Normalising twice changes nothing.

    Parameters
    ----------
    title
        The title as the seller wrote it.

    Returns
    -------
    str
        The normalised title; empty if nothing is left.

    Examples
    --------
    >>> normalise_title("Lux Body Wash 250 Gram READY!!")
    'lux body wash 250g ready!!'
    >>> normalise_title("1.000 ml") == normalise_title("1000ML")
    True
    """
    text = unicodedata.normalize("NFKC", decode_byte_escapes(title)).casefold()
    text = unicodedata.normalize("NFKC", _SILENT.sub(" ", text))
    return _QUANTITY.sub(_write_quantity, " ".join(text.split()).rstrip("\"' "))


def _write_quantity(quantity: re.Match[str]) -> str:
    digits, unit = quantity[1].replace(",", "."), UNIT_SPELLINGS[quantity[2]]
    if unit in _SMALL_UNITS and _THOUSANDS.fullmatch(digits):
        digits = digits.replace(".", "")
    return f"{Decimal(digits).normalize():f}{unit}"


def title_words(title: str) -> list[str]:
    """Split a title, normalised first, into its words in order; a number keeps its decimals and its unit.

    Examples
    --------
    >>> title_words("Double Tape 3M VHB 12 mm x 4,5 m")
    ['double', 'tape', '3m', 'vhb', '12mm', 'x', '4.5m']
    """
    return _WORD.findall(normalise_title(title))
