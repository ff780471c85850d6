"""Files of a catalogue's pairs, kept beside its bundle, so that what was computed once is read the next time.

Such a file is derived: the manifest does not name it, and where it is missing, damaged or of another state of the
bundle its pairs are computed anew.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np

from product_matching.damage import DAMAGES
from product_matching.files import atomic_file
from product_matching.search.neighbours import RowArray

log = logging.getLogger(__name__)

#: Scores of the candidate pairs; see `store.pair_scores`.
PAIR_SCORES_FILE = "pair_scores.npz"
#: Distances of the near pairs; see `store.pair_distances`.
PAIR_DISTANCES_FILE = "pair_distances.npz"
#: Nearest listings by each of the vectors; see `store.kept_joins`.
KEPT_JOINS_FILE = "nearest_listings.npz"
KEPT_FILES = frozenset({PAIR_SCORES_FILE, PAIR_DISTANCES_FILE, KEPT_JOINS_FILE})
#: Rows of lists that were left out; see `workflows.left_out_file`.
LEFT_OUT_FILE = "left_out.json"
#: Files of a bundle that its manifest does not name.
BESIDE_FILES = KEPT_FILES | {LEFT_OUT_FILE}
#: The most pairs that are kept, and the bytes of each of their numbers.
MAX_PAIRS, _NUMBER_BYTES = 20_000_000, 4
#: Bytes beside the pairs: their key and note, and what numpy says of each array.
_BESIDE_BYTES = 100_000


@dataclass(frozen=True, eq=False, kw_only=True)
class KeptPairs:
    """Pairs of rows, each once, with whole numbers from 0 of each.

    Attributes
    ----------
    n
        Number of the catalogue's listings.
    first, second
        Rows of each pair, the lower one first; shape (P,).
    numbers
        Numbers of each pair by name; each of shape (P,).
    note
        What else is kept with them.
    """

    n: int
    first: RowArray
    second: RowArray
    numbers: Mapping[str, RowArray]
    note: str = ""


def write_pairs(path: Path, key: str, pairs: KeptPairs, *, what: str) -> None:
    """Keep pairs; those that are too many to be read are not kept.

    Parameters
    ----------
    path
        The file.
    key
        Names all that they follow from.
    pairs
        The pairs.
    what
        What they are, for errors.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    if len(pairs.first) > MAX_PAIRS:
        log.info("%s: %s pairs are more than are kept.", path, len(pairs.first))
        return
    arrays = {"first": pairs.first, "second": pairs.second, **pairs.numbers}
    kept: dict[str, Any] = {"key": np.array(key), "n": np.array(pairs.n)}
    if pairs.note:
        kept["note"] = np.array(pairs.note)
    kept |= {name: array.astype(np.uint32) for name, array in arrays.items()}
    with atomic_file(path, what=what) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, **kept)


def read_pairs(path: Path, key: str, n: int, *, largest: Mapping[str, int]) -> KeptPairs | None:
    """Read pairs as they were given to `write_pairs`.

    Parameters
    ----------
    path
        The file.
    key, n
        What they must follow from, and of how many listings.
    largest
        The names of their numbers, with the largest that each can be.

    Returns
    -------
    KeptPairs or None
        None where none are kept that can be used.
    """
    try:
        with _opened(path, len(largest)) as file:
            if not _is_of(file, key, n):
                return None
            first, second = (file[name].astype(np.int64) for name in ("first", "second"))
            numbers = {name: file[name].astype(np.int64) for name in largest}
            note = str(file["note"]) if "note" in file else ""
        pairs = KeptPairs(n=n, first=first, second=second, numbers=numbers, note=note)
        _check(pairs, largest)
    except FileNotFoundError:
        return None
    except DAMAGES as error:
        log.info("%s is not used (%s): its pairs are computed anew.", path, error)
        return None
    return pairs


def are_kept(path: Path, key: str, n: int, *, count: int) -> bool:
    """Whether pairs of this key, with so many numbers each, are kept, as far as can be told without reading them."""
    try:
        with _opened(path, count) as file:
            return _is_of(file, key, n)
    except DAMAGES:
        return False


def _opened(path: Path, count: int) -> Any:
    """Open a file whose arrays take no more memory than they can rightly do, as its directory tells."""
    with ZipFile(path) as file:
        size = sum(entry.file_size for entry in file.infolist())
    if size > MAX_PAIRS * _NUMBER_BYTES * (count + 2) + _BESIDE_BYTES:
        raise ValueError("it is larger than any that is kept")
    return np.load(path, allow_pickle=False)


def _is_of(file: Any, key: str, n: int) -> bool:
    return str(file["key"]) == key and int(file["n"]) == n


def _check(pairs: KeptPairs, largest: Mapping[str, int]) -> None:
    first, second, n = pairs.first, pairs.second, pairs.n
    if first.ndim != 1 or any(each.shape != first.shape for each in (second, *pairs.numbers.values())):
        raise ValueError("arrays of different shapes")
    if not len(first):
        return
    if not (first.min() >= 0 and (first < second).all() and second.max() < n):
        raise ValueError("rows that cannot be")
    if any(not 0 <= each.min() <= each.max() <= largest[name] for name, each in pairs.numbers.items()):
        raise ValueError("numbers that cannot be")
