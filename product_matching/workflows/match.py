"""Match a whole catalogue: every listing's duplicates by the same path as `find`, as lists and as a submission file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.listings.spreadsheet_text import guard_cells
from product_matching.matching.candidates import Candidates
from product_matching.matching.catalogue_pairs import (
    FAR,
    DecidedPairs,
    MatchLists,
    decide_pairs,
    linkage_distances,
)
from product_matching.matching.chain import PLAIN, Rules
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.grouping.clusters import Measure
from product_matching.matching.sides import MeasurePairs, Sides
from product_matching.matching.thresholds import Thresholds
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.joins.phashes import near_photos
from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours, RowArray, keep_within
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import fill_thresholds
from product_matching.workflows.pair_distances import keep_distances, kept_distances
from product_matching.workflows.sides import bundle_sides, tuned_thresholds

#: Pairs that one side may find; each takes about 200 bytes while they are decided: 1 GB.
MAX_PAIRS = 5_000_000


@dataclass(frozen=True, eq=False, kw_only=True)
class CatalogueMatches:
    """A catalogue, decided.

    Attributes
    ----------
    matches
        Matches of each listing, nearest first; of the second stage, the highest score first; those that a person
        decided before all others.
    linkage
        Near listings of each listing, itself among them, at a distance that is a share of the threshold: a match
        stands at 1 or nearer (see `catalogue_pairs.linkage_distances`).
    measure
        The same distance of pairs that `linkage` does not hold.
    thresholds
        The thresholds that decided.
    decisions
        What people decided: `matches` and the groups obey it, `linkage` has the distances as they are.
    """

    matches: MatchLists
    linkage: Neighbours
    measure: Measure
    thresholds: Thresholds
    decisions: PairDecisions = NO_DECISIONS

    def with_decisions(self, decisions: PairDecisions) -> CatalogueMatches:
        """The same catalogue under what people decided, which holds whatever the rules say."""
        return replace(self, matches=decisions.applied_to_all(self.matches), decisions=decisions)


def match_catalogue(
    bundle: Bundle,
    thresholds: Thresholds,
    rules: Rules = PLAIN,
    *,
    progress: Progress = NO_PROGRESS,
) -> CatalogueMatches:
    """Find the matches of every listing: all pairs within reach of either side, both sides measured, then decided.

    Without rules on vectors a listing has exactly the matches, in the order, that `Finder.matches` gives it.

    Parameters
    ----------
    bundle
        The catalogue.
    thresholds
        Largest accepted distances; None leaves that side out.
    rules
        Which rules are on.
    progress
        Shows each side's self-join as a stage.

    Raises
    ------
    InputError
        The vectors cannot be used, or more than `MAX_PAIRS` pairs are within a threshold.
    Cancelled
        The progress was cancelled.
    """
    sides = bundle_sides(bundle, rules, thresholds.photo)
    return match_sides(sides, bundle.phashes, thresholds, rules, progress=progress)


def match_by_defaults(
    bundle: Bundle, given: Thresholds, rules: Rules = PLAIN, *, progress: Progress = NO_PROGRESS
) -> CatalogueMatches:
    """Match as `match_catalogue` does, with a default for photo and for title where no threshold is given.

    It is the bundle's own, as in `find`; with rules on vectors one that is tuned for them (`tuned_thresholds`). The
    measured pairs are kept beside the bundle for the next time (see `pair_distances`).
    """
    kept = kept_distances(bundle, given, rules)
    if kept is not None:
        first, measured, thresholds, measure = kept
    else:
        sides = bundle_sides(bundle, rules, given.photo)
        tuned = rules.vectors.is_on
        thresholds = tuned_thresholds(bundle, sides, given) if tuned else fill_thresholds(bundle, given)
        first, measured = _near_pairs(sides, bundle.phashes, thresholds, rules, progress=progress)
        measure = sides.measure
        keep_distances(bundle, given, rules, first=first, measured=measured, used=thresholds)
    return match_measured(len(bundle), first, measured, measure=measure, thresholds=thresholds, rules=rules)


def match_sides(
    sides: Sides, phashes: Sequence[str], thresholds: Thresholds, rules: Rules, *, progress: Progress = NO_PROGRESS
) -> CatalogueMatches:
    """As `match_catalogue`, of listings whose vectors are at hand, the rules on vectors having been run."""
    first, measured = _near_pairs(sides, phashes, thresholds, rules, progress=progress)
    return match_measured(sides.n, first, measured, measure=sides.measure, thresholds=thresholds, rules=rules)


def _near_pairs(
    sides: Sides, phashes: Sequence[str], thresholds: Thresholds, rules: Rules, *, progress: Progress
) -> tuple[RowArray, Candidates]:
    """The lower row of each pair that may match, and the measured pairs with the higher one."""
    reached = thresholds if rules.pairs.min2 is None else thresholds.widened(rules.pairs.min2)
    same = _same_photos(phashes, rules.pairs.photo_bits)
    first, second = sides.pairs_within(reached.reach(), same, max_pairs=MAX_PAIRS, progress=progress)
    return first, sides.measure(first, second)


def match_measured(
    n: int,
    first: RowArray,
    measured: Candidates,
    *,
    measure: MeasurePairs,
    thresholds: Thresholds,
    rules: Rules = PLAIN,
) -> CatalogueMatches:
    """Decide pairs that were found and measured before.

    Parameters
    ----------
    n
        Number of listings.
    first, measured
        One row of each pair, shape (P,), and the pairs with the other row (`Sides.measure`); each pair once, all that
        the thresholds may accept among them.
    measure
        Measures other pairs.
    thresholds, rules
        What decides.
    """
    decided = decide_pairs(n, first, measured, thresholds=thresholds, rules=rules)

    def linkage(one: RowArray, other: RowArray) -> npt.NDArray[np.float64]:
        return linkage_distances(measure(one, other), thresholds, rules.pairs)

    return _catalogue_matches(decided, linkage, thresholds)


def match_by_scores(near: Neighbours, least: float) -> CatalogueMatches:
    """Let scores of pairs decide: the linkage distance is 1 - score, as a share of the largest that is accepted.

    Pairs that were not scored are apart.

    Parameters
    ----------
    near
        Every scored pair at the distance 1 - score, each listing its own nearest (see `score_catalogue`).
    least
        Least score of a match.
    """
    threshold = round(1 - least, DISTANCE_DECIMALS)
    accepted = keep_within(near, threshold)
    other = accepted.rows != accepted.queries()
    matches = MatchLists.sorted(accepted.queries()[other], accepted.rows[other], len(near))
    shares = near.distances / threshold if threshold > 0 else np.where(near.distances > 0, FAR, 0.0)
    linkage = replace(near, distances=np.minimum(shares, FAR))
    return _catalogue_matches(DecidedPairs(matches, linkage), _apart, Thresholds())


def _catalogue_matches(decided: DecidedPairs, measure: Measure, thresholds: Thresholds) -> CatalogueMatches:
    return CatalogueMatches(matches=decided.matches, linkage=decided.linkage, measure=measure, thresholds=thresholds)


def _apart(first: RowArray, second: RowArray) -> npt.NDArray[np.float64]:
    return np.full(len(first), FAR)


def _same_photos(phashes: Sequence[str], bits: int | None) -> RowArray:
    """Pairs with the same photo, each once as ``lower row * N + higher row``; none where the rule is off."""
    if bits is None:
        return np.zeros(0, dtype=np.int64)
    near = near_photos(phashes, bits)
    queries = near.queries()
    kept = queries < near.rows
    return queries[kept] * len(phashes) + near.rows[kept]


def submission_rows(matches: MatchLists, limit: int | None = None) -> Iterator[RowArray]:
    """Rows of each listing's line in a submission file: itself first, then nearest first, at most `limit` in all.

    Raises
    ------
    InputError
        The limit is below 1.
    """
    if limit is not None and limit < 1:
        raise InputError(f"The limit is {limit}, but must be at least 1: the listing itself counts.")
    for row in range(len(matches)):
        yield np.concatenate([[row], matches.of(row)])[:limit]


def count_cut(matches: MatchLists, limit: int | None) -> int:
    """Count the listings that have more matches than `submission_rows` gives them."""
    return 0 if limit is None else int((np.diff(matches.offsets) + 1 > limit).sum())


def write_submission(path: Path, posting_ids: Sequence[str], matches: Iterable[npt.NDArray[np.int64]]) -> int:
    """Write ``posting_id,matches`` (ids separated by spaces), all of it or nothing.

    Returns
    -------
    int
        Number of listings that match another one.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    matched = 0
    with atomic_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["posting_id", "matches"])
        for posting_id, rows in zip(posting_ids, matches, strict=True):
            writer.writerow(guard_cells([posting_id, " ".join(posting_ids[row] for row in rows)]))
            matched += len(rows) > 1
    return matched
