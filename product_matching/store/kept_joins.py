"""The nearest rows of every listing by each of the vectors of a catalogue, kept beside its bundle.

The file is derived, as those of `store.kept_pairs` are: where it cannot be used the rows are found anew.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from product_matching.damage import DAMAGES
from product_matching.files import atomic_file
from product_matching.search.neighbours import DISTANCE_DECIMALS, Neighbours
from product_matching.store.kept_pairs import KEPT_JOINS_FILE

log = logging.getLogger(__name__)
#: The most joins and the most rows of all of them together that are kept.
MAX_JOINS, MAX_ROWS = 16, 60_000_000
#: A distance is kept as a whole number of these steps.
_STEPS = 10**DISTANCE_DECIMALS
_NUMBER_BYTES, _BESIDE_BYTES = 4, 100_000


def write_joins(folder: Path, key: str, found: Sequence[Neighbours]) -> None:
    """Keep what joins of a catalogue found; what is too much to be read is not kept.

    Parameters
    ----------
    folder
        Of the bundle.
    key
        Names all that the rows follow from.
    found
        The neighbours of all listings by each join, in the order of the joins.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    if not 0 < len(found) <= MAX_JOINS or sum(len(near.rows) for near in found) > MAX_ROWS:
        log.info("%s: %d joins are not kept.", folder, len(found))
        return
    arrays: dict[str, Any] = {"key": np.array(key), "joins": np.array(len(found))}
    for place, near in enumerate(found):
        arrays[f"counts{place}"] = np.diff(near.offsets).astype(np.uint32)
        arrays[f"rows{place}"] = near.rows.astype(np.uint32)
        arrays[f"steps{place}"] = np.round(near.distances * _STEPS).astype(np.uint32)
    with atomic_file(folder / KEPT_JOINS_FILE, what="nearest listings") as partial, partial.open("wb") as stream:
        np.savez(stream, **arrays)


def read_joins(folder: Path, key: str, n: int) -> list[Neighbours]:
    """Read what joins of a catalogue of `n` listings found; nothing where none is kept that can be used."""
    path = folder / KEPT_JOINS_FILE
    try:
        with ZipFile(path) as file:
            size = sum(entry.file_size for entry in file.infolist())
        if size > (2 * MAX_ROWS + MAX_JOINS * n) * _NUMBER_BYTES + _BESIDE_BYTES:
            raise ValueError("it is larger than any that is kept")
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["key"]) != key:
                return []
            return [_read(kept, place, n) for place in range(min(int(kept["joins"]), MAX_JOINS))]
    except FileNotFoundError:
        return []
    except DAMAGES as error:
        log.info("%s is not used (%s): the nearest listings are found anew.", path, error)
        return []


def _read(kept: Any, place: int, n: int) -> Neighbours:
    counts, rows, steps = (kept[f"{name}{place}"].astype(np.int64) for name in ("counts", "rows", "steps"))
    if counts.shape != (n,) or rows.ndim != 1 or rows.shape != steps.shape or counts.sum() != len(rows):
        raise ValueError("arrays of different shapes")
    if len(rows) and not (0 <= rows.min() <= rows.max() < n and 0 <= steps.min() <= steps.max() <= 2 * _STEPS):
        raise ValueError("numbers that cannot be")
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Neighbours(offsets, rows, np.round(steps / _STEPS, DISTANCE_DECIMALS))
