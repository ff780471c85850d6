"""A whole catalogue in groups: what decided on the pairs, the groups, and the farthest pair of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from product_matching.matching.decisions import NO_DECISIONS, Pair, PairDecisions
from product_matching.matching.grouping.clusters import Measure, PairDistances
from product_matching.matching.grouping.description import Group
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import FloatArray, Neighbours, RowArray
from product_matching.workflows.description.sizes import GroupSizes, sizes_of
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import CatalogueMatches, match_by_scores


@dataclass(frozen=True, kw_only=True)
class FarthestPair:
    """The two listings of a group that are farthest apart.

    Attributes
    ----------
    pair
        Their rows, the lower one first.
    distance
        1 - probability, 1 if they were not compared; where distances decide, as a share of the threshold.
    """

    pair: Pair
    distance: float

    @property
    def probability(self) -> float:
        """Of the same product, where the pairs were scored."""
        return 1.0 - self.distance


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
    def sizes(self) -> GroupSizes | None:
        """Sizes of the groups; None where there is none."""
        return sizes_of([group.size for group in self.groups])

    @property
    def largest(self) -> int:
        """Listings in the largest group; 0 without a group."""
        return max((group.size for group in self.groups), default=0)

    @cached_property
    def farthest(self) -> Sequence[FarthestPair]:
        """The farthest pair of each group, in their order; a pair that a person decided to be the same is at 0."""
        same = self.decided.decisions.same
        if self.scored is not None:
            return farthest_pairs(PairDistances(self.scored, _not_compared, self.numbers), self.groups, same)
        known = PairDistances(self.decided.linkage, self.decided.measure, self.numbers)
        return farthest_pairs(known, self.groups, same)

    def complete(self) -> CatalogueGroups:
        """The same groups, once their farthest pairs are found: what takes time is done."""
        _ = self.farthest
        return self


def group_by_scores(
    scored: Neighbours,
    least: float,
    decisions: PairDecisions = NO_DECISIONS,
    *,
    progress: Progress = NO_PROGRESS,
) -> CatalogueGroups:
    """Group a catalogue whose pairs were scored (see `score_catalogue`) by the least score of a match."""
    return group_matches(match_by_scores(scored, least), decisions, scored, progress=progress)


def group_matches(
    decided: CatalogueMatches,
    decisions: PairDecisions = NO_DECISIONS,
    scored: Neighbours | None = None,
    *,
    progress: Progress = NO_PROGRESS,
) -> CatalogueGroups:
    """Group a catalogue whose pairs were decided by rules or scores, under what people decided."""
    decided = decided.with_decisions(decisions)
    numbers, groups = group_catalogue(decided, progress=progress)
    return CatalogueGroups(decided=decided, numbers=numbers, groups=groups, scored=scored)


def farthest_pairs(distances: Measure, groups: Sequence[Group], same: Sequence[Pair] = ()) -> list[FarthestPair]:
    """The pair of each group with the largest distance, 0 if it is in `same`; of equal ones the first by rows."""
    if not groups:
        return []
    pairs = [_pairs_within(group) for group in groups]
    first, second = np.concatenate(pairs).T
    measured = distances(first, second)
    measured[_are_in(same, first, second)] = 0.0
    starts = np.cumsum([0, *(len(part) for part in pairs[:-1])])
    found = []
    for start, part in zip(starts.tolist(), pairs, strict=True):
        place = start + int(measured[start : start + len(part)].argmax())
        found.append(FarthestPair(pair=(int(first[place]), int(second[place])), distance=float(measured[place])))
    return found


def _pairs_within(group: Group) -> RowArray:
    """Each pair of a group's rows, the lower one first; shape (P, 2)."""
    rows = np.array(group.rows, dtype=np.int64)
    return rows[np.stack(np.triu_indices(len(rows), 1), axis=1)]


def _are_in(pairs: Sequence[Pair], first: RowArray, second: RowArray) -> npt.NDArray[np.bool_]:
    """Which of the pairs of rows are among given pairs, the lower row first; shape (P,)."""
    low, high = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    n = max(int(second.max(initial=0)), int(high.max(initial=0))) + 1
    return np.isin(first * n + second, low * n + high)


def _not_compared(first: RowArray, second: RowArray) -> FloatArray:
    return np.ones(len(first))
