"""The groups of a whole catalogue, found once for all sessions, one computation at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from product_matching.matching.chain import Rules
from product_matching.matching.grouping.description import Group
from product_matching.store.bundle import Bundle
from product_matching.workflows.decide import AT_THRESHOLD, Decided, group_catalogue

#: Sizes of groups that share a bar of the chart: the first and the last of each.
SIZE_BINS = ((2, 2), (3, 3), (4, 4), (5, 5), (6, 10), (11, 20), (21, 50), (51, None))
#: Seconds on two shared cores: for 10,000 titles or photos as they are, and for each further rule that joins anew.
_TITLES, _TITLES_AGAIN, _PHOTOS, _PHOTOS_AGAIN = 1.0, 1.0, 10.0, 13.0
SCORED_PER_SECOND = 300


@dataclass(frozen=True, eq=False)
class Review:
    """A catalogue in groups.

    Attributes
    ----------
    decided
        What the rules say of the pairs.
    numbers
        Group number of each listing; shape (N,).
    groups
        Those of at least two listings, the largest first.
    seconds
        What it took.
    """

    decided: Decided
    numbers: npt.NDArray[np.int64]
    groups: Sequence[Group]
    seconds: float

    @property
    def n_grouped(self) -> int:
        """Listings in a group with others."""
        return sum(group.size for group in self.groups)

    def ordered(self, order: str) -> list[Group]:
        """The groups by ``"size"``, ``"weakest"`` (link, the loosest first) or ``"density"`` (the thinnest first)."""
        if order == "weakest":
            return sorted(self.groups, key=lambda group: (-group.weakest_link, -group.size, group.rows))
        if order == "density":
            return sorted(self.groups, key=lambda group: (group.density, -group.size, group.rows))
        return list(self.groups)


class ReviewStore:
    """The newest reviews by key; safe for threads.

    Parameters
    ----------
    max_reviews
        How many are kept.
    """

    def __init__(self, max_reviews: int = 3) -> None:
        self._max_reviews = max_reviews
        self._reviews: OrderedDict[str, Review] = OrderedDict()
        self._computing = threading.Lock()

    def known(self, key: str) -> Review | None:
        """Return a review that was made before."""
        return self._reviews.get(key)

    @property
    def busy(self) -> bool:
        """Whether one is being made."""
        return self._computing.locked()

    def make(self, key: str, decide: Callable[[], Decided]) -> Review:
        """Make a review, unless somebody else just has; waits until no other is being made."""
        with self._computing:
            review = self.known(key)
            if review is None:
                review = _make(decide)
                self._reviews[key] = review
                while len(self._reviews) > self._max_reviews:
                    self._reviews.popitem(last=False)
            return review


def _make(decide: Callable[[], Decided]) -> Review:
    started = perf_counter()
    decided = decide()
    numbers, groups = group_catalogue(decided)
    return Review(decided, numbers, groups, perf_counter() - started)


def estimate_seconds(bundle: Bundle, rules: Rules, *, scored: bool) -> float:
    """Estimate what a review takes: every pair is compared, so twice the listings take four times as long."""
    titles, photos = (len(bundle) if side is not None else 0 for side in (bundle.title_matrix, bundle.photo_vectors))
    if scored:
        return 1 + titles / SCORED_PER_SECOND
    again = rules.cross_mean + len(rules.blend) + (rules.expansion > 1)
    for_titles = (_TITLES + again * _TITLES_AGAIN) * (titles / 10_000) ** 2
    return 1 + for_titles + (_PHOTOS + again * _PHOTOS_AGAIN) * (photos / 10_000) ** 2


def weakest_pair(decided: Decided, group: Group) -> tuple[int, int] | None:
    """Two listings of a group that its weakest link joins; None where no single pair does."""
    for row in group.rows:
        rows, distances = decided.near.of(row)
        linked = rows[(distances == group.weakest_link) & np.isin(rows, group.rows) & (rows != row)]
        if len(linked):
            return row, int(linked[0])
    return None


def link_in_words(weakest_link: float) -> tuple[str, str]:
    """Tell a weakest link as a share of the threshold, with a colour that says how safe it is."""
    share = weakest_link / AT_THRESHOLD
    text = f"weakest link at {share:.0%} of the threshold"
    if share < 0.005:
        return "all as good as equal", "green"
    if share <= 0.5:
        return f"{text}: strong", "green"
    if share <= 0.85:
        return f"{text}: fair", "blue"
    if share <= 1:
        return f"{text}: look twice", "orange"
    return "held together beyond the threshold", "red"


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
