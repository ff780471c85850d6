"""Scores of a catalogue's candidate pairs, kept beside its bundle, so that they are computed once.

The file is derived: the manifest does not name it, and one that is missing, damaged or of another state of the bundle
is computed anew.
"""

from __future__ import annotations

import logging
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from product_matching.files import atomic_file
from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours, RowArray

log = logging.getLogger(__name__)

PAIR_SCORES_FILE = "pair_scores.npz"
#: Bytes that a pair takes once it is read, and the most pairs that are read.
_PAIR_BYTES, MAX_PAIRS = 12, 20_000_000
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
    steps = np.round(near.distances[once] * _STEPS).astype(np.uint32)
    arrays = {"first": queries[once].astype(np.uint32), "second": near.rows[once].astype(np.uint32), "steps": steps}
    with atomic_file(folder / PAIR_SCORES_FILE, what="scores of pairs") as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, key=np.array(key), n=np.array(len(near)), **arrays)


def read_pair_scores(folder: Path, key: str, n: int) -> Neighbours | None:
    """Read the scores of a catalogue's `n` listings, as they were given to `write_pair_scores`.

    Returns
    -------
    Neighbours or None
        None where none are kept, or those of another key.
    """
    path = folder / PAIR_SCORES_FILE
    try:
        if not _is_of_a_size(path):
            log.info("%s is larger than any that is kept: it is not read.", path)
            return None
        with np.load(path, allow_pickle=False) as file:
            if str(file["key"]) != key or int(file["n"]) != n:
                return None
            first, second, steps = (file[name].astype(np.int64) for name in ("first", "second", "steps"))
        return _neighbours(first, second, steps, n)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        log.info("%s is damaged (%s): the pairs are scored anew.", path, error)
        return None


def _is_of_a_size(path: Path) -> bool:
    """Whether the arrays of a file take no more memory than they can rightly do; told by its directory alone."""
    with ZipFile(path) as file:
        return sum(entry.file_size for entry in file.infolist()) <= MAX_PAIRS * _PAIR_BYTES


def _neighbours(first: RowArray, second: RowArray, steps: RowArray, n: int) -> Neighbours:
    if not first.shape == second.shape == steps.shape or first.ndim != 1:
        raise ValueError("arrays of different shapes")
    if len(first) and (not (first < second).all() or second.max() >= n or steps.max() > _STEPS):
        raise ValueError("rows or scores that cannot be")
    return _in_both_directions(first, second, steps, n)


def _in_both_directions(first: RowArray, second: RowArray, steps: RowArray, n: int) -> Neighbours:
    """Each pair in both directions, and each row its own nearest, in the order of `sort_neighbours`, but far faster.

    Row, step and other row are one number of 64 bits, which three million rows fit.
    """
    if n * n * (_STEPS + 1) > np.iinfo(np.int64).max:
        raise ValueError(f"{n} listings")
    own = np.arange(n)
    distance = np.concatenate([np.zeros(n, dtype=np.int64), steps, steps])
    queries, rows = np.concatenate([own, first, second]), np.concatenate([own, second, first])
    packed = np.sort((queries * (_STEPS + 1) + distance) * n + rows)
    query_and_step, rows = np.divmod(packed, max(n, 1))
    queries, distance = np.divmod(query_and_step, _STEPS + 1)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(queries, minlength=n))]).astype(np.int64)
    return Neighbours(offsets, rows, np.round(distance / _STEPS, DISTANCE_DECIMALS))
