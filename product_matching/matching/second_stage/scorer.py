"""The pair scorer: trained trees with everything that they were trained for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage.candidate_pairs import CandidatePairs, PreparedCatalogue
from product_matching.matching.second_stage.listing_data import TITLE_SIDES, DenseSide
from product_matching.matching.second_stage.score_blending import blend_by_score
from product_matching.matching.second_stage.trees import BoostedTrees
from product_matching.search.neighbours import FloatArray

#: How many reasons are named for a pair.
_REASONS = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class PairScorer:
    """A trained second stage.

    Attributes
    ----------
    trees
        The classifier.
    names
        The pair features that it takes, in order.
    dense
        The dense vectors that it needs beside titles.
    rules
        The chain that its features come from.
    blend
        Threshold of the blending by score; None for none.
    threshold
        Largest accepted distance of a match, 1 - score.
    n, protocol
        Size of the catalogue that it was tuned on, and how.
    f1
        Mean F1 there, on pairs that the trees were not trained on.
    """

    trees: BoostedTrees
    names: tuple[str, ...]
    dense: tuple[DenseSide, ...]
    rules: VectorRules
    blend: float | None
    threshold: float
    n: int
    protocol: str
    f1: float

    @property
    def sides(self) -> tuple[str, ...]:
        """Names of everything that it compares."""
        return (*TITLE_SIDES, *(side.name for side in self.dense))

    def pair_probabilities(self, candidates: CandidatePairs) -> FloatArray:
        """Probability of the same product for each candidate pair, the same in both directions; shape (P,)."""
        return candidates.pairs.symmetric(self.probabilities(candidates.features, candidates.names))

    def probabilities(self, features: npt.NDArray[np.floating], names: list[str]) -> FloatArray:
        """Probability of the same product for pairs by their features, in one direction, before blending; shape (P,).

        Raises
        ------
        InputError
            The features are others than those that it was trained on.
        """
        if tuple(names) != self.names:
            odd = sorted(set(names) ^ set(self.names))
            raise InputError(f"The pair scorer was trained on other features: {', '.join(odd) or 'another order'}.")
        return self.trees.probabilities(features)

    def reasons(self, features: npt.NDArray[np.floating]) -> list[list[tuple[str, float]]]:
        """Name the three features that moved each pair's log odds most, with how far; shape of features (P, F)."""
        contributions = self.trees.contributions(features)
        order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :_REASONS]
        return [[(self.names[f], float(row[f])) for f in top] for row, top in zip(contributions, order, strict=True)]


def final_scores(
    catalogue: PreparedCatalogue, candidates: CandidatePairs, probabilities: FloatArray, blend: float | None
) -> FloatArray:
    """Scores of the candidate pairs after blending, if there is any; shape (P,)."""
    if blend is None:
        return probabilities
    return blend_by_score(catalogue.listings.views["averaged"], candidates.pairs, probabilities, blend)
