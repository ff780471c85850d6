"""The near pairs of a bundle with both distances: what curves, surfaces and groups of any threshold are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from product_matching.errors import InputError
from product_matching.matching.candidates import Candidates
from product_matching.matching.chain import PLAIN
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.sides import Side, Sides
from product_matching.matching.thresholds import LARGEST_DISTANCE, Thresholds
from product_matching.metrics.threshold_surface import TwoSidedPairs
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled
from product_matching.search.neighbours import FloatArray
from product_matching.search.open import open_index
from product_matching.search.spec import IndexSpec
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_matches
from product_matching.workflows.find import default_thresholds
from product_matching.workflows.match import match_measured
from product_matching.workflows.sides import bundle_sides

#: Other listings of each that are within the largest distance of a curve, on average: at that, few of them are right.
OTHERS_WITHIN = 40
_SAMPLE, _NEAREST, _SEED = 256, 200, 20240501
_MAX_PAIRS = 3_000_000
_SHRINK = 0.8
_DECIMALS = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class DistancePairs:
    """All pairs of a catalogue within the largest distances of the curves, measured on both sides.

    Attributes
    ----------
    sides
        The vectors.
    pairs
        The pairs.
    photo, title
        The largest distances; None for a side that the catalogue lacks.
    """

    sides: Sides
    pairs: TwoSidedPairs
    photo: float | None
    title: float | None

    def largest(self, side: str) -> float | None:
        """The largest distance of a side, ``"photo"`` or ``"title"``."""
        return self.photo if side == "photo" else self.title

    def steps(self, side: str, n: int) -> FloatArray:
        """About `n` distances of a side in equal steps, from 0 to the largest."""
        return np.unique(np.round(np.linspace(0.0, self.largest(side) or 0.0, n), _DECIMALS))

    def groups(self, thresholds: Thresholds, decisions: PairDecisions = NO_DECISIONS) -> CatalogueGroups:
        """Group the catalogue by thresholds up to the largest, as `match_catalogue` does."""
        near = self.pairs.take(self.pairs.within(thresholds.photo, thresholds.title))
        measured = Candidates(rows=near.second, photo=near.photo, title=near.title)
        matched = match_measured(self.sides.n, near.first, measured, measure=self.sides.measure, thresholds=thresholds)
        return group_matches(matched, decisions)


def distance_pairs(bundle: Bundle, *, progress: Progress = NO_PROGRESS) -> DistancePairs:
    """Find the pairs of a bundle that the curves need; seconds for thousands of photos, a minute for tens of thousands.

    On each side the largest distance is the one within which a listing has `OTHERS_WITHIN` others on average, and at
    least a little more than the bundle's own threshold, unless too many pairs are within it.

    Raises
    ------
    InputError
        The vectors cannot be used.
    Cancelled
        The progress was cancelled.
    """
    sides, own = bundle_sides(bundle, PLAIN), default_thresholds(bundle)
    progress.begin("measuring distances", 0)
    reach = {
        "photo": _reach(sides.photo, IndexSpec("flat"), own.photo),
        "title": _reach(sides.title, IndexSpec("sparse"), own.title),
    }
    while True:
        try:
            found = sides.pairs_within(
                (reach["photo"], reach["title"]),
                np.zeros(0, dtype=np.int64),
                max_pairs=_MAX_PAIRS,
                progress=progress,
            )
            break
        except InputError:  # a placeholder photo used a thousand times makes a million pairs
            if max(each or 0.0 for each in reach.values()) < 10.0**-_DECIMALS:
                raise
            reach = {name: each and round(each * _SHRINK, _DECIMALS) for name, each in reach.items()}
    stop_if_cancelled(progress)
    progress.begin("measuring distances", 0)
    measured = sides.measure(*found)
    pairs = TwoSidedPairs(n=len(bundle), first=found[0], second=found[1], photo=measured.photo, title=measured.title)
    return DistancePairs(sides=sides, pairs=pairs, photo=reach["photo"], title=reach["title"])


def _reach(side: Side | None, spec: IndexSpec, own: float | None) -> float | None:
    """Distance within which a sample of the listings has `OTHERS_WITHIN` others on average; None without a side."""
    if side is None:
        return None
    rows = np.flatnonzero(side.present)
    rows = np.sort(np.random.default_rng(_SEED).choice(rows, min(_SAMPLE, len(rows)), replace=False))
    index = open_index(spec, side.vectors)
    near = index.nearest(side.vectors[rows], min(_NEAREST, index.size))
    others = np.sort(near.distances[near.rows != rows[near.queries()]])
    wanted = OTHERS_WITHIN * len(rows)
    usual = float(others[wanted - 1]) if len(others) >= wanted else LARGEST_DISTANCE
    least = 0.0 if own is None else 1.1 * own
    return min(round(max(usual, least), _DECIMALS), 1.0 - 10.0**-_DECIMALS)
