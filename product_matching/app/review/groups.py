"""The groups of a whole catalogue: how they are found, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np

from product_matching.app.address import Address
from product_matching.app.review.request import GroupRequest, say_decided, say_thresholds
from product_matching.app.shared.scorers import opened_scorer, prepared_scorer
from product_matching.matching.grouping.description import Group
from product_matching.progress import Progress, stop_if_cancelled
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups, group_matches
from product_matching.workflows.match import CatalogueMatches, match_by_defaults, match_by_scores
from product_matching.workflows.pair_scores import score_catalogue

#: Groups on one page.
GROUPS_A_PAGE = 10
#: Bins of group sizes in the chart: the first and the last size of each.
SIZE_BINS = ((2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 50), (51, None))


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundGroups:
    """The groups that were asked for, and what decided on them with how long it took."""

    groups: CatalogueGroups
    how: str


@dataclass(frozen=True, kw_only=True)
class GroupsPage:
    """The groups that are shown at once.

    Attributes
    ----------
    groups
        The groups, in order.
    page, pages
        Which page it is, the first being 1, and how many there are.
    heading
        Which of all groups they are.
    """

    groups: Sequence[Group]
    page: int
    pages: int
    heading: str


def find_groups(bundle: Bundle, request: GroupRequest, progress: Progress) -> FoundGroups:
    """Find the groups of a catalogue; minutes for tens of thousands of photos.

    Raises
    ------
    Cancelled
        The job was cancelled.
    InputError
        The catalogue lacks what the rules or the pair scorer compare.
    """
    started = perf_counter()
    scored = None
    if request.scorer is not None:
        scorer = opened_scorer(bundle, request.scorer)
        prepare = partial(prepared_scorer, bundle, request.scorer)
        scored = score_catalogue(bundle, scorer, prepare=prepare, progress=progress)
        decided = match_by_scores(scored, request.least)
    else:
        decided = match_by_defaults(bundle, request.given, request.rules, progress=progress)
    stop_if_cancelled(progress)
    progress.begin("grouping", 0)
    groups = group_matches(decided, request.decisions.pairs, scored)
    how = say_thresholds(request, decided.thresholds, perf_counter() - started)
    how = " ".join(filter(None, [how, say_decided(bundle, request.decisions)]))
    return FoundGroups(groups=groups, how=how)


def ordered(found: CatalogueGroups, order: str) -> list[Group]:
    """The groups by ``"size"``, ``"weakest"`` (link, the loosest first) or ``"density"`` (the thinnest first)."""
    if order == "weakest":
        return sorted(found.groups, key=lambda group: (-group.weakest_link, -group.size, group.rows))
    if order == "density":
        return sorted(found.groups, key=lambda group: (group.density, -group.size, group.rows))
    return list(found.groups)


def page_of_groups(found: CatalogueGroups, address: Address) -> GroupsPage:
    """The groups on the page of an address; those of the last page where the address names one beyond."""
    pages = max(math.ceil(len(found.groups) / GROUPS_A_PAGE), 1)
    page = min(address.page, pages)
    first, last = (page - 1) * GROUPS_A_PAGE, min(page * GROUPS_A_PAGE, len(found.groups))
    return GroupsPage(
        groups=ordered(found, address.order)[first:last],
        page=page,
        pages=pages,
        heading=f"Groups {first + 1:,} to {last:,} of {len(found.groups):,}",
    )


def weakest_pair(decided: CatalogueMatches, group: Group) -> tuple[int, int] | None:
    """Two listings of a group that its weakest link joins; None where no single pair does."""
    for row in group.rows:
        rows, distances = decided.linkage.of(row)
        linked = rows[(distances == group.weakest_link) & np.isin(rows, group.rows) & (rows != row)]
        if len(linked):
            return row, int(linked[0])
    return None


def link_in_words(weakest_link: float) -> tuple[str, str]:
    """Words and a colour for a weakest link, a share of the threshold."""
    if math.isinf(weakest_link):
        return "joined by a decision", "green"
    text = f"weakest link at {weakest_link:.0%} of the threshold"
    if weakest_link < 0.005:
        return "all nearly equal", "green"
    if weakest_link <= 0.5:
        return f"{text}: strong", "green"
    if weakest_link <= 0.85:
        return f"{text}: fair", "blue"
    if weakest_link <= 1:
        return f"{text}: weak", "orange"
    return "joined above the threshold", "red"


def count_sizes(groups: Sequence[Group]) -> list[tuple[str, int]]:
    """Count the groups in each bin of sizes, up to the largest bin that has any."""
    sizes = np.array([group.size for group in groups], dtype=np.int64)
    counts = []
    for first, last in SIZE_BINS:
        inside = (sizes >= first) & (sizes <= (last or sizes.max(initial=0)))
        name = str(first) if first == last else f"{first}–{last}" if last else f"over {first - 1}"
        counts.append((name, int(inside.sum())))
    filled = [place for place, (_, count) in enumerate(counts) if count]
    return counts[: max(filled, default=-1) + 1]
