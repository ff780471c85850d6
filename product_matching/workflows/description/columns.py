"""The columns of a catalogue: what they hold, how often they are filled, and how many different values they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

#: What a column holds; a column of a CSV file holds numbers if all of its values read as such.
ColumnKind = Literal["text", "number", "true or false", "other"]
#: Columns that are names, even where they are written in digits.
_NAMES = frozenset({"posting_id", "title", "image", "image_phash", "label_group", "photo_sha256"})
_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """One column.

    Attributes
    ----------
    name, kind
        Its name, and what it holds.
    filled
        Listings with a value.
    distinct
        Different values.
    examples
        A few of the values that most listings have, as text; the first ones of those that are equally frequent.
    """

    name: str
    kind: ColumnKind
    filled: int
    distinct: int
    examples: tuple[str, ...]


def describe_columns(listings: pd.DataFrame) -> tuple[ColumnFacts, ...]:
    """Describe every column of the listings, in order."""
    return tuple(_describe(str(name), listings[name]) for name in listings)


def column_values(column: pd.Series) -> pd.Series:
    """The values of a column as text, "" for none."""
    text = column.astype("str").where(column.notna(), "")
    return text.mask(text.str.strip() == "", "")


def column_numbers(column: pd.Series) -> pd.Series | None:
    """The values of a column as numbers, NaN for none; None for a column of names or of anything but numbers."""
    if column.name in _NAMES or pd.api.types.is_bool_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    values = column_values(column)
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    readable = numbers.notna() == (values != "")
    return numbers if readable.all() and numbers.notna().any() else None


def _describe(name: str, column: pd.Series) -> ColumnFacts:
    values = column_values(column)
    counts = values[values != ""].value_counts(sort=False)
    examples = counts.sort_values(ascending=False, kind="stable").index[:_EXAMPLES]
    return ColumnFacts(
        name=name,
        kind=_kind(column),
        filled=int(counts.sum()),
        distinct=len(counts),
        examples=tuple(str(value) for value in examples),
    )


def _kind(column: pd.Series) -> ColumnKind:
    if pd.api.types.is_bool_dtype(column):
        return "true or false"
    if column_numbers(column) is not None:
        return "number"
    present = column.dropna()
    return "text" if present.map(lambda value: isinstance(value, str)).all() else "other"
