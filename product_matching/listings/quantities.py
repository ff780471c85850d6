"""The quantities that a title states: weights, volumes, lengths, memory, power, and counts of pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.listings.titles import normalise_title

#: Each unit's dimension and its size in the dimension's base unit (g, ml, cm, MB, W).
UNITS: dict[str, tuple[str, Decimal]] = {
    "mg": ("weight", Decimal("0.001")),
    "g": ("weight", Decimal(1)),
    "kg": ("weight", Decimal(1000)),
    "ml": ("volume", Decimal(1)),
    "l": ("volume", Decimal(1000)),
    "mm": ("length", Decimal("0.1")),
    "cm": ("length", Decimal(1)),
    "m": ("length", Decimal(100)),
    "mb": ("memory", Decimal(1)),
    "gb": ("memory", Decimal(1024)),
    "tb": ("memory", Decimal(1024 * 1024)),
    "w": ("power", Decimal(1)),
}
#: The dimensions that can veto a match.
DIMENSIONS: tuple[str, ...] = tuple(dict.fromkeys(dimension for dimension, _ in UNITS.values()))
#: The count of pieces or packs: a feature of a pair, but no veto: the same box is sold as one box or as ten pieces.
COUNT = "count"
#: Dimensions and their words for a title's quantities: values by dimension.
Quantities = dict[str, frozenset[float]]

_MEASURE = re.compile(rf"(?<![\w.])(\d+(?:\.\d+)?)({'|'.join(sorted(UNITS, key=len, reverse=True))})(?![^\W_])")
_PIECES = re.compile(
    r"(?<![\w.])(\d{1,4})\s*(?:pcs|pc|pieces|piece|pieses|buah|bh|lembar|lbr|pack|packs|pak|sachet|sachets|pasang|"
    r"pair|pairs|set|sets|box|tablet|tablets|kapsul|capsules)(?![^\W_])"
)
_ISI = re.compile(r"(?<![^\W_])isi\s*(\d{1,4})(?![\w.])")


def title_quantities(title: str) -> Quantities:
    """Read the quantities of a title.

    Parameters
    ----------
    title
        Raw or normalised: ``"250 gr"``, ``"250gram"`` and ``"0,25 kg"`` are the same weight.

    Returns
    -------
    dict
        For each dimension of `DIMENSIONS` that the title states, and for `COUNT`, the set of values in base units.

    Examples
    --------
    >>> title_quantities("Rice 0,25 kg, 3 packs")
    {'weight': frozenset({250.0}), 'count': frozenset({3.0})}
    """
    text = normalise_title(title)
    found: dict[str, set[float]] = {}
    for number, unit in _MEASURE.findall(text):
        dimension, size = UNITS[unit]
        found.setdefault(dimension, set()).add(float(Decimal(number) * size))
    for number in _PIECES.findall(text) + _ISI.findall(text):
        found.setdefault(COUNT, set()).add(float(number))
    return {dimension: frozenset(values) for dimension, values in found.items()}


def quantities_agree(first: Quantities, second: Quantities) -> bool | None:
    """Compare the quantities of two titles.

    Returns
    -------
    bool or None
        None if no dimension is stated by both (counts aside); otherwise whether any such dimension has a value in
        common. False is the quantity veto: 250 g and 500 g are not one product.

    Examples
    --------
    >>> rice = title_quantities("Rice 250 g")
    >>> quantities_agree(rice, title_quantities("Rice 0.25 kg")), quantities_agree(rice, title_quantities("Rice 500 g"))
    (True, False)
    """
    shared = [dimension for dimension in DIMENSIONS if dimension in first and dimension in second]
    if not shared:
        return None
    return any(first[dimension] & second[dimension] for dimension in shared)


@dataclass(frozen=True)
class QuantityTable:
    """The quantities of many titles, laid out so that many pairs are compared at once.

    Attributes
    ----------
    stated
        Sparse 0/1, shape (N, dimensions): which dimensions each title states.
    values
        Sparse 0/1, shape (N, distinct values): which (dimension, value) each title states.
    """

    stated: csr_matrix
    values: csr_matrix

    @classmethod
    def of_measures(cls, titles: Sequence[str]) -> QuantityTable:
        """Weights, volumes, lengths, memory and power: what can veto."""
        return cls._of([title_quantities(title) for title in titles], DIMENSIONS)

    @classmethod
    def of_counts(cls, titles: Sequence[str]) -> QuantityTable:
        """Counts of pieces and packs."""
        return cls._of([title_quantities(title) for title in titles], (COUNT,))

    @classmethod
    def _of(cls, quantities: Sequence[Quantities], dimensions: Sequence[str]) -> QuantityTable:
        stated = [(row, d) for row, q in enumerate(quantities) for d in dimensions if d in q]
        values = [(row, (d, value)) for row, d in stated for value in sorted(quantities[row][d])]
        return cls(_indicator(stated, len(quantities)), _indicator(values, len(quantities)))

    def take(self, rows: npt.NDArray[np.int64]) -> QuantityTable:
        """The quantities of some of the titles, in the order of `rows`."""
        return QuantityTable(self.stated[rows], self.values[rows])

    def compare(self, first: npt.ArrayLike, second: npt.ArrayLike) -> npt.NDArray[np.int8]:
        """Compare pairs of titles by row: 1 for a common value, -1 for a veto, 0 where they share no dimension."""
        first, second = np.asarray(first), np.asarray(second)
        shared = _common(self.stated, first, second) > 0
        equal = _common(self.values, first, second) > 0
        return np.where(equal, 1, np.where(shared, -1, 0)).astype(np.int8)


def _indicator(cells: Sequence[tuple[int, Any]], n_rows: int) -> csr_matrix:
    columns = {key: column for column, key in enumerate(dict.fromkeys(key for _, key in cells))}
    positions = [row for row, _ in cells], [columns[key] for _, key in cells]
    return csr_matrix((np.ones(len(cells), np.int32), positions), shape=(n_rows, max(1, len(columns))))


def _common(indicator: csr_matrix, first: npt.NDArray[Any], second: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Number of columns that both rows of each pair hold; only pairs whose rows hold any are multiplied."""
    some = np.diff(indicator.indptr) > 0
    both = np.flatnonzero(some[first] & some[second])
    counts = np.zeros(len(first), dtype=np.int64)
    products = indicator[first[both]].multiply(indicator[second[both]])
    counts[both] = np.asarray(products.sum(axis=1)).ravel()
    return counts
