"""Filters by column: which columns of a catalogue have few values or numbers, and which listings a filter keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from product_matching.app.parameters import Filters
from product_matching.app.shared.columns import told_names
from product_matching.store.bundle import PHOTO_SHA256

#: Values that a list to choose from may have, and the share of a column's values that must be numbers for a range.
MAX_VALUES = 100
_NUMERIC = 0.98
#: A column of numbers with no more values than these is one of kinds: sizes, years, shops.
_FEW = 12
#: Values that are kept of a column with more of them.
_MOST_OPTIONS = 500
#: Columns that links filter by, which tell a reader nothing.
NAMES_OF_PHOTOS = frozenset({PHOTO_SHA256, "image_phash"})
#: Numbers that name the product and have no order.
_LABELS = frozenset({"label_group"})
_TO = ".."


@dataclass(frozen=True, eq=False, kw_only=True)
class Facet:
    """A column that results can be filtered by.

    Attributes
    ----------
    name
        Of the column.
    texts
        Its values, shape (N,); "" for none.
    numbers
        The same as numbers, NaN for none; None where it is filtered by its values.
    options
        Its most frequent values, the most frequent first; empty where it is filtered by a range.
    few
        Whether these are all of them, and none tells the product: such a column is offered beside every result.
    """

    name: str
    texts: npt.NDArray[np.object_]
    numbers: npt.NDArray[np.float64] | None = None
    options: Sequence[str] = ()
    few: bool = True

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the largest number."""
        known = self.numbers[~np.isnan(self.numbers)] if self.numbers is not None else np.zeros(1)
        return float(known.min()), float(known.max())

    def reads(self, kept: Sequence[str]) -> bool:
        """Whether a filter is of this column's kind: any values, or a range for numbers."""
        return self.numbers is None or read_range(kept) is not None

    def keeps(self, kept: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which listings a filter keeps, shape (N,): those of the given values, or in the range ``LOW..HIGH``."""
        if self.numbers is None:
            return np.isin(self.texts, list(kept))
        low, high = read_range(kept) or self.limits
        return (self.numbers >= low) & (self.numbers <= high)


def find_facets(listings: pd.DataFrame) -> list[Facet]:
    """The columns with several values, in the order of reading; label groups and what names photos come last."""
    names = [str(name) for name in listings.columns]
    asked = [*told_names(names), *(name for name in names if name in _LABELS or name in NAMES_OF_PHOTOS)]
    found = (_facet(name, listings[name]) for name in asked)
    return [facet for facet in found if facet is not None]


def _facet(name: str, column: pd.Series) -> Facet | None:
    texts = column.fillna("").astype(str).to_numpy(dtype=object)
    counts = pd.Series(texts[texts != ""]).value_counts()
    if len(counts) < 2:
        return None
    read = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy(dtype=np.float64)
    numbers = np.where(np.isfinite(read), read, np.nan)
    if name not in _LABELS and len(counts) > _FEW and (~np.isnan(numbers)).sum() >= _NUMERIC * (texts != "").sum():
        return Facet(name=name, texts=texts, numbers=numbers)
    few = len(counts) <= MAX_VALUES and name not in _LABELS and name not in NAMES_OF_PHOTOS
    return Facet(name=name, texts=texts, options=counts.index[:_MOST_OPTIONS].tolist(), few=few)


def listings_kept(facets: Sequence[Facet], filters: Filters) -> tuple[npt.NDArray[np.bool_] | None, list[str]]:
    """Which listings filters keep, shape (N,), None for all; and one sentence for each that cannot be used."""
    known = {facet.name: facet for facet in facets}
    usable = [name in known and known[name].reads(kept) for name, kept in filters]
    problems = [
        f"The catalogue has no column {name!r:.60} to filter by {', '.join(kept)!r:.60}: the filter is left out."
        if name not in known
        else f"The column {name!r:.60} takes a range as in 1..5, not {', '.join(kept)!r:.60}: the filter is left out."
        for (name, kept), can in zip(filters, usable, strict=True)
        if not can
    ]
    used = [known[name].keeps(kept) for (name, kept), can in zip(filters, usable, strict=True) if can]
    return (np.logical_and.reduce(used) if used else None), problems


def read_range(kept: Sequence[str]) -> tuple[float, float] | None:
    """The range that a filter names; None where it names none."""
    low, _, high = kept[0].partition(_TO) if len(kept) == 1 else ("", "", "")
    try:
        ends = float(low), float(high)
    except ValueError:
        return None
    return ends if ends[0] <= ends[1] else None


def write_range(low: float, high: float) -> str:
    """A range as a filter names it."""
    return f"{low:.10g}{_TO}{high:.10g}"


def with_filter(filters: Filters, name: str, kept: Sequence[str]) -> Filters:
    """The filters with another one on a column; without one where it keeps nothing in particular."""
    others = tuple((column, values) for column, values in filters if column != name)
    return (*others, (name, tuple(kept))) if kept else others
