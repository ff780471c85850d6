"""Labelled candidate pairs of a catalogue as examples for training and tuning, by the sides that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from product_matching.matching.print_features import PRINT_FEATURES
from product_matching.matching.second_stage.candidate_pairs import (
    NEAR_FINAL,
    CandidatePairs,
    PreparedCatalogue,
    find_candidate_pairs,
)
from product_matching.matching.second_stage.feature_sides import BOTH, PHOTO, features_for
from product_matching.matching.second_stage.pair_features import one_way_print
from product_matching.matching.second_stage.pairs import Pairs
from product_matching.matching.second_stage.trees import BoostedTrees
from product_matching.matching.second_stage.verified_photos import in_grey_band, near_by_photo, verify_photos
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import FloatArray, RowArray

_SEED = 20261126
Table = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Examples:
    """The pairs of a labelled catalogue that are compared by some sides.

    Attributes
    ----------
    pairs
        P pairs, both directions.
    labels
        Number of each listing's label group, shape (N,).
    same
        Whether each pair is truly one product; shape (P,).
    names
        The F features.
    tables
        Features of the pairs, shape (P, F), once or more: without and with the geometry of near photos, and each time
        without the print of half of the pairs, as a pair scorer meets them.
    plain, verified
        Features as a scorer without print has them, without and with geometry; `verified` is None without keypoints.
    near
        Which pairs are near enough by photo to be verified; shape (P,).
    """

    pairs: Pairs
    labels: RowArray
    same: Mask
    names: tuple[str, ...]
    tables: tuple[Table, ...]
    plain: Table
    verified: Table | None
    near: Mask

    def score(self, trees: BoostedTrees) -> FloatArray:
        """Scores by some trees in one direction, as `PairScorer.score` gives them before calibration; shape (P,)."""
        scores = trees.probabilities(self.plain)
        if self.verified is None:
            return scores
        doubtful = self.near & in_grey_band(self.pairs.symmetric(scores))
        scores[doubtful] = trees.probabilities(self.verified[doubtful])
        return scores


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelledCatalogue:
    """A prepared catalogue with its candidate pairs and its labels.

    Attributes
    ----------
    catalogue, candidates
        The catalogue and its pairs.
    labels
        Number of each listing's label group, shape (N,).
    progress
        Shows the verification of photos.
    """

    catalogue: PreparedCatalogue
    candidates: CandidatePairs
    labels: RowArray
    progress: Progress = NO_PROGRESS

    @classmethod
    def of(cls, catalogue: PreparedCatalogue, labels: RowArray, progress: Progress = NO_PROGRESS) -> LabelledCatalogue:
        """Find the candidate pairs of a catalogue."""
        candidates = find_candidate_pairs(catalogue)
        return cls(catalogue=catalogue, candidates=candidates, labels=labels, progress=progress)

    @property
    def same(self) -> Mask:
        """Whether each candidate pair is truly one product."""
        pairs = self.candidates.pairs
        same: Mask = self.labels[pairs.first] == self.labels[pairs.second]
        return same

    def examples(self, comparison: str) -> Examples:
        """The pairs that a comparison by these sides would find, with the features that it has."""
        pairs, names = self.candidates.pairs, self.candidates.names
        kept = self._found_by(comparison)
        own = features_for(names, comparison)
        columns = [names.index(name) for name in own]
        verified, near = self._verified, self._near[kept]
        whole = [self.candidates.features] + ([] if verified is None else [verified])
        tables = tuple(self._with_print(table, comparison, number) for number, table in enumerate(whole))
        plain, *geometry = (self._without_print(table)[kept][:, columns] for table in whole)
        return Examples(
            pairs=pairs.take(kept),
            labels=self.labels,
            same=self.same[kept],
            names=own,
            tables=tuple(table[kept][:, columns] for table in tables),
            plain=plain,
            verified=geometry[0] if geometry else None,
            near=near,
        )

    def _found_by(self, comparison: str) -> Mask:
        """Which candidates have the sides, and are near by them: a comparison by one side finds no others."""
        pairs, listings = self.candidates.pairs, self.catalogue.listings
        if not listings.compared:
            return np.ones(len(pairs), dtype=np.bool_)
        sides = listings.compared if comparison == BOTH else (comparison,)
        found: Mask = np.logical_and.reduce(
            [listings.compared[side][pairs.first] & listings.compared[side][pairs.second] for side in sides]
        )
        if comparison != BOTH:
            columns = [
                self.candidates.names.index(f"rank of {comparison} alone, {whose}") for whose in ("own", "other")
            ]
            found &= self.candidates.features[:, columns].min(axis=1) < NEAR_FINAL
        return found

    @cached_property
    def _near(self) -> Mask:
        if self.catalogue.listings.keypoints is None:
            return np.zeros(len(self.candidates.pairs), dtype=np.bool_)
        return near_by_photo(self.candidates.features, self.candidates.names)

    @cached_property
    def _verified(self) -> Table | None:
        """The features of the candidates, those of near photos with geometry."""
        listings, pairs, near = self.catalogue.listings, self.candidates.pairs, self._near
        if listings.keypoints is None:
            return None
        verified = self.candidates.features.copy()
        verified[near] = verify_photos(
            listings,
            pairs.first[near],
            pairs.second[near],
            features=verified[near],
            names=self.candidates.names,
            progress=self.progress,
        )
        return verified

    def _without_print(self, table: Table) -> Table:
        if self.catalogue.listings.printed is None:
            return table
        bare = table.copy()
        bare[:, self._print_columns] = np.nan
        return bare

    def _with_print(self, table: Table, comparison: str, number: int) -> Table:
        """Features without the print of half of the pairs; by photo alone, print is that of one of both photos."""
        listings, pairs = self.catalogue.listings, self.candidates.pairs
        if listings.printed is None:
            return table
        low, high = np.minimum(pairs.first, pairs.second), np.maximum(pairs.first, pairs.second)
        drawn = np.random.default_rng(_SEED + number).random((2, len(pairs)))
        unordered = np.unique(low * pairs.n + high, return_inverse=True)[1]
        left_out, swapped = drawn[:, unordered] < 0.5
        changed = table.copy()
        if comparison == PHOTO:
            reader, other = np.where(swapped, high, low), np.where(swapped, low, high)
            changed[:, self._print_columns] = one_way_print(listings, reader, other)
        changed[np.ix_(left_out, self._print_columns)] = np.nan
        return changed

    @property
    def _print_columns(self) -> list[int]:
        return [self.candidates.names.index(name) for name in PRINT_FEATURES]
