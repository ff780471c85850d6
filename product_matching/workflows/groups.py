"""Groups of a decided catalogue, guarded against chains."""

from __future__ import annotations

from product_matching.matching.grouping.description import Group, describe_groups
from product_matching.matching.grouping.linkage import LinkageThresholds
from product_matching.matching.grouping.partition import partition
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import RowArray
from product_matching.workflows.match import CatalogueMatches
from product_matching.workflows.placing import Placing, place_added

#: Linkage thresholds as shares of the thresholds of a match: a single listing joins a group whose members are at 0.9
#: on average, and two groups merge where all their cross pairs are at 0.7 on average. On the demo's validation part the
#: B-cubed F1 is .865 at the default thresholds (.873 at 1 and 1), .893 with a fused threshold of 0.5 (.815 at 1 and 1)
#: and .847 under the measured chain (.841): strict merging costs little, and loose merging can cost much.
LINKAGE = LinkageThresholds(pair=1.0, attach=0.9, merge=0.7)


def group_catalogue(decided: CatalogueMatches, *, progress: Progress = NO_PROGRESS) -> tuple[RowArray, list[Group]]:
    """Make groups of the matches, under the decisions that they were made with.

    Where decisions contradict each other (`PairDecisions.contradictions`), groups keep the different ones apart. A
    listing that was added and bridges groups stays outside of them until people decided (`place_added`).

    Returns
    -------
    numpy.ndarray, list of Group
        Group number of each listing, shape (N,); and the groups of at least two listings, the largest first.
    """
    decisions = decided.decisions
    groups = partition(
        decided.linkage,
        LINKAGE,
        decided.measure,
        must_link=decisions.must_link,
        cannot_link=[*decisions.different, *place_listings(decided).apart],
        progress=progress,
    )
    return groups, describe_groups(groups, decided.linkage, LINKAGE.pair)


def place_listings(decided: CatalogueMatches) -> Placing:
    """Say of each listing that was added where it stands among the groups from before; see `place_added`."""
    return place_added(decided, LINKAGE)
