"""The part of each listing, by the column ``part``: train, validation or test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

#: The column, and the words in it that make it one; empty cells are for nothing.
PART_COLUMN = "part"
PARTS = ("train", "validation", "test")


def listing_parts(listings: pd.DataFrame) -> npt.NDArray[np.object_] | None:
    """Part of each listing, "" for none; None where the catalogue does not say.

    A column ``part`` with other words than `PARTS` is a column like any other.
    """
    if PART_COLUMN not in listings:
        return None
    parts = listings[PART_COLUMN].fillna("").astype(str).to_numpy(dtype=object)
    return parts if set(parts) - {""} and not set(parts) - {"", *PARTS} else None


def validation_rows(listings: pd.DataFrame) -> npt.NDArray[np.int64] | None:
    """Rows of the listings on which thresholds are chosen, by the column ``part``; None without it.

    A network that was trained on the listings of the part ``train`` finds those too well, and what ``test`` is kept
    for must not choose anything.
    """
    parts = listing_parts(listings)
    return None if parts is None else np.flatnonzero(parts == "validation").astype(np.int64)
