"""Photos that are (nearly) the same picture: equal perceptual hashes, or hashes that differ in a few bits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.search.neighbours import Neighbours, sort_neighbours

#: Bits of a perceptual hash.
PHASH_BITS = 64
#: A photo on more listings than this is a placeholder and is not compared.
MAX_SHARED = 100
_BLOCK_ROWS = 512
_BLOCK_PAIRS = 1 << 21
#: With more bits than these the bands of `_banded_pairs` are so short that they spare little.
_MAX_BANDED_BITS = 6

HashArray = npt.NDArray[np.uint64]
#: First and second position of pairs, and the bits that they differ in.
_HashPairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]


def parse_phashes(phashes: Sequence[str]) -> tuple[HashArray, npt.NDArray[np.bool_]]:
    """Turn hexadecimal pHashes into numbers.

    Returns
    -------
    numpy.ndarray, numpy.ndarray
        The hashes, shape (N,), uint64, 0 where there is none; and which listings have one, shape (N,), bool.

    Raises
    ------
    InputError
        A pHash is neither empty nor 16 hexadecimal digits.
    """
    numbers = np.zeros(len(phashes), dtype=np.uint64)
    for row, phash in enumerate(phashes):
        if phash:
            numbers[row] = _parse(phash, row)
    return numbers, np.array([bool(phash) for phash in phashes], dtype=np.bool_)


def _parse(phash: str, row: int) -> int:
    try:
        if len(phash) == PHASH_BITS // 4:
            return int(phash, 16)
    except ValueError:
        pass
    raise InputError(f"The image_phash of listing {row + 1} is {phash!r}, but must be 16 hexadecimal digits.")


def hash_bits(first: HashArray, second: HashArray) -> npt.NDArray[np.int64]:
    """Bits in which two arrays of hashes differ (Hamming distance), broadcast against each other."""
    bits: npt.NDArray[np.int64] = np.bitwise_count(first ^ second).astype(np.int64)
    return bits


@dataclass(frozen=True, eq=False)
class PhotoHashes:
    """The pHashes of a catalogue, for the question in how many bits two photos differ.

    A picture on more than `MAX_SHARED` listings is a placeholder: its listings are unknown here, as those without one.

    Attributes
    ----------
    numbers
        Shape (N,), uint64; 0 where unknown.
    known
        Shape (N,), bool.
    placeholders
        Hashes of the placeholders.
    """

    numbers: HashArray
    known: npt.NDArray[np.bool_]
    placeholders: HashArray

    @classmethod
    def of(cls, phashes: Sequence[str]) -> PhotoHashes:
        """Read hexadecimal pHashes, "" for none (see `parse_phashes`)."""
        numbers, present = parse_phashes(phashes)
        unique, counts = np.unique(numbers[present], return_counts=True)
        placeholders = unique[counts > MAX_SHARED]
        return cls(numbers, present & ~np.isin(numbers, placeholders), placeholders)

    def bits(self, first: npt.NDArray[np.int64], second: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Bits in which the photos of pairs of rows differ, NaN where one is unknown; shape (P,)."""
        both = self.known[first] & self.known[second]
        return np.where(both, hash_bits(self.numbers[first], self.numbers[second]), np.nan)

    def bits_from(self, phash: str) -> npt.NDArray[np.float64]:
        """Bits in which a photo's pHash differs from each listing's, NaN where one is unknown; shape (N,)."""
        own, present = parse_phashes([phash])
        if not present[0] or own[0] in self.placeholders:
            return np.full(len(self.numbers), np.nan)
        return np.where(self.known, hash_bits(self.numbers, own), np.nan)


def near_photos(phashes: Sequence[str], max_bits: int = 0) -> Neighbours:
    """Find, for each listing, the listings whose pHash differs from its own in at most `max_bits` bits.

    Parameters
    ----------
    phashes
        One a listing, 16 hexadecimal digits, "" for a listing without a photo, which has no neighbours.
    max_bits
        0 finds equal hashes only. Hashes on more than `MAX_SHARED` listings are passed over as placeholders.

    Returns
    -------
    Neighbours
        Of each listing, itself among them, at the distance (bits that differ) / 64.
    """
    if not 0 <= max_bits <= PHASH_BITS:
        raise InputError(f"The number of pHash bits is {max_bits}, but must be from 0 to {PHASH_BITS}.")
    numbers, present = parse_phashes(phashes)
    unique, listing_hash, counts = np.unique(numbers[present], return_inverse=True, return_counts=True)
    left, right, bits = _near_hashes(unique, counts <= MAX_SHARED, max_bits)
    rows = np.flatnonzero(present)[np.argsort(listing_hash, kind="stable")]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    sizes = counts[left] * counts[right]
    pair = np.repeat(np.arange(len(left)), sizes)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    queries = rows[starts[left[pair]] + place // counts[right[pair]]]
    found = rows[starts[right[pair]] + place % counts[right[pair]]]
    return sort_neighbours(queries, found, bits[pair] / PHASH_BITS, len(phashes))


def _near_hashes(
    unique: HashArray, telling: npt.NDArray[np.bool_], max_bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of positions in `unique` (each with itself too) and the bits that they differ in."""
    positions = np.flatnonzero(telling)
    hashes = unique[positions]
    if max_bits == 0:
        first = second = bits = np.zeros(0, dtype=np.int64)
    elif max_bits <= _MAX_BANDED_BITS:
        first, second, bits = _banded_pairs(hashes, max_bits)
    else:
        first, second, bits = _all_pairs(hashes, max_bits)
    left = np.concatenate([positions, positions[first], positions[second]])
    right = np.concatenate([positions, positions[second], positions[first]])
    return left, right, np.concatenate([np.zeros(len(positions), dtype=np.int64), bits, bits])


def _all_pairs(hashes: HashArray, max_bits: int) -> _HashPairs:
    """Pairs of different hashes by comparing each with each."""
    found = [_no_pairs()]
    for start in range(0, len(hashes), _BLOCK_ROWS):
        differing = np.bitwise_count(hashes[start : start + _BLOCK_ROWS, None] ^ hashes[None, :])
        rows, columns = np.nonzero(differing <= max_bits)
        once = rows + start < columns
        rows, columns = rows[once], columns[once]
        found.append((rows + start, columns, differing[rows, columns].astype(np.int64)))
    first, second, bits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return first, second, bits


def _banded_pairs(hashes: HashArray, max_bits: int) -> _HashPairs:
    """Pairs of different hashes: of `max_bits` + 1 bands of bits, two near ones are equal in one at least.

    So only hashes that share a band are compared, which finds every near pair.
    """
    edges = np.linspace(0, PHASH_BITS, max_bits + 2).astype(np.int64)
    found = [_no_pairs()]
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        band = (hashes >> np.uint64(start)) & np.uint64((1 << (stop - start)) - 1)
        for first, second in _pairs_of_equal(band):
            bits = hash_bits(hashes[first], hashes[second])
            near = bits <= max_bits
            found.append((first[near], second[near], bits[near]))
    first, second, bits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    _, once = np.unique(np.minimum(first, second) * len(hashes) + np.maximum(first, second), return_index=True)
    return first[once], second[once], bits[once]


def _pairs_of_equal(values: HashArray) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Positions of all pairs of equal values, each pair once, in blocks."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    partners = np.searchsorted(ranked, ranked, side="right") - np.arange(len(ranked)) - 1
    block = np.cumsum(partners) // _BLOCK_PAIRS
    for ranks in np.split(np.arange(len(ranked)), np.flatnonzero(np.diff(block)) + 1):
        counts = partners[ranks]
        first = np.repeat(ranks, counts)
        step = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield order[first], order[first + step + 1]


def _no_pairs() -> _HashPairs:
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
