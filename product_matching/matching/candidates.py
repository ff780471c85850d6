"""The listings near a query, with both distances, and which of them the thresholds accept."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from product_matching.matching.print_decision import with_print
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds
from product_matching.search.neighbours import DISTANCE_DECIMALS

FloatArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Listings near a query, or the second listings of any pairs.

    Attributes
    ----------
    rows
        Shape (M,), int64: rows of the catalogue; near one query each once.
    photo, title
        Shape (M,), float64: cosine distances; NaN where the query or the listing has no photo (title).
    bits
        Shape (M,), float64: bits in which the photos' pHashes differ, NaN where one is missing or is that of a
        placeholder; None if no rule needs it.
    quantities
        Shape (M,), int8: 1 if both titles state a quantity in common, -1 if they state different ones, 0 if no
        dimension is stated by both; None if no rule needs it.
    print
        Shape (M,), float64: distances of the print on the query's photo from the titles, 1 less the cosine times the
        weight of the print (`PrintQuery.weight`); NaN where there is no title; None if no print was read.
    """

    rows: RowArray
    photo: FloatArray
    title: FloatArray
    bits: FloatArray | None = None
    quantities: npt.NDArray[np.int8] | None = None
    print: FloatArray | None = None

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
            print=None if self.print is None else self.print[which],
        )

    def combined(self) -> FloatArray:
        """Mean of the distances that a candidate has; shape (M,)."""
        has_photo, has_title = ~np.isnan(self.photo), ~np.isnan(self.title)
        total = np.where(has_photo, self.photo, 0.0) + np.where(has_title, self.title, 0.0)
        return np.where(has_photo | has_title, total / np.maximum(has_photo + has_title.astype(np.int64), 1), np.inf)

    @property
    def seen(self) -> FloatArray:
        """Photo distance, moved by the print where it was read (see `with_print`); shape (M,)."""
        return self.photo if self.print is None else with_print(self.photo, self.print)

    @property
    def fused(self) -> FloatArray:
        """Mean of both distances, rounded as they are; NaN where one is missing; shape (M,)."""
        return np.round((self.photo + self.title) / 2, DISTANCE_DECIMALS)

    def deciding(self, thresholds: Thresholds) -> list[tuple[FloatArray, float]]:
        """Distances of each side that has a threshold, with it: photo (see `seen`), title, and both together."""
        sides = (
            (self.seen, thresholds.photo),
            (self.title, thresholds.title),
            (self.fused, thresholds.fused),
        )
        return [(distances, threshold) for distances, threshold in sides if threshold is not None]

    def relative(self, thresholds: Thresholds) -> FloatArray:
        """Distance as a share of its threshold, by the better of the sides that decide; shape (M,).

        A pair exactly at a threshold stands at 1 and every match at 1 or below, whatever the scale of its side.
        """
        shares = [_share(distances, threshold) for distances, threshold in self.deciding(thresholds)]
        return np.fmin.reduce(shares) if shares else np.full(len(self), np.inf)

    def nearest_first(self, thresholds: Thresholds) -> Candidates:
        """The same candidates in order of relative, then of combined distance, then of row."""
        return self.take(np.lexsort(self.order_keys(thresholds)))

    def order_keys(self, thresholds: Thresholds) -> tuple[RowArray, FloatArray, FloatArray]:
        """Keys of `nearest_first` as `numpy.lexsort` takes them, the last one first; each of shape (M,)."""
        return self.rows, self.combined(), np.nan_to_num(self.relative(thresholds), nan=np.inf)


def _share(distances: FloatArray, threshold: float) -> FloatArray:
    if threshold > 0:
        return distances / threshold
    return np.where(np.isnan(distances), np.nan, np.where(distances <= 0, 0.0, np.inf))


def by_photo(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by photo: at the threshold or nearer."""
    return _within(candidates.seen, thresholds.photo)


def by_title(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by title: at the threshold or nearer."""
    return _within(candidates.title, thresholds.title)


def by_fused(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates are matches by the mean of both distances."""
    return _within(candidates.fused, thresholds.fused)


def by_phash(candidates: Candidates, rules: PairRules) -> Mask:
    """Which candidates have the query's own photo, by their pHash."""
    if candidates.bits is None:
        return np.zeros(len(candidates), dtype=np.bool_)
    return _within(candidates.bits, rules.photo_bits)


def by_distance(candidates: Candidates, thresholds: Thresholds) -> Mask:
    """Which candidates any of the thresholds accepts."""
    return by_photo(candidates, thresholds) | by_title(candidates, thresholds) | by_fused(candidates, thresholds)


def vetoed(candidates: Candidates, rules: PairRules) -> Mask:
    """Which candidates the rule on quantities rejects."""
    if not rules.quantity_veto or candidates.quantities is None:
        return np.zeros(len(candidates), dtype=np.bool_)
    return candidates.quantities < 0


def is_match(candidates: Candidates, thresholds: Thresholds, rules: PairRules = NO_RULES) -> Mask:
    """Which pairs are matches: by photo, title, both together or pHash, unless the quantities differ.

    Each pair by itself: `PairRules.min2` depends on the other candidates of a query (see `matches_of_query`).
    """
    return (by_distance(candidates, thresholds) | by_phash(candidates, rules)) & ~vetoed(candidates, rules)


def matches_of_query(candidates: Candidates, thresholds: Thresholds, rules: PairRules = NO_RULES) -> Mask:
    """Which candidates of one query are matches; with `PairRules.min2`, the nearest within reach if none is."""
    matches = is_match(candidates, thresholds, rules)
    if rules.min2 is None or matches.any() or len(matches) == 0:
        return matches
    order = np.lexsort(candidates.order_keys(thresholds))
    reached = order[is_within_reach(candidates, thresholds, rules)[order]][:1]
    matches[reached] = True
    return matches


def is_within_reach(candidates: Candidates, thresholds: Thresholds, rules: PairRules) -> Mask:
    """Which candidates `PairRules.min2` may accept: those within its reach that are not vetoed."""
    if rules.min2 is None:
        return np.zeros(len(candidates), dtype=np.bool_)
    wider = thresholds.widened(rules.min2)
    return by_distance(candidates, wider) & ~vetoed(candidates, rules)


def _within(distances: FloatArray, threshold: float | None) -> Mask:
    if threshold is None:
        return np.zeros(len(distances), dtype=np.bool_)
    return distances <= threshold  # NaN compares false: without a photo there is no match by photo
