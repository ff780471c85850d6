"""What a distance means in a catalogue: pairs of listings from the nearest to the farthest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from product_matching.search.neighbours import RowArray
from product_matching.search.protocol import VectorIndex
from product_matching.workflows.find import Finder, Query

Side = Literal["photo", "title"]
#: Listings at random that pairs are looked for among, besides the nearest ones.
_AT_RANDOM, _NEAREST, _SEED = 250, 30, 0


@dataclass(frozen=True)
class PairAt:
    """Two listings and their distance.

    Attributes
    ----------
    first, second
        Their rows.
    distance
        Cosine distance by one side.
    same
        Whether both are of one label group; None where that is not known.
    """

    first: int
    second: int
    distance: float
    same: bool | None


def lesson_side(finder: Finder) -> Side | None:
    """The side that a catalogue's lessons are about: photos if it has them, else titles; None without either."""
    if finder.photo_index is not None:
        return "photo"
    return "title" if finder.title_index is not None else None


def index_and_vector(finder: Finder, side: Side, query: Query) -> tuple[VectorIndex[Any], Any] | None:
    """The index of a side and the vector of a query in it; None where either is missing."""
    index = finder.photo_index if side == "photo" else finder.title_index
    vector = query.title if side == "title" else None if query.photo is None else query.photo.reshape(1, -1)
    return None if index is None or vector is None else (index, vector)


def pairs_of_listings(finder: Finder, side: Side, rows: Sequence[int]) -> list[PairAt]:
    """Pair listings with those nearest to them and with some at random, the same for the same bundle.

    Parameters
    ----------
    finder
        The catalogue.
    side
        What is compared.
    rows
        The first listing of each pair.

    Returns
    -------
    list of PairAt
        In order of distance.
    """
    bundle = finder.bundle
    has = bundle.has_photo if side == "photo" else bundle.has_title
    drawn = np.random.default_rng(_SEED).permutation(np.flatnonzero(has))[:_AT_RANDOM]
    found: list[PairAt] = []
    for row in rows:
        asked = index_and_vector(finder, side, finder.listing_query(row))
        if asked is None:
            continue
        index, vector = asked
        near = index.nearest(vector, min(_NEAREST, index.size)).rows
        others = np.setdiff1d(np.concatenate([near, drawn]), [row])
        others = others[has[others]]
        found += _pairs(finder, row, others, index.distances(vector, others).tolist())
    return sorted(found, key=lambda pair: (pair.distance, pair.first, pair.second))


def _pairs(finder: Finder, row: int, others: RowArray, distances: list[float]) -> list[PairAt]:
    return [
        PairAt(row, other, distance, same_product(finder, row, other))
        for other, distance in zip(others.tolist(), distances, strict=True)
    ]


def same_product(finder: Finder, first: int, second: int) -> bool | None:
    """Whether two listings are of one label group; None where either has none."""
    labels = finder.bundle.labels
    if labels is None or not labels[first] or not labels[second]:
        return None
    return bool(labels[first] == labels[second])


def pair_at(pairs: Sequence[PairAt], distance: float) -> PairAt | None:
    """The pair, of pairs in order of distance, whose distance is nearest to a given one; None without any pair."""
    place = bisect_left(pairs, distance, key=lambda pair: pair.distance)
    beside = pairs[max(place - 1, 0) : place + 1]
    return min(beside, key=lambda pair: abs(pair.distance - distance), default=None)
