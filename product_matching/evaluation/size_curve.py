"""F1 and threshold by the size of the catalogue: whole groups are drawn, the threshold is chosen for each size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.methods import RANKINGS, Settings
from product_matching.metrics.sweep import best_threshold
from product_matching.search.neighbours import RowArray

#: Shares of the groups that the published curve was measured at.
SHARES: tuple[float, ...] = (0.1, 0.2, 0.4, 0.7, 1.0)
_SEED = 20240501


@dataclass(frozen=True)
class SizePoint:
    """Best F1 of catalogues of about `n` listings, all of them queries, and the distance threshold that gives it.

    Means over several draws of the catalogue; `f1_spread` is the standard deviation of F1 among them.
    """

    n: int
    f1: float
    threshold: float
    f1_spread: float


def size_curve(
    listings: LabelledListings,
    *,
    method: str = "idf",
    shares: Sequence[float] = SHARES,
    settings: Settings | None = None,
    draws: int = 5,
) -> list[SizePoint]:
    """Measure a method without training on parts of a catalogue of rising size.

    Parameters
    ----------
    listings
        The labelled catalogue.
    method
        One of the methods without a second stage; the published curve is that of ``idf``.
    shares
        Shares of the groups, each in (0, 1]. In one draw every smaller part is contained in the larger ones.
    settings
        Rules of the chain, published word vectors.
    draws
        Number of random orders in which the groups are drawn. The whole catalogue is measured once.

    Raises
    ------
    InputError
        The method has no size curve, or a share is not in (0, 1].
    """
    if method not in RANKINGS:
        raise InputError(f"The method {method!r} has no size curve; accepted are {', '.join(RANKINGS)}.")
    if any(not 0 < share <= 1 for share in shares):
        raise InputError(f"The shares are {tuple(shares)}, but must be above 0 and at most 1.")
    n_groups = int(listings.labels.max()) + 1
    orders = [np.random.default_rng([_SEED, draw]).permutation(n_groups) for draw in range(draws)]
    chosen = settings or Settings()
    return [
        _point(listings, method, orders=orders if share < 1 else orders[:1], share=share, settings=chosen)
        for share in shares
    ]


def _point(
    listings: LabelledListings, method: str, *, orders: Sequence[RowArray], share: float, settings: Settings
) -> SizePoint:
    choices = []
    for order in orders:
        drawn = order[listings.labels] < max(1, round(share * len(order)))
        part = listings.take(np.flatnonzero(drawn))
        choices.append(best_threshold(RANKINGS[method](part, part.titles, settings), part.labels))
    n, f1, threshold = (np.array([getattr(choice, name) for choice in choices]) for name in ("n", "f1", "threshold"))
    return SizePoint(round(n.mean()), float(f1.mean()), float(threshold.mean()), float(f1.std()))
