"""What every threshold of a labelled bundle comes to: against the score of a pair scorer, and against both distances.

A setting is chosen on some listings and seen on others. These are queries in the whole catalogue, as a threshold is
used; a listing without a label is left out, as nothing is known of its pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.listings.parts import listing_parts
from product_matching.matching.thresholds import Thresholds
from product_matching.metrics.listing_f1 import query_part
from product_matching.metrics.setting_scores import SettingFigures, SettingScores, measure_setting, scores_along
from product_matching.metrics.threshold_surface import TwoSidedPairs, scores_on_surface
from product_matching.search.neighbours import (
    DISTANCE_DECIMALS,
    FloatArray,
    Neighbours,
    RowArray,
    keep_within,
    sort_neighbours,
)
from product_matching.store.bundle import Bundle
from product_matching.workflows.distance_pairs import DistancePairs

#: Least probabilities that a curve has: each whole percent.
SURE_STEPS: FloatArray = np.round(np.arange(1, 100) / 100, 2)
#: Distances of a curve, and of each axis of the surface.
CURVE_STEPS, SURFACE_STEPS = 100, 25
_SEED = 20240501


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelParts:
    """The labelled listings of a catalogue in two parts, no group in both.

    Attributes
    ----------
    groups
        Number of each listing's label group, shape (N,); one of its own where it has no label.
    labelled
        Which listings have a label; shape (N,).
    choose, see
        Rows of the listings on which a setting is chosen, and of those on which it is seen.
    names
        Names of the two parts.
    how
        How they were made, in a few words.
    """

    groups: RowArray
    labelled: npt.NDArray[np.bool_]
    choose: RowArray
    see: RowArray
    names: tuple[str, str]
    how: str

    def known(self, pairs: TwoSidedPairs) -> TwoSidedPairs:
        """The pairs of which both listings have a label."""
        return pairs.take(self.labelled[pairs.first] & self.labelled[pairs.second])

    def known_neighbours(self, near: Neighbours) -> Neighbours:
        """The neighbours of which both listings have a label."""
        if self.labelled.all():
            return near
        queries = near.queries()
        kept = self.labelled[queries] & self.labelled[near.rows]
        return sort_neighbours(queries[kept], near.rows[kept], near.distances[kept], len(near))


def label_parts(bundle: Bundle) -> LabelParts | None:
    """Divide the labelled listings: the parts ``validation`` and ``test``, else two halves of the label groups.

    Returns
    -------
    LabelParts or None
        None where a part would have no two listings of one product.
    """
    labels = bundle.labels
    if labels is None:
        return None
    labelled = labels != ""
    groups = np.unique(labels.astype(str), return_inverse=True)[1].astype(np.int64)
    groups[~labelled] = len(labels) + np.arange(int((~labelled).sum()))
    parts = listing_parts(bundle.listings)
    if parts is not None and all(_has_pairs(groups[labelled & (parts == name)]) for name in ("validation", "test")):
        choose, see = (np.flatnonzero(labelled & (parts == name)) for name in ("validation", "test"))
        names, how = ("validation part", "test part"), "the parts validation and test"
    else:
        shuffled = np.random.default_rng(_SEED).permutation(int(groups.max()) + 1)
        first = shuffled[groups] % 2 == 0
        choose, see = np.flatnonzero(labelled & first), np.flatnonzero(labelled & ~first)
        names, how = (
            ("first half of the products", "second half of the products"),
            "two halves of the label groups, drawn with a fixed seed",
        )
    if not (_has_pairs(groups[choose]) and _has_pairs(groups[see])):
        return None
    return LabelParts(groups=groups, labelled=labelled, choose=choose, see=see, names=names, how=how)


def _has_pairs(groups: RowArray) -> bool:
    return len(np.unique(groups)) < len(groups)


@dataclass(frozen=True, eq=False, kw_only=True)
class PartScores:
    """Scores on the part that chooses and on the part that is seen."""

    choose: SettingScores
    see: SettingScores

    def __iter__(self) -> Iterator[SettingScores]:
        return iter((self.choose, self.see))


@dataclass(frozen=True, kw_only=True)
class PartFigures:
    """One setting, measured on both parts."""

    choose: SettingFigures
    see: SettingFigures


def sureness_curves(scored: Neighbours, parts: LabelParts) -> PartScores:
    """Score every least probability of `SURE_STEPS`.

    Parameters
    ----------
    scored
        Every candidate pair at the distance 1 - probability (see `score_catalogue`).
    parts
        The labelled listings.
    """
    return _along(parts.known_neighbours(scored), parts, np.round(1.0 - SURE_STEPS, DISTANCE_DECIMALS))


def sureness_figures(scored: Neighbours, least: float, parts: LabelParts) -> PartFigures:
    """Measure one least probability, with intervals."""
    return _figures(keep_within(parts.known_neighbours(scored), round(1.0 - least, DISTANCE_DECIMALS)), parts)


def distance_curves(found: DistancePairs, side: str, parts: LabelParts) -> PartScores:
    """Score the distances of one side, ``"photo"`` or ``"title"``, that alone decides."""
    near = parts.known_neighbours(found.pairs.by_side(side))
    return _along(near, parts, found.steps(side, CURVE_STEPS + 1))


def distance_surface(found: DistancePairs, parts: LabelParts) -> PartScores:
    """Score every combination of `SURFACE_STEPS` photo and as many title thresholds, either of which accepts a pair."""
    known = parts.known(found.pairs)
    photo, title = found.steps("photo", SURFACE_STEPS), found.steps("title", SURFACE_STEPS)
    choose, see = (
        scores_on_surface(known, parts.groups, rows, photo_thresholds=photo, title_thresholds=title)
        for rows in (parts.choose, parts.see)
    )
    return PartScores(choose=choose, see=see)


def distance_scores(found: DistancePairs, thresholds: Thresholds, parts: LabelParts) -> PartScores:
    """Score one photo and one title threshold; arrays of shape (1,)."""
    return _along(parts.known(found.pairs).matches(thresholds.photo, thresholds.title), parts, np.zeros(1))


def distance_figures(found: DistancePairs, thresholds: Thresholds, parts: LabelParts) -> PartFigures:
    """Measure one photo and one title threshold, with intervals."""
    return _figures(parts.known(found.pairs).matches(thresholds.photo, thresholds.title), parts)


def _along(near: Neighbours, parts: LabelParts, distances: FloatArray) -> PartScores:
    """Scores of both parts at distances."""
    choose, see = (
        scores_along(query_part(near, rows), parts.groups, rows, distances) for rows in (parts.choose, parts.see)
    )
    return PartScores(choose=choose, see=see)


def _figures(matches: Neighbours, parts: LabelParts) -> PartFigures:
    choose, see = (measure_setting(query_part(matches, rows), parts.groups, rows) for rows in (parts.choose, parts.see))
    return PartFigures(choose=choose, see=see)
