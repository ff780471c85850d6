"""What the page draws from: scores or distances of all pairs of a catalogue, and the curves of a labelled one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.resources import BY_CONTENT
from product_matching.matching.bands import DOUBTFUL_SHARE, BandCounts, Bands, ProbablePairs
from product_matching.matching.decisions import PairDecisions
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import Progress
from product_matching.search.neighbours import FloatArray, Neighbours
from product_matching.store.bundle import Bundle
from product_matching.workflows.distance_pairs import DistancePairs, distance_pairs
from product_matching.workflows.threshold_curves import (
    SURE_STEPS,
    LabelParts,
    PartFigures,
    PartScores,
    distance_curves,
    distance_figures,
    distance_scores,
    distance_surface,
    label_parts,
    sureness_curves,
    sureness_figures,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class SureBoard:
    """A catalogue whose pairs are scored.

    Attributes
    ----------
    scored
        Every scored pair at the distance 1 - probability.
    pairs
        Each of them once.
    surest
        Probability of each listing's most probable pair, 0 without one; shape (N,).
    parts, curves
        Of a labelled catalogue; else None.
    """

    scored: Neighbours
    pairs: ProbablePairs
    surest: FloatArray
    parts: LabelParts | None
    curves: PartScores | None

    def bands(self, least: float, reject: float) -> BandCounts:
        """Pairs that are accepted from a probability on, in doubt below it, and below an edge of doubt."""
        return self.pairs.count(Bands(accept=least, reject=min(reject, least)))

    def touched(self, least: float) -> int:
        """Listings with a match from a probability on."""
        return int((self.surest >= least).sum())

    def expected_precision(self, least: float) -> float:
        """Mean probability of the accepted pairs; NaN where there are none."""
        counts = self.bands(least, least)
        return 1.0 - counts.expected_wrong / counts.accepted if counts.accepted else np.nan


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CONTENT)
def parts_of(bundle: Bundle) -> LabelParts | None:
    """The labelled listings of a catalogue in two parts."""
    return label_parts(bundle)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
def sure_board(bundle: Bundle, version: str, _scored: Neighbours) -> SureBoard:
    """Prepare the scores of a catalogue, once for all sessions; `version` names the pair scorer."""
    pairs, parts = ProbablePairs.of(_scored), parts_of(bundle)
    surest = np.zeros(len(bundle))
    np.maximum.at(surest, pairs.first, pairs.probability)
    np.maximum.at(surest, pairs.second, pairs.probability)
    return SureBoard(
        scored=_scored,
        pairs=pairs,
        surest=surest,
        parts=parts,
        curves=None if parts is None else sureness_curves(_scored, parts),
    )


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_CONTENT)
def sure_figures(bundle: Bundle, version: str, least: float, _board: SureBoard) -> PartFigures | None:
    """Measure one least probability with intervals; None without labels."""
    return None if _board.parts is None else sureness_figures(_board.scored, least, _board.parts)


@dataclass(frozen=True, eq=False, kw_only=True)
class DistanceBoard:
    """A catalogue whose pairs are measured.

    Attributes
    ----------
    found
        The pairs.
    parts, curves, surface
        Of a labelled catalogue, `curves` by side; `surface` only where it has both sides.
    """

    found: DistancePairs
    parts: LabelParts | None
    curves: dict[str, PartScores]
    surface: PartScores | None

    @property
    def sides(self) -> list[str]:
        """The sides that the catalogue has."""
        return [side for side in ("photo", "title") if self.found.largest(side) is not None]

    def within(self, thresholds: Thresholds) -> npt.NDArray[np.bool_]:
        """Which pairs are matches; shape (P,)."""
        return self.found.pairs.within(thresholds.photo, thresholds.title)

    def to_review(self, thresholds: Thresholds, decisions: PairDecisions, n: int) -> int:
        """Undecided matches that no side accepts at less than `DOUBTFUL_SHARE` of its threshold, as Review asks them.

        `n` is the number of listings.
        """
        pairs = self.found.pairs
        sides = [None if each is None else DOUBTFUL_SHARE * each for each in (thresholds.photo, thresholds.title)]
        doubtful = np.flatnonzero(self.within(thresholds) & ~pairs.within(*sides))
        if not len(decisions):
            return len(doubtful)
        return int((~decisions.settled(pairs.first[doubtful], pairs.second[doubtful], n)).sum())

    def touched(self, near: npt.NDArray[np.bool_]) -> int:
        """Listings in the pairs of a mask."""
        pairs = self.found.pairs
        return len(np.unique(np.concatenate([pairs.first[near], pairs.second[near]])))


def measure_distances(bundle: Bundle, progress: Progress) -> DistanceBoard:
    """Find and measure the pairs of a catalogue; for a job.

    Raises
    ------
    InputError
        The vectors cannot be used.
    Cancelled
        The job was cancelled.
    """
    found, parts = distance_pairs(bundle, progress=progress), label_parts(bundle)
    progress.begin("drawing the curves", 0)
    sides = [side for side in ("photo", "title") if found.largest(side) is not None]
    curves = {} if parts is None else {side: distance_curves(found, side, parts) for side in sides}
    surface = distance_surface(found, parts) if parts is not None and len(sides) == 2 else None
    return DistanceBoard(found=found, parts=parts, curves=curves, surface=surface)


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs=BY_CONTENT)
def measured_distances(
    bundle: Bundle, photo: float | None, title: float | None, _board: DistanceBoard
) -> PartFigures | None:
    """Measure one photo and one title threshold with intervals; None without labels."""
    if _board.parts is None:
        return None
    return distance_figures(_board.found, Thresholds(photo, title), _board.parts)


@st.cache_data(max_entries=512, show_spinner=False, hash_funcs=BY_CONTENT)
def scored_distances(
    bundle: Bundle, photo: float | None, title: float | None, _board: DistanceBoard
) -> PartScores | None:
    """Score one photo and one title threshold, without intervals; None without labels."""
    if _board.parts is None:
        return None
    return distance_scores(_board.found, Thresholds(photo, title), _board.parts)


def best_sure(curves: PartScores) -> int:
    """The percentage with the best mean F1 on the part that chooses."""
    return percent_at(curves.choose.best())


def sure_with_precision(curves: PartScores, precision: float) -> int | None:
    """The least percentage from which on every higher one has a precision on the part that chooses."""
    right = curves.choose.precision
    short = np.flatnonzero(~((right >= precision) | np.isnan(right)))
    place = int(short[-1]) + 1 if len(short) else 0
    if place >= len(right) or np.isnan(right[place]):
        return None
    return percent_at(place)


def percent_at(place: int) -> int:
    """The percentage at a place of the curves."""
    return round(100 * float(SURE_STEPS[place]))
