"""Decide a whole catalogue under any set of rules: every listing's near listings on one scale, and the groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from product_matching.listings.parts import validation_rows
from product_matching.listings.quantities import QuantityTable
from product_matching.matching import rules as rule
from product_matching.matching.candidates import Thresholds
from product_matching.matching.chain import Rules, apply_min2, decide_pairs, improve_vectors
from product_matching.matching.grouping.description import Group, describe_groups
from product_matching.matching.grouping.partition import Bars, partition
from product_matching.search.flat import FlatIndex
from product_matching.search.joins.phashes import near_photos
from product_matching.search.joins.same_titles import same_titles
from product_matching.search.joins.sparse import self_join
from product_matching.search.neighbours import Neighbours, RowArray, keep_within
from product_matching.workflows.find import Finder
from product_matching.workflows.tune import choose_threshold

if TYPE_CHECKING:
    from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer

#: Distance on the common scale that stands for "exactly at the threshold".
AT_THRESHOLD = 0.3
#: A single listing joins a group if its mean distance to it is at most this share of the threshold; two groups
#: merge at most at the second share.
ATTACH_SHARE, MERGE_SHARE = 0.9, 0.7


@dataclass(frozen=True, eq=False)
class Decided:
    """A catalogue under some rules.

    Attributes
    ----------
    near
        Near listings of each listing, itself among them, on a scale that photo, title and their mean share: a pair
        exactly at its threshold stands at `AT_THRESHOLD`, whatever lies below is a match.
    thresholds
        The thresholds that were used: those given, or those tuned for these rules.
    """

    near: Neighbours
    thresholds: Thresholds

    @property
    def matches(self) -> Neighbours:
        """Matches of each listing, itself first."""
        return keep_within(self.near, AT_THRESHOLD)


def decide_catalogue(finder: Finder, rules: Rules, given: Thresholds) -> Decided:
    """Run the rules over the bundle's own vectors.

    Parameters
    ----------
    finder
        The bundle.
    rules
        Which rules are on.
    given
        Thresholds; a side that is None is tuned for these rules, since distances shrink with every rule that averages
        vectors: on the labels where there are some, of the validation part where there is one. The fused threshold is
        used only if it is given.

    Raises
    ------
    InputError
        The catalogue has neither photos nor titles.
    """
    bundle = finder.bundle
    twins = None if rules.photo_bits is None else near_photos(bundle.phashes, rules.photo_bits)
    photo, title = _near_by_photo(finder, rules, given.photo), _near_by_title(finder, rules, twins)
    thresholds = Thresholds(_tuned(finder, photo, given.photo), _tuned(finder, title, given.title), given.fused)
    sides = [(photo, thresholds.photo), (title, thresholds.title)]
    if photo is not None and title is not None and given.fused is not None:
        sides.append((rule.fuse_distances(photo, title, 0.5), given.fused))
    near = rule.union(*[_rescale(side, limit) for side, limit in sides if side is not None and limit is not None])
    quantities = QuantityTable.of_measures(_titles(finder)) if rules.quantity_veto else None
    near = decide_pairs(near, twins, quantities, rules)
    return Decided(apply_min2(near, AT_THRESHOLD, rules), thresholds)


def decide_by_scores(prepared: CatalogueScorer) -> Decided:
    """Let the second stage decide: a pair's distance is 1 - its score, rescaled so that its threshold is common."""
    return Decided(_rescale(prepared.match_all(), prepared.threshold), Thresholds())


def group_catalogue(
    decided: Decided,
    *,
    must_link: Sequence[tuple[int, int]] = (),
    cannot_link: Sequence[tuple[int, int]] = (),
) -> tuple[RowArray, list[Group]]:
    """Make groups of the matches, guarded against chains.

    Returns
    -------
    numpy.ndarray, list of Group
        Group number of each listing, shape (N,); and the groups of at least two listings, the largest first.
    """
    bars = Bars(AT_THRESHOLD, ATTACH_SHARE * AT_THRESHOLD, MERGE_SHARE * AT_THRESHOLD)
    groups = partition(decided.near, bars, must_link=must_link, cannot_link=cannot_link)
    return groups, describe_groups(groups, decided.near, AT_THRESHOLD)


def rows_of_matches(decided: Decided, limit: int) -> Iterator[RowArray]:
    """Rows of each listing's matches for the submission file: itself first, then nearest first, at most `limit`."""
    matches = decided.matches
    for row in range(len(matches)):
        found = matches.of(row)[0]
        yield np.concatenate([[row], found[found != row]])[:limit]


def _near_by_title(finder: Finder, rules: Rules, twins: Neighbours | None) -> Neighbours | None:
    matrix = finder.bundle.title_matrix
    return None if matrix is None else improve_vectors(matrix, twins, rules, self_join).near


def _near_by_photo(finder: Finder, rules: Rules, threshold: float | None) -> Neighbours | None:
    """Improve the photo vectors, blending within the photo threshold: distances of photos have a scale of their own."""
    bundle = finder.bundle
    if bundle.photo_vectors is None:
        return None
    own = bundle.manifest.photo_threshold
    limit = threshold if threshold is not None else own.distance if own else 0.0
    vectors = np.array(bundle.photo_vectors)
    twins = same_titles(_titles(finder)) if rules.cross_mean else None
    by_photo = replace(rules, blend=tuple(limit for _ in rules.blend))
    near = improve_vectors(vectors, twins, by_photo, _join_photos).near
    return rule.select(near, bundle.has_photo[near.queries()] & bundle.has_photo[near.rows])


def _join_photos(vectors: npt.NDArray[np.float32], k: int) -> Neighbours:
    index = FlatIndex(np.ascontiguousarray(vectors, dtype=np.float32))
    return index.nearest(np.ascontiguousarray(vectors, dtype=np.float32), min(k, index.size))


def _tuned(finder: Finder, near: Neighbours | None, given: float | None) -> float | None:
    if near is None:
        return None
    if given is not None:
        return given
    return choose_threshold(near, finder.bundle.labels, validation_rows(finder.bundle.listings)).distance


def _rescale(near: Neighbours, threshold: float) -> Neighbours:
    """Put distances on the common scale; nothing is further than 1."""
    if threshold <= 0:
        return replace(near, distances=np.where(near.distances <= 0, 0.0, 1.0))
    scaled = np.minimum(near.distances / threshold * AT_THRESHOLD, 1.0)
    return replace(near, distances=np.where(near.distances <= threshold, np.minimum(scaled, AT_THRESHOLD), scaled))


def _titles(finder: Finder) -> list[str]:
    listings = finder.bundle.listings
    return listings["title"].tolist() if "title" in listings else [""] * len(listings)
