"""The candidate pairs of a catalogue, with the features of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from product_matching.matching.chain import VectorRules
from product_matching.matching.second_stage.feature_sides import PHOTO, TITLE
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.listing_features import (
    WORD_WEIGHT,
    ChainResult,
    ListingFeatures,
    TitleEncoders,
    describe_listings,
    run_chain,
)
from product_matching.matching.second_stage.pair_features import features_in_blocks, mirrored, row_products
from product_matching.matching.second_stage.pairs import Pairs
from product_matching.matching.second_stage.split_vectors import SplitVectors
from product_matching.search.joins.phashes import hash_bits
from product_matching.search.joins.recorded import Recording
from product_matching.search.neighbours import RowArray, keep_nearest

#: Similarities from which a near pair is a candidate; below both, and with other photos, it is none.
FINAL_FLOOR, AVERAGED_FLOOR = 0.5, 0.25
#: Similarities by photo and by title alone from which a near pair is a candidate.
PHOTO_FLOOR, TITLE_FLOOR = 0.35, 0.3
#: Nearest listings, the listing itself among them, by the vectors after and before the chain.
NEAR_FINAL, NEAR_PLAIN = 41, 31
#: pHash bits up to which a near pair is a candidate whatever its titles.
NEAR_BITS = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class PreparedCatalogue:
    """A catalogue taken through the chain of rules, with what is known of each listing.

    Attributes
    ----------
    data
        The listings.
    encoders
        Words and trigrams.
    rules
        The chain.
    chain
        What it made of the vectors.
    listings
        What the features of a pair are computed from.
    """

    data: ListingData
    encoders: TitleEncoders
    rules: VectorRules
    chain: ChainResult
    listings: ListingFeatures

    @classmethod
    def of(
        cls,
        data: ListingData,
        rules: VectorRules,
        background: Sequence[str] | None = None,
        joins: Recording | None = None,
    ) -> PreparedCatalogue:
        """Prepare a catalogue.

        Parameters
        ----------
        data, rules
            The listings, and the chain of rules on their vectors.
        background
            Titles on which words are weighed, by default the catalogue's own.
        joins
            What the joins of the same catalogue under the same rules found before; it records what they find.
        """
        encoders = TitleEncoders.fit(data.titles if background is None else background)
        chain = run_chain(data, encoders, rules, joins)
        listings = describe_listings(data, encoders, chain)
        return cls(data=data, encoders=encoders, rules=rules, chain=chain, listings=listings)

    @cached_property
    def fused(self) -> SplitVectors:
        """Vectors of all sides together, as they entered the chain."""
        return self._split(self.chain.fused)

    @cached_property
    def steps(self) -> tuple[SplitVectors, ...]:
        """Vectors after each step of the chain; see `Stages.steps`."""
        return tuple(self._split(step) for step in self.chain.stages.steps)

    def _split(self, rows: csr_matrix) -> SplitVectors:
        return SplitVectors.of(rows, sum(vectors.shape[1] for vectors in self.data.dense.values()))

    def by_side(self, side: str) -> PreparedCatalogue:
        """The same catalogue as if its listings had only one of the sides that are compared alone, and no print."""
        compared = {one: has if one == side else np.zeros_like(has) for one, has in self.listings.compared.items()}
        return replace(self, listings=replace(self.listings, compared=compared, printed=None))


@dataclass(frozen=True, eq=False)
class CandidatePairs:
    """Candidate pairs of a catalogue with their features.

    Attributes
    ----------
    pairs
        The candidates, both directions.
    features
        Shape (P, F), float32.
    names
        Name of each feature.
    """

    pairs: Pairs
    features: npt.NDArray[np.float32]
    names: list[str]

    def take(self, kept: npt.NDArray[np.bool_]) -> CandidatePairs:
        """Keep the pairs of a mask that treats both directions alike; shape (P,)."""
        return CandidatePairs(self.pairs.take(kept), self.features[kept], self.names)


def find_candidate_pairs(catalogue: PreparedCatalogue) -> CandidatePairs:
    """Choose the pairs of a catalogue that are worth scoring, and compute their features."""
    pairs = near_pairs(catalogue)
    once = pairs.once()
    likely = np.empty(len(pairs), dtype=np.bool_)
    likely[once] = is_likely(catalogue.listings, pairs.first[once], pairs.second[once])
    likely[pairs.reverse()[once]] = likely[once]
    pairs = pairs.take(likely)
    once = pairs.once()
    half, names = features_in_blocks(catalogue.listings, pairs.first[once], pairs.second[once])
    features = np.empty((len(pairs), len(names)), dtype=np.float32)
    features[once] = half
    features[pairs.reverse()[once]] = half[:, mirrored(names)]
    return CandidatePairs(pairs, features, names)


def near_pairs(catalogue: PreparedCatalogue) -> Pairs:
    """Every pair of which one listing is among the nearest of the other, by any of the comparisons."""
    stages, near_duplicates = catalogue.chain.stages, catalogue.chain.near_duplicates
    sides = compared_sides(catalogue.listings)
    found = [keep_nearest(catalogue.chain.single[side].plain, NEAR_FINAL) for side in sides]
    if len(sides) != 1:
        found += [keep_nearest(stages.near, NEAR_FINAL), keep_nearest(stages.plain, NEAR_PLAIN)]
    if near_duplicates is not None and sides != [TITLE]:
        found.append(near_duplicates)
    return Pairs.of(*found)


def compared_sides(listings: ListingFeatures) -> list[str]:
    """The sides that are compared alone and that any listing has; empty where all are compared together only."""
    return [side for side, has in listings.compared.items() if has.any()]


def is_likely(
    listings: ListingFeatures, first: RowArray, second: RowArray, sides: Sequence[str] | None = None
) -> npt.NDArray[np.bool_]:
    """Whether near pairs are near enough to be candidates, by the given sides, or by those of the listings; (P,).

    Both directions of a pair have the same answer. The fastest comparison comes first, and the next one is asked for
    the pairs that are not near by it.
    """
    likely = np.zeros(len(first), dtype=np.bool_)
    for near in _comparisons(listings, compared_sides(listings) if sides is None else sides):
        left = np.flatnonzero(~likely)
        likely[left] = near(first[left], second[left])
    return likely


def _comparisons(
    listings: ListingFeatures, sides: Sequence[str]
) -> Iterator[Callable[[RowArray, RowArray], npt.NDArray[np.bool_]]]:
    """Each comparison by which a pair may be a candidate, as a function of its rows; fast ones first."""

    def reaching(floor: float, **weights: float) -> Callable[[RowArray, RowArray], npt.NDArray[np.bool_]]:
        def reaches(first: RowArray, second: RowArray) -> npt.NDArray[np.bool_]:
            parts = (weight * row_products(listings.views[name], first, second) for name, weight in weights.items())
            return sum(parts, np.zeros(len(first))) >= floor

        return reaches

    def same_photo(first: RowArray, second: RowArray) -> npt.NDArray[np.bool_]:
        both = listings.has_photo[first] & listings.has_photo[second]
        return both & (hash_bits(listings.hashes[first], listings.hashes[second]) <= NEAR_BITS)

    if sides != [TITLE]:
        yield same_photo
    if PHOTO in sides:
        yield reaching(PHOTO_FLOOR, photo=1.0)
    if TITLE in sides:
        yield reaching(TITLE_FLOOR, words=WORD_WEIGHT, trigrams=1 - WORD_WEIGHT)
    if len(sides) != 1:
        yield reaching(FINAL_FLOOR, final=1.0)
        yield reaching(AVERAGED_FLOOR, averaged=1.0)
