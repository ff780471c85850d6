"""The groups of a catalogue as the review shows them: which, in which order, and in which words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from product_matching.app.address import Address
from product_matching.app.shared.asked_rows import rows_asked_for
from product_matching.matching.calibration import percent_text
from product_matching.matching.decisions import Pair
from product_matching.matching.grouping.description import Group
from product_matching.search.neighbours import FloatArray
from product_matching.store.bundle import Bundle
from product_matching.workflows.catalogue_groups import CatalogueGroups, FarthestPair

#: Groups on one page.
GROUPS_A_PAGE = 10
#: From this probability on the farthest pair of a group gives no reason to look at it.
_SURE = 0.8


@dataclass(frozen=True, kw_only=True)
class ShownGroup:
    """A group with its farthest pair, and whether every pair of it is settled by decisions."""

    group: Group
    farthest: FarthestPair
    settled: bool


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

    groups: Sequence[ShownGroup]
    page: int
    pages: int
    heading: str


def page_of_groups(bundle: Bundle, found: CatalogueGroups, address: Address) -> GroupsPage:
    """The groups that the address asks for, on its page; those of the last page where it names one beyond."""
    groups = _asked_for(bundle, found, address)
    pages = max(math.ceil(len(groups) / GROUPS_A_PAGE), 1)
    page = min(address.page, pages)
    first, last = (page - 1) * GROUPS_A_PAGE, min(page * GROUPS_A_PAGE, len(groups))
    heading = f"Groups {first + 1:,} to {last:,} of {len(groups):,}" if groups else "No group like this"
    return GroupsPage(groups=groups[first:last], page=page, pages=pages, heading=heading)


def _asked_for(bundle: Bundle, found: CatalogueGroups, address: Address) -> list[ShownGroup]:
    asked = rows_asked_for(bundle, address)
    settled = _are_settled(found)
    shown = [
        ShownGroup(group=group, farthest=farthest, settled=done)
        for group, farthest, done in zip(found.groups, found.farthest, settled, strict=True)
        if group.size >= address.size_from
        and (asked is None or asked[list(group.rows)].any())
        and not (done and address.open_only)
    ]
    return sorted(shown, key=lambda each: (*_rank(each, address.order), -each.group.size, each.group.rows))


def _rank(each: ShownGroup, order: str) -> tuple[float, ...]:
    if order == "density":
        return (each.group.density,)
    return (-each.farthest.distance,) if order == "doubt" else ()


def _are_settled(found: CatalogueGroups) -> list[bool]:
    """Whether decisions join all of each group."""
    decisions, groups = found.decided.decisions, found.groups
    if not decisions.must_link:
        return [False] * len(groups)
    first = np.concatenate([np.full(group.size - 1, group.rows[0]) for group in groups])
    others = np.concatenate([np.array(group.rows[1:]) for group in groups])
    settled = decisions.settled(first, others, len(found.numbers))
    starts = np.cumsum([0, *(group.size - 1 for group in groups[:-1])])
    together: list[bool] = np.logical_and.reduceat(settled, starts).tolist()
    return together


def group_pairs(group: Group) -> list[Pair]:
    """Each pair of a group, the lower row first."""
    return [(first, second) for place, first in enumerate(group.rows) for second in group.rows[place + 1 :]]


def split_pairs(group: Group, apart: Sequence[int]) -> list[Pair]:
    """The pairs that a split makes different: each listing that is set apart with each that stays."""
    stay = [row for row in group.rows if row not in apart]
    return [(min(one, other), max(one, other)) for one in apart for other in stay]


def merge_pairs(first: Group, second: Sequence[int]) -> list[Pair]:
    """The pairs that a merger makes the same."""
    return [(min(one, other), max(one, other)) for one in first.rows for other in second]


@dataclass(frozen=True, kw_only=True)
class NearGroup:
    """Another group or singleton that may be the same product, with the nearest pair across and its probability."""

    rows: tuple[int, ...]
    pair: Pair
    probability: float


def near_groups(found: CatalogueGroups, group: Group, count: int) -> list[NearGroup]:
    """The groups and singletons that are most likely the same product as a group, the likeliest first."""
    scored = found.scored
    if scored is None:
        return []
    best: dict[int, tuple[float, Pair]] = {}
    for row in group.rows:
        for other, distance in zip(*(part.tolist() for part in scored.of(row)), strict=True):
            number = int(found.numbers[other])
            if number != found.numbers[row] and (number not in best or distance < best[number][0]):
                best[number] = (distance, (row, other))
    nearest = sorted(best.items(), key=lambda item: (item[1][0], item[0]))[:count]
    return [
        NearGroup(rows=tuple(np.flatnonzero(found.numbers == number).tolist()), pair=pair, probability=1.0 - distance)
        for number, (distance, pair) in nearest
    ]


def headline(shown: ShownGroup, *, scored: bool) -> str:
    """How many listings a group has and how far its farthest pair is apart, as Markdown."""
    group = shown.group
    badges = [f"**{group.size:,} listings**"]
    if shown.settled:
        return " ".join([*badges, ":green-badge[:material/how_to_reg: confirmed]"])
    words, sure = _farthest_in_words(shown.farthest, pair=group.size == 2, scored=scored)
    badges.append(f":{'green' if sure else 'orange'}-badge[{words}]")
    if group.size > 2:
        badges.append(f":gray-badge[{100 * group.density:.0f} % of its pairs match]")
    return " ".join(badges)


def _farthest_in_words(farthest: FarthestPair, *, pair: bool, scored: bool) -> tuple[str, bool]:
    """Words for the farthest pair, and whether it gives no reason to look at the group."""
    which = "" if pair else "farthest pair "
    if scored:
        return f"{which}{percent_text(farthest.probability)} same product", farthest.probability >= _SURE
    if farthest.distance <= 1:
        return f"{which}within the threshold", True
    return f"{which}beyond the threshold", False


def scores_of(found: CatalogueGroups, pairs: Sequence[Pair]) -> list[float | None]:
    """Probability of each pair at this time; None for those that were not compared."""
    if found.scored is None:
        return [None] * len(pairs)
    known: dict[int, dict[int, float]] = {}
    for row in {first for first, _ in pairs}:
        rows, distances = found.scored.of(row)
        known[row] = dict(zip(rows.tolist(), _probabilities(distances), strict=True))
    return [known[first].get(second) for first, second in pairs]


def _probabilities(distances: FloatArray) -> list[float]:
    probabilities: list[float] = np.round(1.0 - distances, 6).tolist()
    return probabilities
