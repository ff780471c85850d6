"""Texts of CSV files that a spreadsheet must not take for formulas (OWASP, CSV injection), and back."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What a spreadsheet reads as a formula, and a text that would read as one that is guarded.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would read as a formula; numbers stay as they are.

    Examples
    --------
    >>> guard("=1+1"), guard("-5.2"), guard("a")
    ("'=1+1", '-5.2', 'a')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """Take the apostrophe of `guard` off.

    Examples
    --------
    >>> unguard("'=1+1"), unguard("'a'")
    ('=1+1', "'a'")
    """
    return text[1:] if _GUARDED.match(text) else text


def guard_cells(values: Iterable[object]) -> list[object]:
    """The cells of a row, the texts among them guarded."""
    return [guard(value) if isinstance(value, str) else value for value in values]
