"""The near pairs of a bundle with their distances: measured once, then kept beside it for the same rules."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import replace
from functools import cache

from product_matching.errors import InputError
from product_matching.matching.candidates import Candidates
from product_matching.matching.chain import Rules
from product_matching.matching.sides import MeasurePairs
from product_matching.matching.thresholds import Thresholds
from product_matching.search.neighbours import RowArray
from product_matching.store.bundle import Bundle
from product_matching.store.pair_distances import (
    NearPairs,
    has_pair_distances,
    read_pair_distances,
    write_pair_distances,
)
from product_matching.workflows.find import fill_thresholds
from product_matching.workflows.pair_scores import content_of
from product_matching.workflows.sides import bare_sides, bundle_sides

log = logging.getLogger(__name__)
#: Changes where the same bundle and rules get other pairs or distances than before.
_VERSION = 1


def distances_key(bundle: Bundle, given: Thresholds, rules: Rules) -> str:
    """Name all that the near pairs of a bundle follow from."""
    used = fill_thresholds(bundle, given)
    named = json.dumps([_VERSION, content_of(bundle), repr(given), repr(used), repr(rules)], sort_keys=True)
    return hashlib.sha256(named.encode()).hexdigest()


def are_distances_kept(bundle: Bundle, given: Thresholds, rules: Rules) -> bool:
    """Whether the near pairs of a bundle were measured for these thresholds and rules before, and kept."""
    return has_pair_distances(bundle.folder, distances_key(bundle, given, rules), len(bundle))


def kept_distances(
    bundle: Bundle, given: Thresholds, rules: Rules
) -> tuple[RowArray, Candidates, Thresholds, MeasurePairs] | None:
    """The near pairs of a bundle as they were kept; else None.

    Returns
    -------
    tuple or None
        One row of each pair, the pairs with the other row, the thresholds that they were found for, and what measures
        other pairs: vectors are prepared only once it is called.
    """
    kept = read_pair_distances(bundle.folder, distances_key(bundle, given, rules), len(bundle))
    if kept is None:
        return None
    measured = replace(bare_sides(bundle, rules).measure(kept.first, kept.second), photo=kept.photo, title=kept.title)
    sides = cache(lambda: bundle_sides(bundle, rules, given.photo))
    return kept.first, measured, kept.thresholds, lambda first, second: sides().measure(first, second)


def keep_distances(
    bundle: Bundle, given: Thresholds, rules: Rules, *, first: RowArray, measured: Candidates, used: Thresholds
) -> None:
    """Keep the near pairs of a bundle, in place of those of other rules.

    Parameters
    ----------
    bundle, given, rules
        What they follow from.
    first, measured
        The lower row of each pair, and the pairs with the other row.
    used
        The thresholds that they were found for.
    """
    near = NearPairs(
        n=len(bundle), first=first, second=measured.rows, photo=measured.photo, title=measured.title, thresholds=used
    )
    try:
        write_pair_distances(bundle.folder, distances_key(bundle, given, rules), near)
    except InputError as error:  # a folder that is only read: they are measured anew the next time
        log.info("%s", error)
