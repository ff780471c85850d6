"""The listings near a query, with both distances, and which of them the thresholds accept."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.search.neighbours import DISTANCE_DECIMALS

FloatArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Thresholds:
    """Largest accepted cosine distances; None leaves that side out of the decision.

    They are rounded as distances are, so that ``1 - 0.55`` accepts a pair at exactly 0.45.

    Raises
    ------
    InputError
        A threshold is not a number from 0 to below 1. At 1 photos or titles have nothing in common.
    """

    photo: float | None = None
    title: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("photo", self.photo), ("title", self.title)):
            if value is not None and not (math.isfinite(value) and 0 <= value < 1):
                raise InputError(f"The {name} threshold is {value}, but must be a distance from 0 to below 1.")
            if value is not None:
                object.__setattr__(self, name, round(value, DISTANCE_DECIMALS))


@dataclass(frozen=True)
class Candidates:
    """Listings near one query.

    Attributes
    ----------
    rows
        Shape (M,), int64: rows of the catalogue, each once.
    photo, title
        Shape (M,), float64: cosine distances; NaN where the query or the listing has no photo (title).
    """

    rows: RowArray
    photo: FloatArray
    title: FloatArray

    def __post_init__(self) -> None:
        if not (len(self.rows) == len(self.photo) == len(self.title)):
            raise ValueError(f"{len(self.rows)} rows, {len(self.photo)} photo and {len(self.title)} title distances")

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: Mask | RowArray) -> Candidates:
        """Some of the candidates, by mask or position."""
        return replace(self, rows=self.rows[which], photo=self.photo[which], title=self.title[which])

    def combined(self) -> FloatArray:
        """Mean of the distances that a candidate has: the fused distance that results are ordered by; shape (M,)."""
        has_photo, has_title = ~np.isnan(self.photo), ~np.isnan(self.title)
        total = np.where(has_photo, self.photo, 0.0) + np.where(has_title, self.title, 0.0)
        return np.where(has_photo | has_title, total / np.maximum(has_photo + has_title.astype(np.int64), 1), np.inf)

    def nearest_first(self) -> Candidates:
        """The same candidates in order of combined distance; equal distances in order of row."""
        return self.take(np.lexsort((self.rows, self.combined())))


def by_photo(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by photo: at the threshold or nearer."""
    return _within(candidates.photo, thresholds.photo)


def by_title(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by title: at the threshold or nearer."""
    return _within(candidates.title, thresholds.title)


def is_match(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches: by photo or by title (the union of the two sets)."""
    return by_photo(candidates, thresholds) | by_title(candidates, thresholds)


def _within(distances: FloatArray, threshold: float | None) -> Mask:
    if threshold is None:
        return np.zeros(len(distances), dtype=np.bool_)
    return distances <= threshold  # NaN compares false: without a photo there is no match by photo
