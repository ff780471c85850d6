"""The pair scorer: trained trees with everything that they were trained for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.matching.calibration import Calibration
from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage.candidate_pairs import CandidatePairs, PreparedCatalogue
from product_matching.matching.second_stage.feature_sides import BOTH, PHOTO, TITLE
from product_matching.matching.second_stage.listing_data import TITLE_SIDES, DenseSide
from product_matching.matching.second_stage.listing_features import ListingFeatures
from product_matching.matching.second_stage.pair_features import mirrored
from product_matching.matching.second_stage.presets import Preset
from product_matching.matching.second_stage.score_blending import blend_by_score
from product_matching.matching.second_stage.trees import BoostedTrees
from product_matching.matching.second_stage.verified_photos import in_grey_band, near_by_photo, verify_photos
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, RowArray
from product_matching.search.threads import in_threads

#: How many reasons are named for a pair.
_REASONS = 3
#: Features that tell how much the others can be relied on, and nothing of the two listings.
_NO_REASONS = ("known share of print",)
#: Pairs that are scored at once.
_BLOCK_PAIRS = 10_000
Features = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class PairModel:
    """Trees for the pairs that are compared by the same sides.

    Attributes
    ----------
    trees
        The classifier.
    names
        The pair features that it takes, in order.
    calibration
        Turns its scores into probabilities.
    """

    trees: BoostedTrees
    names: tuple[str, ...]
    calibration: Calibration = field(default_factory=Calibration)

    def scores(self, features: Features, names: Sequence[str]) -> FloatArray:
        """Scores of pairs by their features, in one direction, before calibration; shape (P,).

        Raises
        ------
        InputError
            A feature that it takes is not there.
        """
        return self.trees.probabilities(self._own(features, names))

    def reasons(self, features: Features, names: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Name the three features that moved each pair's log odds most, with how far; features of shape (P, F).

        A feature that is missing is no reason, nor is one that tells of no likeness (`_NO_REASONS`): it stands at 0.
        """
        own = self._own(features, names)
        untold = np.isnan(own) | np.isin(self.names, _NO_REASONS)
        shares = np.where(untold, 0.0, self.trees.contributions(own))
        order = np.argsort(-np.abs(shares), axis=1, kind="stable")[:, :_REASONS]
        return [[(self.names[f], float(row[f])) for f in top] for row, top in zip(shares, order, strict=True)]

    def _own(self, features: Features, names: Sequence[str]) -> Features:
        if tuple(names) == self.names:
            return features
        place = {name: number for number, name in enumerate(names)}
        missing = [name for name in self.names if name not in place]
        if missing:
            raise InputError(f"The pair scorer was trained on other features, among them {missing[0]!r}.")
        return features[:, [place[name] for name in self.names]]


@dataclass(frozen=True, eq=False, kw_only=True)
class PairScorer:
    """A trained second stage.

    Attributes
    ----------
    models
        One for each comparison (see `feature_sides.COMPARISONS`): a scorer that compares photo vectors has one for
        pairs with both sides and for pairs that lack one; any other has ``"both"`` alone, for all sides together.
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
    presets
        Settings of the threshold with what they came to on validation; empty for a scorer without probabilities.
    catalogue_id
        The catalogue that it was tuned on; "" where it is not known.
    """

    models: Mapping[str, PairModel]
    dense: tuple[DenseSide, ...]
    rules: VectorRules
    blend: float | None
    threshold: float
    n: int
    protocol: str
    f1: float
    presets: tuple[Preset, ...] = ()
    catalogue_id: str = ""

    @property
    def sides(self) -> tuple[str, ...]:
        """Names of everything that it compares."""
        return (*TITLE_SIDES, *(side.name for side in self.dense))

    @property
    def least_probability(self) -> float:
        """The least score of a match."""
        return round(1 - self.threshold, DISTANCE_DECIMALS)

    @property
    def gives_probabilities(self) -> bool:
        """Whether its scores are calibrated probabilities."""
        return bool(self.presets)

    def pair_probabilities(
        self, listings: ListingFeatures, candidates: CandidatePairs, *, progress: Progress = NO_PROGRESS
    ) -> FloatArray:
        """Probability of the same product for each candidate pair, the same in both directions; shape (P,)."""
        pairs, once = candidates.pairs, candidates.pairs.once()
        table = PairTable(pairs.first[once], pairs.second[once], candidates.features[once], candidates.names)
        probabilities = np.empty(len(pairs))
        probabilities[once] = self.score(listings, table, n=pairs.n, progress=progress).probabilities
        probabilities[pairs.reverse()[once]] = probabilities[once]
        return probabilities

    def score(
        self, listings: ListingFeatures, table: PairTable, *, n: int, progress: Progress = NO_PROGRESS
    ) -> ScoredPairs:
        """Score pairs by the mean of both directions, then once more with the photos verified where it is doubtful.

        Parameters
        ----------
        listings
            What is known of the listings that the rows are of.
        table
            The P pairs with their features, without geometry.
        n
            Size of the catalogue.
        progress
            Shows the verification.
        """
        compared = comparisons(listings, table.first, table.second)
        features, names = table.features, table.names
        scores = self._mean(compared, features, names)
        if listings.keypoints is not None and (compared != TITLE).any():
            doubtful = in_grey_band(scores) & (compared != TITLE) & near_by_photo(features, names)
            rows = table.first[doubtful], table.second[doubtful]
            features = features.copy()
            features[doubtful] = verify_photos(
                listings, *rows, features=features[doubtful], names=names, progress=progress
            )
            scores[doubtful] = self._mean(compared[doubtful], features[doubtful], names)
        for comparison, model in self.models.items():
            of_kind = compared == comparison
            scores[of_kind] = model.calibration.apply(scores[of_kind], n)
        return ScoredPairs(scores, compared, features)

    def _mean(self, compared: npt.NDArray[np.str_], features: Features, names: Sequence[str]) -> FloatArray:
        """Mean score of both directions."""
        scores, mirror = np.zeros(len(features)), mirrored(names)
        for comparison, model in self.models.items():
            rows = np.flatnonzero(compared == comparison)
            blocks = [rows[start : start + _BLOCK_PAIRS] for start in range(0, len(rows), _BLOCK_PAIRS)]

            def both_ways(block: RowArray, model: PairModel = model) -> FloatArray:
                forward = features[block]
                both = model.scores(np.concatenate([forward, forward[:, mirror]]), names)
                mean: FloatArray = both.reshape(2, -1).mean(axis=0)
                return mean

            for block, mean in zip(blocks, in_threads(both_ways, blocks), strict=True):
                scores[block] = mean
        return scores

    def reasons(self, scored: ScoredPairs, rows: RowArray, names: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Name the features that moved each of some scored pairs most, with how far."""
        found: list[list[tuple[str, float]]] = [[] for _ in rows]
        for comparison, model in self.models.items():
            of_kind = np.flatnonzero(scored.compared[rows] == comparison)
            if not len(of_kind):
                continue
            for place, reasons in zip(of_kind, model.reasons(scored.features[rows[of_kind]], names), strict=True):
                found[place] = reasons
        return found


@dataclass(frozen=True, eq=False)
class PairTable:
    """Pairs of rows with their features.

    Attributes
    ----------
    first, second
        Shape (P,).
    features
        Shape (P, F).
    names
        The F names.
    """

    first: RowArray
    second: RowArray
    features: Features
    names: list[str]


@dataclass(frozen=True, eq=False)
class ScoredPairs:
    """Scored pairs.

    Attributes
    ----------
    probabilities
        Of the same product; shape (P,).
    compared
        The sides by which each pair was compared; shape (P,).
    features
        In the first direction, with geometry where photos were verified; shape (P, F).
    """

    probabilities: FloatArray
    compared: npt.NDArray[np.str_]
    features: Features


def comparisons(listings: ListingFeatures, first: RowArray, second: RowArray) -> npt.NDArray[np.str_]:
    """The sides by which each pair of rows can be compared; "" for none; shape (P,)."""
    if not listings.compared:
        return np.full(len(first), BOTH)
    there = {side: has[first] & has[second] for side, has in listings.compared.items()}
    photo, title = there[PHOTO], there[TITLE]
    return np.select([photo & title, photo, title], [BOTH, PHOTO, TITLE], default="")


def final_scores(
    catalogue: PreparedCatalogue, candidates: CandidatePairs, probabilities: FloatArray, blend: float | None
) -> FloatArray:
    """Scores of the candidate pairs after blending, if there is any; shape (P,)."""
    if blend is None:
        return probabilities
    return blend_by_score(catalogue.listings.views["averaged"], candidates.pairs, probabilities, blend)
