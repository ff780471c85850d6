"""A few listings to start from: those with a near-duplicate in the catalogue come first, spread over all of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from product_matching.store.bundle import PHOTO_SHA256, Bundle


def starting_rows(bundle: Bundle, count: int) -> list[int]:
    """Choose listings to start from, the same for the same bundle.

    Listings that share a photo, a title or a label group with another one show best what a search finds; one of each
    such set is taken. What is missing is filled up with listings from all over the catalogue.

    Returns
    -------
    list of int
        At most `count` rows, each once, in order.
    """
    usable = np.flatnonzero(bundle.has_photo | bundle.has_title)
    repeated = np.intersect1d(_first_of_repeated(bundle), usable)
    chosen = _spread(repeated, count)
    others = np.setdiff1d(usable, chosen)
    return sorted(int(row) for row in [*chosen, *_spread(others, count - len(chosen))])


def _first_of_repeated(bundle: Bundle) -> npt.NDArray[np.int64]:
    """The first row of every set of listings with the same photo, title or label group."""
    rows = [np.zeros(0, dtype=np.int64)]
    for column in (PHOTO_SHA256, "title", "label_group"):
        if column in bundle.listings:
            values: pd.Series[str] = bundle.listings[column].fillna("").astype(str)
            twice = (values != "") & values.duplicated(keep=False) & ~values.duplicated(keep="first")
            rows.append(np.flatnonzero(twice.to_numpy()))
    return np.unique(np.concatenate(rows))


def _spread(rows: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Pick at most `count` of the rows at equal steps, each from the middle of its step."""
    if len(rows) <= count:
        return rows
    return rows[((np.arange(count) + 0.5) * len(rows) / count).astype(np.int64)]
