"""New listings checked against a catalogue in one go: each as `find` answers for it alone, and with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from product_matching.errors import InputError
from product_matching.matching.bands import DISTANCE_BANDS, Bands, as_levels
from product_matching.matching.catalogue_pairs import linkage_distances
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.neighbours import RowArray
from product_matching.workflows.each_other import compare_each_other, score_each_other
from product_matching.workflows.find import Finder, Query, default_thresholds, plain_value
from product_matching.workflows.new_listings import NewListing
from product_matching.workflows.score_pairs import check_query, predict

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer

#: Matches that are kept of each listing.
BEST = 5


class Proposal(StrEnum):
    """What is proposed for a new listing."""

    same = "same product"
    review = "to review"
    new = "new"
    unknown = "not compared"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A listing of the catalogue, or another new one, that may be the same product.

    Attributes
    ----------
    row
        Its row in the catalogue, or its place among the new listings.
    posting_id
        Its id.
    level
        Probability of the same product; where distances decide, 1 minus half the share that the distance is of its
        threshold, which is .5 at the threshold.
    photo_distance, title_distance
        Distances from the new listing; None where either has no such side, or for another new listing.
    by_probability
        Whether the level is a probability of the pair scorer.
    """

    row: int
    posting_id: str
    level: float
    photo_distance: float | None = None
    title_distance: float | None = None
    by_probability: bool

    def proposal(self, bands: Bands) -> Proposal:
        """The band that it is in; those of probabilities are given, those of distances fixed."""
        own = bands if self.by_probability else DISTANCE_BANDS
        if self.level >= own.accept:
            return Proposal.same
        return Proposal.review if self.level >= own.reject else Proposal.new


@dataclass(frozen=True, eq=False, kw_only=True)
class CheckedListing:
    """A new listing with what is like it.

    Attributes
    ----------
    listing
        The new listing.
    found
        The best listings of the catalogue, the best first.
    repeats
        Other new listings that may be the same product, the best first.
    listed_already
        Whether a listing of the catalogue has its `posting_id`.
    """

    listing: NewListing
    found: tuple[Found, ...]
    repeats: tuple[Found, ...]
    listed_already: bool = False

    def proposal(self, bands: Bands) -> Proposal:
        """What is proposed for it under some bands of probabilities: the band of its best match."""
        if not self.listing.searchable:
            return Proposal.unknown
        return self.found[0].proposal(bands) if self.found else Proposal.new

    def sure_repeats(self, bands: Bands) -> tuple[Found, ...]:
        """Other new listings that are accepted as the same product."""
        return tuple(each for each in self.repeats if each.proposal(bands) is Proposal.same)


def count_proposals(checked: Sequence[CheckedListing], bands: Bands) -> Mapping[Proposal, int]:
    """Count the listings by what is proposed; every proposal is there."""
    counted = Counter(each.proposal(bands) for each in checked)
    return {proposal: counted[proposal] for proposal in Proposal}


def check_listings(
    finder: Finder,
    new: Sequence[NewListing],
    *,
    prepared: CatalogueScorer | None = None,
    thresholds: Thresholds | None = None,
    rules: PairRules = NO_RULES,
    best: int = BEST,
    progress: Progress = NO_PROGRESS,
) -> list[CheckedListing]:
    """Find the best matches of new listings, and which of them repeat each other.

    A listing that lacks a side that the pair scorer cannot do without is decided by distances, as on the Find page.

    Parameters
    ----------
    finder
        The catalogue.
    new
        The new listings.
    prepared
        The pair scorer with the catalogue; None where distances decide.
    thresholds, rules
        What decides by distances; the bundle's own thresholds if they are None.
    best
        Matches that are kept of each listing.
    progress
        Shows both comparisons.

    Returns
    -------
    list of CheckedListing
        In the order of `new`, all of them.

    Raises
    ------
    Cancelled
        The progress was cancelled.
    """
    finder.load()
    checker = _Checker(
        finder=finder,
        prepared=prepared,
        thresholds=thresholds or default_thresholds(finder.bundle),
        rules=rules,
        best=best,
    )
    found = [checker.find(listing) for listing in track(progress, new, "checking listings", unit="listing")]
    repeats = checker.repeats(new, progress)
    known = set(checker.ids)
    return [
        CheckedListing(
            listing=listing,
            found=own,
            repeats=others,
            listed_already=listing.usable and listing.posting_id in known,
        )
        for listing, own, others in zip(new, found, repeats, strict=True)
    ]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Checker:
    """One catalogue and what decides."""

    finder: Finder
    prepared: CatalogueScorer | None
    thresholds: Thresholds
    rules: PairRules
    best: int

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the catalogue."""
        return [str(each) for each in self.finder.bundle.listings["posting_id"]]

    def find(self, listing: NewListing) -> tuple[Found, ...]:
        """The best listings of the catalogue for a new one."""
        query = listing.query
        if not listing.searchable:
            return ()
        if self.prepared is None or not _can_score(self.prepared, query):
            return self._by_distances(query)
        predictions = predict(self.prepared, query)[: self.best]
        rows = np.array([prediction.row for prediction in predictions], dtype=np.int64)
        return self._found(query, rows, [prediction.score for prediction in predictions], by_probability=True)

    def _by_distances(self, query: Query) -> tuple[Found, ...]:
        """The matches of a query, and if they are fewer than wanted the nearest beyond."""
        finder, thresholds = self.finder, self.thresholds
        matches = finder.matches(query, thresholds, self.rules).rows
        near = finder.candidates(query, self.best).nearest_first(thresholds).rows
        rows = np.concatenate([matches, near[~np.isin(near, matches)]])[: self.best]
        shares = linkage_distances(finder.compare(query, finder.measure(query, rows)), thresholds, self.rules)
        matched = np.arange(len(rows)) < len(matches)  # the rule on the nearest accepts one beyond its threshold
        levels = as_levels(np.where(matched, np.minimum(shares, 1.0), shares))
        return self._found(query, rows, levels.tolist(), by_probability=False)

    def _found(
        self, query: Query, rows: RowArray, levels: Sequence[float], *, by_probability: bool
    ) -> tuple[Found, ...]:
        measured = self.finder.measure(query, rows)
        return tuple(
            Found(
                row=row,
                posting_id=self.ids[row],
                level=level,
                photo_distance=plain_value(measured.photo[place]),
                title_distance=plain_value(measured.title[place]),
                by_probability=by_probability,
            )
            for place, (row, level) in enumerate(zip(rows.tolist(), levels, strict=True))
        )

    def repeats(self, new: Sequence[NewListing], progress: Progress) -> list[tuple[Found, ...]]:
        """Other new listings that are like each one, the best first."""
        places = [place for place, each in enumerate(new) if each.query.photo is not None or each.query.text]
        queries = [new[place].query for place in places]
        found: list[tuple[Found, ...]] = [()] * len(new)
        if len(queries) < 2:
            return found
        prepared = self.prepared
        by_scorer = prepared is not None and all(_can_score(prepared, query) for query in queries)
        if prepared is not None and by_scorer:
            near = score_each_other(prepared, queries, progress)
        else:
            near = compare_each_other(self.finder, queries, self.thresholds, self.rules, progress=progress)
        for own, place in enumerate(places):
            rows, levels = near.of(own)
            pairs = zip(rows.tolist(), levels.tolist(), strict=True)
            others = [(places[row], level) for row, level in pairs if row != own]
            found[place] = tuple(
                Found(row=other, posting_id=new[other].posting_id, level=level, by_probability=by_scorer)
                for other, level in others[: self.best]
            )
        return found


def _can_score(prepared: CatalogueScorer, query: Query) -> bool:
    """Whether a query has what the pair scorer cannot do without."""
    try:
        check_query(prepared.scorer, query)
    except InputError:
        return False
    return True
