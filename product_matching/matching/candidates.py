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

    `fused` is compared with the mean of both distances, where a pair has both.

    They are rounded as distances are, so that ``1 - 0.55`` accepts a pair at exactly 0.45.

    Raises
    ------
    InputError
        A threshold is not a number from 0 to below 1. At 1 photos or titles have nothing in common.
    """

    photo: float | None = None
    title: float | None = None
    fused: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("photo", self.photo), ("title", self.title), ("fused", self.fused)):
            if value is not None and not (math.isfinite(value) and 0 <= value < 1):
                raise InputError(f"The {name} threshold is {value}, but must be a distance from 0 to below 1.")
            if value is not None:
                object.__setattr__(self, name, round(value, DISTANCE_DECIMALS))


@dataclass(frozen=True)
class PairRules:
    """Rules on single pairs beside the thresholds, each off by default.

    Attributes
    ----------
    photo_bits
        Accept a listing whose photo's pHash differs from the query's in at most this many bits; None for off.
    quantity_veto
        Reject a listing whose title states another quantity than the query's.
    min2
        How far beyond a threshold the nearest candidate of a lonely query may be; None for off. Benchmark only:
        it assumes that nobody is alone.
    """

    photo_bits: int | None = None
    quantity_veto: bool = False
    min2: float | None = None

    def __post_init__(self) -> None:
        if self.photo_bits is not None and not 0 <= self.photo_bits <= 64:
            raise InputError(f"The number of pHash bits is {self.photo_bits}, but must be from 0 to 64.")
        if self.min2 is not None and not 0 <= self.min2 <= 1:
            raise InputError(f"The distance for min2 is {self.min2}, but must be from 0 to 1.")


NO_RULES = PairRules()


@dataclass(frozen=True)
class Candidates:
    """Listings near one query.

    Attributes
    ----------
    rows
        Shape (M,), int64: rows of the catalogue, each once.
    photo, title
        Shape (M,), float64: cosine distances; NaN where the query or the listing has no photo (title).
    bits
        Shape (M,), float64: bits in which the photos' pHashes differ, NaN where one is missing; None if not asked for.
    quantities
        Shape (M,), int8: 1 if both titles state a quantity in common, -1 if they state different ones, 0 if no
        dimension is stated by both; None if not asked for.
    """

    rows: RowArray
    photo: FloatArray
    title: FloatArray
    bits: FloatArray | None = None
    quantities: npt.NDArray[np.int8] | None = None

    def __post_init__(self) -> None:
        if not (len(self.rows) == len(self.photo) == len(self.title)):
            raise ValueError(f"{len(self.rows)} rows, {len(self.photo)} photo and {len(self.title)} title distances")

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: Mask | RowArray) -> Candidates:
        """Some of the candidates, by mask or position."""
        return replace(
            self,
            rows=self.rows[which],
            photo=self.photo[which],
            title=self.title[which],
            bits=None if self.bits is None else self.bits[which],
            quantities=None if self.quantities is None else self.quantities[which],
        )

    def combined(self) -> FloatArray:
        """Mean of the distances that a candidate has; shape (M,)."""
        has_photo, has_title = ~np.isnan(self.photo), ~np.isnan(self.title)
        total = np.where(has_photo, self.photo, 0.0) + np.where(has_title, self.title, 0.0)
        return np.where(has_photo | has_title, total / np.maximum(has_photo + has_title.astype(np.int64), 1), np.inf)

    def relative(self, thresholds: Thresholds) -> FloatArray:
        """Distance as a share of its threshold, by the better of the sides that decide; shape (M,).

        A pair exactly at a threshold stands at 1 and every match at 1 or below, whatever the scale of its side.
        """
        sides = (
            (self.photo, thresholds.photo),
            (self.title, thresholds.title),
            ((self.photo + self.title) / 2, thresholds.fused),
        )
        shares = [_share(distances, threshold) for distances, threshold in sides if threshold is not None]
        return np.fmin.reduce(shares) if shares else np.full(len(self), np.inf)

    def nearest_first(self, thresholds: Thresholds) -> Candidates:
        """The same candidates in order of relative, then of combined distance, then of row."""
        relative = np.nan_to_num(self.relative(thresholds), nan=np.inf)
        return self.take(np.lexsort((self.rows, self.combined(), relative)))


def _share(distances: FloatArray, threshold: float) -> FloatArray:
    if threshold > 0:
        return distances / threshold
    return np.where(np.isnan(distances), np.nan, np.where(distances <= 0, 0.0, np.inf))


def by_photo(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by photo: at the threshold or nearer."""
    return _within(candidates.photo, thresholds.photo)


def by_title(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by title: at the threshold or nearer."""
    return _within(candidates.title, thresholds.title)


def by_fused(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by the mean of both distances."""
    return _within((candidates.photo + candidates.title) / 2, thresholds.fused)


def by_phash(candidates: Candidates, rules: PairRules) -> Mask:
    """Which candidates have the query's own photo, by their pHash."""
    if candidates.bits is None:
        return np.zeros(len(candidates), dtype=np.bool_)
    return _within(candidates.bits, rules.photo_bits)


def is_match(candidates: Candidates, thresholds: Thresholds, rules: PairRules = NO_RULES) -> Mask:
    """Which candidates are matches: by photo, title, both together or pHash, unless the quantities differ.

    With `PairRules.min2` on, a query that matches nothing has its nearest candidate, if that is within reach.
    """
    found = by_photo(candidates, thresholds) | by_title(candidates, thresholds) | by_fused(candidates, thresholds)
    allowed = np.ones(len(candidates), dtype=np.bool_)
    if rules.quantity_veto and candidates.quantities is not None:
        allowed = candidates.quantities >= 0
    matches = (found | by_phash(candidates, rules)) & allowed
    if matches.any() or rules.min2 is None:
        return matches
    return _nearest_within_reach(candidates, thresholds, rules.min2, allowed)


def _nearest_within_reach(candidates: Candidates, thresholds: Thresholds, reach: float, allowed: Mask) -> Mask:
    beyond = np.fmin(candidates.photo - _or_nan(thresholds.photo), candidates.title - _or_nan(thresholds.title))
    beyond = np.where(allowed & ~np.isnan(beyond), beyond, np.inf)
    chosen = np.zeros(len(candidates), dtype=np.bool_)
    if len(beyond) and beyond.min() <= reach:
        chosen[int(np.argmin(beyond))] = True
    return chosen


def _or_nan(threshold: float | None) -> float:
    return math.nan if threshold is None else threshold


def _within(distances: FloatArray, threshold: float | None) -> Mask:
    if threshold is None:
        return np.zeros(len(distances), dtype=np.bool_)
    return distances <= threshold  # NaN compares false: without a photo there is no match by photo
