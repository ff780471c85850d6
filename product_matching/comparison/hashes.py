"""Perceptual hashes: our own pHash, and those computed beforehand by another library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from product_matching.comparison.lookup import DataSet, Lookup
from product_matching.comparison.scores import Ranker
from product_matching.errors import InputError, said
from product_matching.files import read_json
from product_matching.listings.photos import decode_photo, phash, read_photo
from product_matching.search.joins.phashes import PHASH_BITS, HashArray, hash_bits, parse_phashes
from product_matching.search.neighbours import Neighbours, RowArray, sort_neighbours

#: A million photos take about 80 bytes for each kind of hash.
_MAX_BYTES = 500_000_000


@dataclass(frozen=True)
class ForeignHashes:
    """Hashes written by ``benchmarks/hashes.py``.

    Attributes
    ----------
    library
        Name and version of the library.
    by_name
        For each kind of hash, the hash of each photo by file name.
    """

    library: str
    by_name: dict[str, dict[str, str]]


def read_hashes(path: Path) -> ForeignHashes:
    """Read the file of hashes.

    Raises
    ------
    InputError
        It is missing or was not written by ``benchmarks/hashes.py``.
    """
    try:
        content = read_json(path, max_bytes=_MAX_BYTES)
        made = {str(kind): dict(hashes) for kind, hashes in content["hashes"].items()}
        return ForeignHashes(str(content["library"]), made)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is no file of hashes ({said(error, 80)}): make it with benchmarks/hashes.py."
        ) from error


def own_phashes(paths: Sequence[Path]) -> list[str]:
    """PHash of each photo, in their order."""
    with ThreadPoolExecutor(2, thread_name_prefix="hashes") as pool:
        return list(pool.map(lambda path: phash(decode_photo(read_photo(path), name=path.name)), paths))


def foreign_hashes(hashes: dict[str, str], data: DataSet) -> list[str]:
    """Hash of each photo of a data set, in its order.

    Raises
    ------
    InputError
        A photo has no hash of 64 bits.
    """
    missing = [path.name for path in data.paths if path.name not in hashes]
    if missing:
        raise InputError(f"The file of hashes lacks {len(missing)} photos of {data.name}, the first is {missing[0]}.")
    found = [hashes[path.name] for path in data.paths]
    for path, value in zip(data.paths, found, strict=True):
        if not isinstance(value, str) or not re.fullmatch("[0-9a-fA-F]{16}", value):
            raise InputError(f"The hash of {path.name} is {value!r:.40}, but must be 16 hexadecimal digits.")
    return found


def rank_hashes(hashes: list[str]) -> Ranker:
    """Rank the photos of a data set by the share of the 64 bits in which their hashes differ."""
    numbers = parse_phashes(hashes)[0]

    def rank(lookup: Lookup) -> Neighbours:
        def nearest(rows: RowArray) -> Neighbours:
            return _all_pairs(numbers[rows])

        return lookup.join(nearest)

    return rank


def _all_pairs(numbers: HashArray) -> Neighbours:
    n = len(numbers)
    bits = hash_bits(numbers[:, None], numbers[None, :])
    queries, rows = np.divmod(np.arange(n * n, dtype=np.int64), n)
    return sort_neighbours(queries, rows, bits.ravel() / PHASH_BITS, n)
