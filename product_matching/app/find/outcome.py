"""The outcome of a search by thresholds, rules or the pair scorer: which candidates match, and which come next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from product_matching.matching.candidates import Candidates, by_photo, by_title, matches_of_query
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds

if TYPE_CHECKING:
    from product_matching.app.find.query import Asked
    from product_matching.matching.second_stage.catalogue_scorer import Prediction


#: Up to this distance two photos are identical.
IDENTICAL = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """The candidates of a query, divided.

    Attributes
    ----------
    matches
        Nearest first; where the pair scorer decides, the highest score first.
    beyond
        The other candidates that have anything in common with the query, the one that a raised threshold accepts
        first coming first.
    n_photo, n_title, n_both
        Matches by photo, by title, and by both.
    n_joined
        Matches by neither, but by a person's decision.
    at_least
        Whether there can be more matches than were retrieved.
    predictions
        Prediction of the pair scorer for each row; None where it is off.
    """

    matches: Candidates
    beyond: Candidates
    n_photo: int
    n_title: int
    n_both: int
    at_least: bool
    predictions: dict[int, Prediction] | None = None
    n_joined: int = 0

    @property
    def n_by_rule(self) -> int:
        """Matches by neither distance alone, but by a rule."""
        return len(self.matches) - (self.n_photo + self.n_title - self.n_both) - self.n_joined

    def obeying(self, asked: Asked, candidates: Candidates, thresholds: Thresholds) -> Outcome:
        """The same under what people decided on the listing that is searched for.

        Listings that are the same come first among the matches, and those that are different are left out.

        Parameters
        ----------
        asked
            The query with the decisions.
        candidates
            All candidates, those that are the same by a decision among them.
        thresholds
            Those that decided; none where a pair scorer did.
        """
        row = asked.query.row
        if row is None or not len(asked.decisions):
            return self
        rows = asked.decisions.applied_to(row, self.matches.rows)
        places = {found: place for place, found in enumerate(candidates.rows.tolist())}
        matches = candidates.take(np.array([places[found] for found in rows.tolist()], dtype=np.int64))
        decided = np.array([*asked.joined, *asked.decisions.different_from(row)], dtype=np.int64)
        photo, title = by_photo(matches, thresholds), by_title(matches, thresholds)
        scored = self.predictions is not None
        return replace(
            self,
            matches=matches,
            beyond=self.beyond.take(~np.isin(self.beyond.rows, decided)),
            n_photo=int(photo.sum()),
            n_title=int(title.sum()),
            n_both=int((photo & title).sum()),
            n_joined=0 if scored else int((np.isin(matches.rows, asked.joined) & ~photo & ~title).sum()),
        )


def decide(candidates: Candidates, thresholds: Thresholds, rules: PairRules = NO_RULES, *, retrieved: int) -> Outcome:
    """Divide the candidates by thresholds and rules.

    Parameters
    ----------
    candidates
        The nearest by photo and the nearest by title.
    thresholds
        Largest accepted distances.
    rules
        Rules on pairs beside them.
    retrieved
        How many were retrieved per side: as many within the reach of one side mean that there can be more matches.
    """
    photo, title = by_photo(candidates, thresholds), by_title(candidates, thresholds)
    matches = matches_of_query(candidates, thresholds, rules)
    left = np.flatnonzero(~matches)
    gaps = beyond_by(candidates, thresholds)[left]
    left = left[np.isfinite(gaps)][np.argsort(gaps[np.isfinite(gaps)], kind="stable")]
    return Outcome(
        matches=candidates.take(matches).nearest_first(thresholds),
        beyond=candidates.take(left),
        n_photo=int((photo & matches).sum()),
        n_title=int((title & matches).sum()),
        n_both=int((photo & title & matches).sum()),
        at_least=_may_miss(candidates, thresholds, retrieved),
    )


def _may_miss(candidates: Candidates, thresholds: Thresholds, retrieved: int) -> bool:
    """Whether a side holds as many listings within its reach as were retrieved, so that more may lie within it."""
    sides = zip((candidates.photo, candidates.title), thresholds.reach(), strict=True)
    return any(limit is not None and (distances <= limit).sum() >= retrieved for distances, limit in sides)


def decide_by_scores(candidates: Candidates, predictions: Sequence[Prediction], least: float) -> Outcome:
    """Divide the candidates by the pair scorer, in order of its percentage, an identical photo first at the same one.

    Parameters
    ----------
    candidates
        Those that were scored, and then any others, which are neither matches nor beyond.
    predictions
        Of each that was scored, in the same order, highest score first.
    least
        Least score of a match.
    """
    order = _surest_first(candidates, predictions)
    matched = np.array([prediction.score >= least for prediction in predictions], dtype=np.bool_)[order]
    return Outcome(
        matches=candidates.take(order[matched]),
        beyond=candidates.take(order[~matched]),
        n_photo=0,
        n_title=0,
        n_both=0,
        at_least=False,
        predictions={prediction.row: prediction for prediction in predictions},
    )


def _surest_first(candidates: Candidates, predictions: Sequence[Prediction]) -> npt.NDArray[np.int64]:
    """Places of those with a prediction: by the percentage that is shown, then identical photos, then by score."""
    shown = np.array([np.floor(np.round(100 * prediction.score, 6)) for prediction in predictions])
    scores = np.array([prediction.score for prediction in predictions])
    identical = np.nan_to_num(candidates.photo[: len(predictions)], nan=np.inf) <= IDENTICAL
    return np.lexsort((-scores, ~identical, -shown)).astype(np.int64)


def beyond_by(candidates: Candidates, thresholds: Thresholds) -> npt.NDArray[np.float64]:
    """Excess of each candidate over its nearest threshold; infinite where nothing is in common with the query."""
    gaps = np.full(len(candidates), np.inf)
    for distances, threshold in candidates.deciding(thresholds):
        gap = np.where(np.isnan(distances) | (distances >= 1), np.inf, distances - threshold)
        gaps = np.minimum(gaps, gap)
    return gaps
