"""Which listing of a group is kept: the representative, by rules that a user puts in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.ndimage import laplace

from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo
from product_matching.listings.titles import title_words
from product_matching.search.neighbours import FloatArray, RowArray
from product_matching.store.bundle import Bundle


class KeepRule(StrEnum):
    """What makes a listing the one that is kept."""

    oldest = "oldest"
    cheapest = "cheapest"
    best_photo = "best_photo"
    fullest_title = "fullest_title"
    preferred = "preferred"


#: Rules that read a column.
OF_COLUMN = frozenset({KeepRule.oldest, KeepRule.cheapest, KeepRule.preferred})


@dataclass(frozen=True, kw_only=True)
class Keep:
    """One rule.

    Attributes
    ----------
    rule
        What decides.
    column
        The column that it reads: a date or number, a price, or for `preferred` any; "" where it reads none.
    value
        The value of the column that is preferred, such as a seller.
    """

    rule: KeepRule
    column: str = ""
    value: str = ""


def choose_representatives(bundle: Bundle, groups: RowArray, rules: Sequence[Keep]) -> RowArray:
    """Choose the listing of each group that is kept.

    Parameters
    ----------
    bundle
        The catalogue.
    groups
        Group number of each listing, shape (N,).
    rules
        The first decides, each further one among equals; in the end the first listing of the catalogue. A listing that
        lacks what a rule reads comes behind the others.

    Returns
    -------
    numpy.ndarray
        Row of the representative of each listing's group, shape (N,), int64.

    Raises
    ------
    InputError
        The catalogue lacks what a rule reads.
    """
    counts = np.bincount(groups, minlength=len(groups))
    rows = np.flatnonzero(counts[groups] > 1)
    keys = [_RANKS[rule.rule](bundle, rule, rows) for rule in rules]
    order = rows[np.lexsort((rows, *reversed(keys), groups[rows]))]
    first = order[np.diff(groups[order], prepend=-1) != 0]
    of_group = np.arange(len(groups))
    of_group[groups[first]] = first
    return of_group[groups]


def _oldest(bundle: Bundle, keep: Keep, rows: RowArray) -> FloatArray:
    values = _column(bundle, keep).iloc[rows]
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.isna().all():
        times = pd.to_datetime(values, errors="coerce", utc=True, format="mixed")
        numbers = times.astype("int64").where(times.notna()).astype("float64")
    return _or_last(bundle, keep, numbers.to_numpy(dtype=np.float64), "dates or numbers")


def _cheapest(bundle: Bundle, keep: Keep, rows: RowArray) -> FloatArray:
    numbers = pd.to_numeric(_column(bundle, keep).iloc[rows], errors="coerce").to_numpy(dtype=np.float64)
    return _or_last(bundle, keep, numbers, "numbers")


def _preferred(bundle: Bundle, keep: Keep, rows: RowArray) -> FloatArray:
    values = _column(bundle, keep).iloc[rows].astype(str).str.strip()
    others: FloatArray = (values != keep.value.strip()).to_numpy().astype(np.float64)
    return others


def _fullest_title(bundle: Bundle, keep: Keep, rows: RowArray) -> FloatArray:
    """Minus the number of distinct words."""
    if "title" not in bundle.listings:
        raise InputError(f"The catalogue {bundle.manifest.name} has no titles: choose another rule.")
    return np.array([-len(set(title_words(title))) for title in bundle.listings["title"].iloc[rows]], dtype=np.float64)


def _best_photo(bundle: Bundle, keep: Keep, rows: RowArray) -> FloatArray:
    """Minus the sharpness of the small photo: variance of the Laplacian (Pech-Pacheco et al. 2000)."""
    if bundle.thumbnails is None:
        raise InputError(f"The catalogue {bundle.manifest.name} has no photos: choose another rule.")
    return np.array([-_sharpness(bundle.thumbnails.get(int(row))) for row in rows], dtype=np.float64)


def _sharpness(picture: bytes | None) -> float:
    """Of a JPEG; -1 for none and for a damaged one."""
    if picture is None:
        return -1.0
    try:
        grey = np.asarray(decode_photo(picture).convert("L"), dtype=np.float64)
    except InputError:
        return -1.0
    return float(laplace(grey).var())


def _column(bundle: Bundle, keep: Keep) -> pd.Series:
    if keep.column not in bundle.listings:
        raise InputError(
            f"The rule {keep.rule} reads the column {keep.column!r:.60}, which the catalogue {bundle.manifest.name} "
            "does not have."
        )
    return bundle.listings[keep.column]


def _or_last(bundle: Bundle, keep: Keep, numbers: FloatArray, what: str) -> FloatArray:
    if len(numbers) and np.isnan(numbers).all():
        raise InputError(
            f"The rule {keep.rule} reads {what}, but the column {keep.column!r:.60} of the catalogue "
            f"{bundle.manifest.name} holds none."
        )
    return np.where(np.isnan(numbers), np.inf, numbers)


_RANKS: dict[KeepRule, Callable[[Bundle, Keep, RowArray], FloatArray]] = {
    KeepRule.oldest: _oldest,
    KeepRule.cheapest: _cheapest,
    KeepRule.best_photo: _best_photo,
    KeepRule.fullest_title: _fullest_title,
    KeepRule.preferred: _preferred,
}
