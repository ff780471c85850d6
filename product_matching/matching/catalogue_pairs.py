"""Decide all pairs of a catalogue at once, as `matches_of_query` decides the candidates of one query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from product_matching.matching.candidates import (
    Candidates,
    FloatArray,
    Mask,
    by_distance,
    by_phash,
    is_within_reach,
    vetoed,
)
from product_matching.matching.chain import Rules
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.search.joins.phashes import PHASH_BITS
from product_matching.search.neighbours import Neighbours, RowArray, sort_neighbours

#: Linkage distance of listings that are surely apart, as a share of the threshold: what a rule keeps apart, and
#: whatever lies further. A single pair can thus raise the mean over the cross pairs of two groups by so much only. From
#: 2 to no limit at all, the B-cubed F1 of the demo's validation part stays within .002.
FAR = 10 / 3


@dataclass(frozen=True, eq=False)
class MatchLists:
    """Matches of each of N listings, in the layout of a CSR matrix.

    Attributes
    ----------
    offsets
        Shape (N + 1,), int64.
    rows
        Shape (M,), int64: the matches of listing q stand at ``offsets[q]:offsets[q + 1]``, nearest first (see
        `Candidates.nearest_first`), the listing itself left out.
    """

    offsets: RowArray
    rows: RowArray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, listing: int) -> RowArray:
        """Rows of one listing's matches, nearest first."""
        return self.rows[self.offsets[listing] : self.offsets[listing + 1]]

    @classmethod
    def sorted(cls, queries: RowArray, rows: RowArray, n: int) -> MatchLists:
        """Lay out matches that are in order of query."""
        counts = np.bincount(queries, minlength=n)
        return cls(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), rows)


@dataclass(frozen=True, eq=False)
class DecidedPairs:
    """Measured pairs of a catalogue, decided by thresholds and rules.

    Attributes
    ----------
    matches
        Matches of each listing.
    linkage
        Every pair in both directions, and each listing with itself, at its linkage distance (`linkage_distances`).
    """

    matches: MatchLists
    linkage: Neighbours


def linkage_distances(candidates: Candidates, thresholds: Thresholds, rules: PairRules) -> FloatArray:
    """Distance of each pair for the grouping, as a share of its threshold: a match stands at 1 or nearer; shape (P,).

    It is `Candidates.relative`, up to `FAR`; a pair with the same photo stands at its share of differing bits, where
    that rule is on and this is nearer, and a vetoed pair at `FAR`.
    """
    shares = np.nan_to_num(candidates.relative(thresholds), nan=np.inf)
    same = by_phash(candidates, rules)
    if candidates.bits is not None:
        shares[same] = np.minimum(shares[same], candidates.bits[same] / PHASH_BITS)
    shares[vetoed(candidates, rules)] = FAR
    return np.minimum(shares, FAR)


def decide_pairs(
    n: int, first: RowArray, candidates: Candidates, *, thresholds: Thresholds, rules: Rules
) -> DecidedPairs:
    """Decide pairs of a catalogue.

    Parameters
    ----------
    n
        Number of listings.
    first, candidates
        One row of each pair, shape (P,), and the measured pairs with the other row (`Sides.measure`); each pair once.
        All pairs within the thresholds are among them, and with `PairRules.min2` all within those widened by it.
    thresholds, rules
        What decides; the rules on vectors have had their say.
    """
    pairs = rules.pairs
    queries, rows, positions = _both_directions(first, candidates, thresholds)
    found = by_distance(candidates, thresholds)
    one_sided = np.zeros(len(first), dtype=np.bool_)
    if rules.mutual is not None:
        near = _place_in_list(queries, n) < rules.mutual
        one_sided = found & (np.bincount(positions[near], minlength=len(first)) < 2)
    accepted = ((found & ~one_sided) | by_phash(candidates, pairs)) & ~vetoed(candidates, pairs)
    matched = accepted[positions]
    reached = _reached(queries, matched, is_within_reach(candidates, thresholds, pairs)[positions], n)
    matched[reached] = True

    shares = linkage_distances(candidates, thresholds, pairs)
    shares[one_sided & ~accepted] = FAR
    shares[positions[reached]] = np.minimum(shares[positions[reached]], 1.0)
    own = np.arange(n)
    linkage = sort_neighbours(
        np.concatenate([queries, own]),
        np.concatenate([rows, own]),
        np.concatenate([shares[positions], np.zeros(n)]),
        n,
    )
    return DecidedPairs(MatchLists.sorted(queries[matched], rows[matched], n), linkage)


def _both_directions(
    first: RowArray, candidates: Candidates, thresholds: Thresholds
) -> tuple[RowArray, RowArray, RowArray]:
    """Query, row and position of each pair in both directions; by query, then nearest first; each of shape (2 P,)."""
    positions = np.concatenate([np.arange(len(first)), np.arange(len(first))])
    queries = np.concatenate([first, candidates.rows])
    rows = np.concatenate([candidates.rows, first])
    _, combined, relative = candidates.order_keys(thresholds)
    order = np.lexsort((rows, combined[positions], relative[positions], queries))
    return queries[order], rows[order], positions[order]


def _place_in_list(queries: RowArray, n: int) -> RowArray:
    """Place of each pair in its query's list, from 0; queries in order."""
    counts = np.bincount(queries, minlength=n)
    return np.arange(len(queries)) - np.repeat(np.cumsum(counts) - counts, counts)


def _reached(queries: RowArray, matched: Mask, within_reach: Mask, n: int) -> RowArray:
    """Position of the first pair within reach of each query that matches nothing."""
    alone = np.bincount(queries[matched], minlength=n) == 0
    eligible = np.flatnonzero(within_reach & alone[queries])
    return eligible[np.unique(queries[eligible], return_index=True)[1]]
