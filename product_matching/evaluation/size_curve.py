"""How the figures move with the size of the catalogue: whole groups are drawn, the threshold is chosen again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.methods import RANKINGS, Settings
from product_matching.evaluation.sweep import best_threshold
from product_matching.search.neighbours import RowArray

#: Shares of the groups that the published curve was measured at.
SHARES: tuple[float, ...] = (0.1, 0.2, 0.4, 0.7, 1.0)
_SEED = 20240501


@dataclass(frozen=True)
class SizePoint:
    """Best F1 of a catalogue of `n` listings, all of them queries, and the distance threshold that gives it."""

    n: int
    f1: float
    threshold: float


def size_curve(
    listings: LabelledListings,
    *,
    method: str = "idf",
    shares: Sequence[float] = SHARES,
    settings: Settings | None = None,
    seed: int = _SEED,
) -> list[SizePoint]:
    """Measure a method that needs no training on growing parts of a catalogue.

    Parameters
    ----------
    listings
        The labelled catalogue.
    method
        One of the methods without a second stage; the published curve is that of ``idf``.
    shares
        Shares of the groups, each in (0, 1]. Every smaller part is contained in the larger ones.
    settings
        Rules of the chain, published word vectors.
    seed
        Of the order in which groups are drawn.

    Raises
    ------
    InputError
        The method cannot be used here, or a share is not in (0, 1].
    """
    if method not in RANKINGS:
        raise InputError(f"The method {method!r} has no size curve; accepted are {', '.join(RANKINGS)}.")
    if any(not 0 < share <= 1 for share in shares):
        raise InputError(f"The shares are {tuple(shares)}, but must be above 0 and at most 1.")
    place = np.random.default_rng(seed).permutation(int(listings.labels.max()) + 1)
    return [_point(listings, method, np.flatnonzero(_drawn(listings, place, share)), settings) for share in shares]


def _drawn(listings: LabelledListings, place: RowArray, share: float) -> np.ndarray:
    return np.asarray(place[listings.labels] < max(1, round(share * len(place))))


def _point(listings: LabelledListings, method: str, rows: RowArray, settings: Settings | None) -> SizePoint:
    part = listings.take(rows)
    choice = best_threshold(RANKINGS[method](part, part.titles, settings or Settings()), part.labels)
    return SizePoint(len(part), choice.f1, choice.threshold)
