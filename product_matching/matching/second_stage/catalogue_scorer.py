"""A pair scorer prepared for one catalogue: a query is scored at once, all pairs of listings when asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from product_matching.matching.second_stage.candidate_pairs import (
    CandidatePairs,
    PreparedCatalogue,
    find_candidate_pairs,
    is_likely,
    near_pairs,
)
from product_matching.matching.second_stage.feature_sides import BOTH
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.listing_features import ListingFeatures
from product_matching.matching.second_stage.pair_features import pair_features
from product_matching.matching.second_stage.query_features import add_query, likely_candidates
from product_matching.matching.second_stage.score_blending import blend_query, sum_by_score, sure_scores
from product_matching.matching.second_stage.scorer import PairScorer, PairTable, ScoredPairs, comparisons, final_scores
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, Neighbours, RowArray, to_distance

#: Candidates beyond the threshold that have reasons.
REASONS_BEYOND = 6


@dataclass(frozen=True)
class Prediction:
    """The prediction of the second stage for one candidate.

    Attributes
    ----------
    row
        The candidate.
    score
        Probability that it is the same product as the query, from 0 to 1, rounded as distances are.
    is_match
        Whether 1 - score is at most the scorer's threshold.
    reasons
        The features that moved the log odds most, with how far; positive speaks for the same product. Matches have
        them, and the few others with the highest scores: they take longer than the score.
    compared
        The sides by which both were compared.
    """

    row: int
    score: float
    is_match: bool
    reasons: tuple[tuple[str, float], ...]
    compared: str = BOTH


class CatalogueScorer:
    """A pair scorer with a prepared catalogue; threads can share it.

    Parameters
    ----------
    scorer
        The trained second stage.
    catalogue
        The catalogue, prepared with the scorer's rules and with the sides that it needs.
    candidates
        Its candidate pairs, if they were computed already.
    """

    def __init__(
        self, scorer: PairScorer, catalogue: PreparedCatalogue, candidates: CandidatePairs | None = None
    ) -> None:
        self.scorer = scorer
        self._catalogue = catalogue
        self._candidates = candidates
        self._pairs = near_pairs(catalogue) if candidates is None else candidates.pairs
        self._lock = threading.Lock()
        self._scored: _ScoredCatalogue | None = None

    @property
    def threshold(self) -> float:
        """Largest accepted distance, 1 - score, of a match."""
        return self.scorer.threshold

    def of_listings(self, data: ListingData) -> CatalogueScorer:
        """The same scorer for other listings, among themselves; words are weighed on both catalogues together."""
        background = [*self._catalogue.data.titles, *data.titles]
        return CatalogueScorer(self.scorer, PreparedCatalogue.of(data, self.scorer.rules, background))

    def match_all(self, progress: Progress = NO_PROGRESS) -> Neighbours:
        """Every candidate pair at the distance 1 - score, each listing its own nearest; not cut at the threshold.

        Raises
        ------
        Cancelled
            The progress was cancelled.
        """
        return self._score_all(progress).neighbours

    def _score_all(self, progress: Progress = NO_PROGRESS) -> _ScoredCatalogue:
        with self._lock:
            if self._scored is None:
                candidates = self._candidates or find_candidate_pairs(self._catalogue)
                self._scored = _score_catalogue(self.scorer, self._catalogue, candidates, progress)
                self._candidates = None
            return self._scored

    def predict_row(self, row: int) -> list[Prediction]:
        """Predictions for every candidate of a listing of the catalogue, highest score first."""
        listings = self._catalogue.listings
        if self.scorer.blend is not None:
            rows, distances = self._score_all().neighbours.of(row)
            rows, distances = rows[rows != row], distances[rows != row]
            features, names = pair_features(listings, np.full(len(rows), row), rows)
            compared = comparisons(listings, np.full(len(rows), row), rows)
            scored = ScoredPairs(1.0 - distances, compared, features)
            return self._predictions(rows, distances, scored, names)
        near = self._pairs.of_row(row)
        own = np.full(len(near), row)
        near = near[is_likely(listings, own, near) | is_likely(listings, near, own)]
        return self._score(listings, np.full(len(near), row), near, near)

    def predict_query(self, query: ListingData) -> list[Prediction]:
        """Predictions for every candidate of a query that is not in the catalogue, highest score first.

        Parameters
        ----------
        query
            One listing, with the sides that the scorer needs; where it compares single sides, one of them may be
            missing (see `query_features.add_query`).
        """
        queried = add_query(self._catalogue, query)
        kept = np.flatnonzero(likely_candidates(queried))
        own = np.full(len(kept), len(queried.rows))
        blend = self.scorer.blend
        if blend is None:
            return self._score(queried.listings, own, kept, queried.rows[kept])
        scored, names = self._score_pairs(queried.listings, own, kept)
        rows, averaged = queried.rows[kept], queried.listings.views["averaged"]
        sure = sure_scores(scored.probabilities, blend)
        scores = blend_query(averaged[len(queried.rows)], averaged[kept], self._score_all().sums[rows], sure)
        return self._in_order(rows, to_distance(scores), scored, names)

    def _score(self, listings: ListingFeatures, first: RowArray, second: RowArray, rows: RowArray) -> list[Prediction]:
        """Score pairs of some listings, of which the second are these rows of the catalogue."""
        scored, names = self._score_pairs(listings, first, second)
        return self._in_order(rows, to_distance(scored.probabilities), scored, names)

    def _score_pairs(
        self, listings: ListingFeatures, first: RowArray, second: RowArray
    ) -> tuple[ScoredPairs, list[str]]:
        kinds = set(comparisons(listings, first, second).tolist()) - {""}
        comparison = kinds.pop() if len(kinds) == 1 else BOTH
        features, names = pair_features(listings, first, second, comparison)
        table = PairTable(first, second, features, names)
        return self.scorer.score(listings, table, n=len(self._catalogue.data)), names

    def _in_order(
        self, rows: RowArray, distances: FloatArray, scored: ScoredPairs, names: list[str]
    ) -> list[Prediction]:
        order = np.lexsort((rows, distances))
        ordered = ScoredPairs(scored.probabilities[order], scored.compared[order], scored.features[order])
        return self._predictions(rows[order], distances[order], ordered, names)

    def _predictions(
        self, rows: RowArray, distances: FloatArray, scored: ScoredPairs, names: list[str]
    ) -> list[Prediction]:
        scores = np.round(1.0 - distances, DISTANCE_DECIMALS).tolist()
        matches = distances <= self.threshold
        explained = np.arange(min(len(rows), int(matches.sum()) + REASONS_BEYOND))
        reasons = self.scorer.reasons(scored, explained, names)
        reasons += [[]] * (len(rows) - len(reasons))
        predictions = zip(rows.tolist(), scores, matches.tolist(), reasons, scored.compared.tolist(), strict=True)
        return [Prediction(row, score, match, tuple(why), sides) for row, score, match, why, sides in predictions]


@dataclass(frozen=True, eq=False)
class _ScoredCatalogue:
    """All scores of a catalogue, and what blends a query with its listings."""

    neighbours: Neighbours
    sums: Any


def _score_catalogue(
    scorer: PairScorer, catalogue: PreparedCatalogue, candidates: CandidatePairs, progress: Progress
) -> _ScoredCatalogue:
    pairs, blend = candidates.pairs, scorer.blend
    probabilities = scorer.pair_probabilities(catalogue.listings, candidates, progress=progress)
    scores = final_scores(catalogue, candidates, probabilities, blend)
    averaged = catalogue.listings.views["averaged"]
    sums = None if blend is None else sum_by_score(averaged, pairs, probabilities, blend)
    return _ScoredCatalogue(pairs.to_neighbours(scores), sums)
