"""What the sliders decide: which candidates are matches, which come next, and whether there can be more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.matching.candidates import Candidates, Thresholds, by_photo, by_title, is_match


@dataclass(frozen=True, eq=False)
class Decision:
    """The candidates of a query, divided by two thresholds.

    Attributes
    ----------
    matches
        At a threshold or nearer, nearest first.
    beyond
        The other candidates that have anything in common with the query, the one that a raised threshold lets in
        first coming first.
    n_photo, n_title, n_both
        Matches by photo, by title, and by both.
    at_least
        Whether there can be more matches than were retrieved.
    """

    matches: Candidates
    beyond: Candidates
    n_photo: int
    n_title: int
    n_both: int
    at_least: bool


def decide(candidates: Candidates, thresholds: Thresholds, *, retrieved: int) -> Decision:
    """Divide the candidates by the thresholds.

    Parameters
    ----------
    candidates
        The nearest by photo and the nearest by title.
    thresholds
        Largest accepted distances.
    retrieved
        How many were retrieved per side: as many matches by one side mean that there can be more.
    """
    photo, title = by_photo(candidates, thresholds), by_title(candidates, thresholds)
    matches = is_match(candidates, thresholds)
    left = np.flatnonzero(~matches)
    gaps = beyond_by(candidates, thresholds)[left]
    left = left[np.isfinite(gaps)][np.argsort(gaps[np.isfinite(gaps)], kind="stable")]
    return Decision(
        candidates.take(matches),
        candidates.take(left),
        int(photo.sum()),
        int(title.sum()),
        int((photo & title).sum()),
        bool(max(photo.sum(), title.sum()) >= retrieved),
    )


def beyond_by(candidates: Candidates, thresholds: Thresholds) -> npt.NDArray[np.float64]:
    """How far each candidate is beyond its nearer threshold; infinite where it has nothing in common with the query."""
    sides = ((candidates.photo, thresholds.photo), (candidates.title, thresholds.title))
    gaps = np.full(len(candidates), np.inf)
    for distances, threshold in sides:
        if threshold is not None:
            gap = np.where(np.isnan(distances) | (distances >= 1), np.inf, distances - threshold)
            gaps = np.minimum(gaps, gap)
    return gaps
