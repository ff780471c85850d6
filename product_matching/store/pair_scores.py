"""Scores of a catalogue's candidate pairs, kept beside its bundle, so that they are computed once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours, RowArray, sort_neighbours
from product_matching.store.kept_pairs import PAIR_SCORES_FILE, KeptPairs, read_pairs, write_pairs

#: A score is kept as a whole number of these steps of a distance.
_STEPS = 10**DISTANCE_DECIMALS


def write_pair_scores(folder: Path, key: str, near: Neighbours) -> None:
    """Keep the scores of a catalogue's pairs.

    Parameters
    ----------
    folder
        Of the bundle.
    key
        Names all that the scores follow from.
    near
        Every scored pair in both directions at the distance 1 - score, each row its own nearest.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    queries = near.queries()
    once = queries < near.rows
    steps = np.round(near.distances[once] * _STEPS).astype(np.int64)
    pairs = KeptPairs(n=len(near), first=queries[once], second=near.rows[once], numbers={"steps": steps})
    write_pairs(folder / PAIR_SCORES_FILE, key, pairs, what="scores of pairs")


def read_pair_scores(folder: Path, key: str, n: int) -> Neighbours | None:
    """Read the scores of a catalogue's `n` listings, as they were given to `write_pair_scores`.

    Returns
    -------
    Neighbours or None
        None where none are kept, or those of another key.
    """
    kept = read_pairs(folder / PAIR_SCORES_FILE, key, n, largest={"steps": _STEPS})
    return None if kept is None else _in_both_directions(kept.first, kept.second, kept.numbers["steps"], n)


def _in_both_directions(first: RowArray, second: RowArray, steps: RowArray, n: int) -> Neighbours:
    """Each pair in both directions, and each row its own nearest, in the order of `sort_neighbours`, but far faster.

    Row, step and other row are one number of 64 bits, which three million rows fit.
    """
    own = np.arange(n)
    distance = np.concatenate([np.zeros(n, dtype=np.int64), steps, steps])
    queries, rows = np.concatenate([own, first, second]), np.concatenate([own, second, first])
    if n * n * (_STEPS + 1) > np.iinfo(np.int64).max:
        return sort_neighbours(queries, rows, np.round(distance / _STEPS, DISTANCE_DECIMALS), n)
    packed = np.sort((queries * (_STEPS + 1) + distance) * n + rows)
    query_and_step, rows = np.divmod(packed, max(n, 1))
    queries, distance = np.divmod(query_and_step, _STEPS + 1)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(queries, minlength=n))]).astype(np.int64)
    return Neighbours(offsets, rows, np.round(distance / _STEPS, DISTANCE_DECIMALS))
