"""A whole catalogue in groups: what decided on the pairs, the groups, and the farthest pair of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from product_matching.matching.decisions import NO_DECISIONS, Pair, PairDecisions
from product_matching.matching.grouping.clusters import PairDistances
from product_matching.matching.grouping.description import Group
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import CatalogueMatches, match_by_scores


@dataclass(frozen=True, kw_only=True)
class FarthestPair:
    """The two listings of a group that are least likely the same product, with the probability; 0 if not compared."""

    pair: Pair
    probability: float


@dataclass(frozen=True, kw_only=True, eq=False)
class CatalogueGroups:
    """A catalogue in groups.

    Attributes
    ----------
    decided
        What the rules say of the pairs, under what people decided.
    numbers
        Group number of each listing, the smallest row in it; shape (N,).
    groups
        Those of at least two listings, the largest first.
    scored
        Every scored pair at the distance 1 - probability; None where distances decided.
    """

    decided: CatalogueMatches
    numbers: npt.NDArray[np.int64]
    groups: Sequence[Group]
    scored: Neighbours | None = None

    @property
    def n_grouped(self) -> int:
        """Listings in a group with others."""
        return sum(group.size for group in self.groups)

    @property
    def largest(self) -> int:
        """Listings in the largest group; 0 without a group."""
        return max((group.size for group in self.groups), default=0)

    @cached_property
    def farthest(self) -> Sequence[FarthestPair] | None:
        """The farthest pair of each group, in their order; None where distances decided.

        A pair that a person decided to be the same counts as sure.
        """
        return None if self.scored is None else farthest_pairs(self.scored, self.groups, self.decided.decisions.same)


def group_by_scores(scored: Neighbours, least: float, decisions: PairDecisions = NO_DECISIONS) -> CatalogueGroups:
    """Group a catalogue whose pairs were scored (see `score_catalogue`) by the least score of a match."""
    return group_matches(match_by_scores(scored, least), decisions, scored)


def group_matches(
    decided: CatalogueMatches, decisions: PairDecisions = NO_DECISIONS, scored: Neighbours | None = None
) -> CatalogueGroups:
    """Group a catalogue whose pairs were decided by rules or scores, under what people decided."""
    decided = decided.with_decisions(decisions)
    numbers, groups = group_catalogue(decided)
    return CatalogueGroups(decided=decided, numbers=numbers, groups=groups, scored=scored)


def farthest_pairs(scored: Neighbours, groups: Sequence[Group], same: Sequence[Pair] = ()) -> list[FarthestPair]:
    """The pair of each group with the lowest probability, 0 if it was too far apart to be compared; 1 if in `same`.

    Of equally probable pairs it is the first one by rows.
    """
    if not groups:
        return []
    pairs = [_pairs_within(group) for group in groups]
    first, second = np.concatenate(pairs).T
    distances = PairDistances(scored, _not_compared)(first, second)
    distances[np.isin(first * len(scored) + second, [one * len(scored) + other for one, other in same])] = 0.0
    starts = np.cumsum([0, *(len(part) for part in pairs[:-1])])
    found = []
    for start, part in zip(starts.tolist(), pairs, strict=True):
        place = start + int(distances[start : start + len(part)].argmax())
        pair = int(first[place]), int(second[place])
        found.append(FarthestPair(pair=pair, probability=1.0 - float(distances[place])))
    return found


def _pairs_within(group: Group) -> RowArray:
    """Each pair of a group's rows, the lower one first; shape (P, 2)."""
    rows = np.array(group.rows, dtype=np.int64)
    return rows[np.stack(np.triu_indices(len(rows), 1), axis=1)]


def _not_compared(first: RowArray, second: RowArray) -> FloatArray:
    return np.ones(len(first))
