"""Distances of a catalogue's near pairs, kept beside its bundle: what groups by distance are made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from product_matching.errors import InputError
from product_matching.matching.thresholds import Thresholds
from product_matching.search.neighbours import DISTANCE_DECIMALS, FloatArray, RowArray
from product_matching.store.kept_pairs import PAIR_DISTANCES_FILE, KeptPairs, are_kept, read_pairs, write_pairs

#: A distance is kept as a whole number of these steps; the largest is 2, and the number after it stands for none.
_STEPS = 10**DISTANCE_DECIMALS
_NONE = 2 * _STEPS + 1
_LARGEST = {"photo": _NONE, "title": _NONE}


@dataclass(frozen=True, eq=False, kw_only=True)
class NearPairs:
    """The near pairs of a catalogue of `n` listings, with both distances.

    Attributes
    ----------
    n
        Number of listings.
    first, second
        Rows of each pair, the lower one first, each pair once; shape (P,).
    photo, title
        Cosine distances, NaN where a listing has no photo (title); shape (P,).
    thresholds
        The thresholds that all pairs were found for.
    """

    n: int
    first: RowArray
    second: RowArray
    photo: FloatArray
    title: FloatArray
    thresholds: Thresholds


def write_pair_distances(folder: Path, key: str, near: NearPairs) -> None:
    """Keep the distances of a catalogue's pairs.

    Parameters
    ----------
    folder
        Of the bundle.
    key
        Names all that the pairs follow from.
    near
        The pairs.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    numbers = {name: _to_steps(distances) for name, distances in (("photo", near.photo), ("title", near.title))}
    used = near.thresholds
    note = json.dumps([used.photo, used.title, used.fused])
    pairs = KeptPairs(n=near.n, first=near.first, second=near.second, numbers=numbers, note=note)
    write_pairs(folder / PAIR_DISTANCES_FILE, key, pairs, what="distances of pairs")


def read_pair_distances(folder: Path, key: str, n: int) -> NearPairs | None:
    """Read the distances of the pairs of `n` listings, as they were given to `write_pair_distances`.

    Returns
    -------
    NearPairs or None
        None where none are kept, or those of another key.
    """
    kept = read_pairs(folder / PAIR_DISTANCES_FILE, key, n, largest=_LARGEST)
    if kept is None:
        return None
    try:
        photo_most, title_most, fused_most = json.loads(kept.note)
        thresholds = Thresholds(photo_most, title_most, fused_most)
    except (ValueError, TypeError, InputError):  # no one else writes such a note under this key
        return None
    photo, title = (_to_distances(kept.numbers[name]) for name in ("photo", "title"))
    return NearPairs(n=n, first=kept.first, second=kept.second, photo=photo, title=title, thresholds=thresholds)


def has_pair_distances(folder: Path, key: str, n: int) -> bool:
    """Whether distances of this key are kept, told without reading them."""
    return are_kept(folder / PAIR_DISTANCES_FILE, key, n, count=len(_LARGEST))


def _to_steps(distances: FloatArray) -> RowArray:
    steps: RowArray = np.round(np.nan_to_num(distances) * _STEPS).astype(np.int64)
    steps[np.isnan(distances)] = _NONE
    return steps


def _to_distances(steps: RowArray) -> FloatArray:
    distances: FloatArray = np.round(steps / _STEPS, DISTANCE_DECIMALS)
    distances[steps == _NONE] = np.nan
    return distances
