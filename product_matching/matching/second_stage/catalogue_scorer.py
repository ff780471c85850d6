"""A pair scorer prepared for one catalogue: its pairs are scored once, and every question reads these scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.matching.second_stage.candidate_pairs import (
    CandidatePairs,
    PreparedCatalogue,
    find_candidate_pairs,
)
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.pair_features import pair_features
from product_matching.matching.second_stage.query_features import add_query, likely_candidates
from product_matching.matching.second_stage.score_blending import blend_query, sum_by_score, sure_scores
from product_matching.matching.second_stage.scorer import PairScorer, final_scores
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, Neighbours, RowArray, to_distance

#: Candidates beyond the threshold that have reasons.
REASONS_BEYOND = 12


@dataclass(frozen=True)
class Prediction:
    """The prediction of the second stage for one candidate.

    Attributes
    ----------
    row
        The candidate.
    score
        How surely it is the same product as the query, from 0 to 1, rounded as distances are.
    is_match
        Whether 1 - score is at most the scorer's threshold.
    reasons
        The features that moved the log odds most, with how far; positive speaks for the same product. Matches have
        them, and the few others with the highest scores: they take longer than the score.
    """

    row: int
    score: float
    is_match: bool
    reasons: tuple[tuple[str, float], ...]


class CatalogueScorer:
    """A pair scorer with all scores of one catalogue; read-only once made, so threads can share it.

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
        candidates = find_candidate_pairs(catalogue) if candidates is None else candidates
        pairs, blend = candidates.pairs, scorer.blend
        probabilities = scorer.pair_probabilities(candidates)
        self._neighbours = pairs.to_neighbours(final_scores(catalogue, candidates, probabilities, blend))
        averaged = catalogue.listings.views["averaged"]
        self._sums = None if blend is None else sum_by_score(averaged, pairs, probabilities, blend)

    @property
    def threshold(self) -> float:
        """Largest accepted distance, 1 - score, of a match."""
        return self.scorer.threshold

    def match_all(self) -> Neighbours:
        """Every candidate pair at the distance 1 - score, each listing its own nearest; not cut at the threshold."""
        return self._neighbours

    def predict_row(self, row: int) -> list[Prediction]:
        """Predictions for every candidate of a listing of the catalogue, highest score first."""
        rows, distances = self._neighbours.of(row)
        rows, distances = rows[rows != row], distances[rows != row]
        features = pair_features(self._catalogue.listings, np.full(len(rows), row), rows)[0]
        return self._predictions(rows, distances, features)

    def predict_query(self, query: ListingData) -> list[Prediction]:
        """Predictions for every candidate of a query that is not in the catalogue, highest score first.

        Parameters
        ----------
        query
            One listing, with the sides that the scorer needs.
        """
        queried = add_query(self._catalogue, query)
        kept = np.flatnonzero(likely_candidates(queried))
        own = np.full(len(kept), len(queried.rows))
        forward, names = pair_features(queried.listings, own, kept)
        backward = pair_features(queried.listings, kept, own)[0]
        scores = (self.scorer.probabilities(forward, names) + self.scorer.probabilities(backward, names)) / 2
        rows = queried.rows[kept]
        if self.scorer.blend is not None and self._sums is not None:
            averaged = queried.listings.views["averaged"]
            sure = sure_scores(scores, self.scorer.blend)
            scores = blend_query(averaged[len(queried.rows)], averaged[kept], self._sums[rows], sure)
        distances = to_distance(scores)
        order = np.lexsort((rows, distances))
        return self._predictions(rows[order], distances[order], forward[order])

    def _predictions(
        self, rows: RowArray, distances: FloatArray, features: npt.NDArray[np.float32]
    ) -> list[Prediction]:
        scores = np.round(1.0 - distances, DISTANCE_DECIMALS).tolist()
        matches = distances <= self.threshold
        reasons = self.scorer.reasons(features[: int(matches.sum()) + REASONS_BEYOND])
        reasons += [[]] * (len(rows) - len(reasons))
        predictions = zip(rows.tolist(), scores, matches.tolist(), reasons, strict=True)
        return [Prediction(row, score, match, tuple(why)) for row, score, match, why in predictions]
