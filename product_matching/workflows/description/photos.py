"""The photos of a catalogue: which are on several listings, which look alike, and which are placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from product_matching.errors import InputError
from product_matching.matching.thresholds import PHOTO_BITS
from product_matching.search.joins.phashes import MAX_SHARED, near_photos, parse_phashes

#: Rows of listings with the same photo; shape (at least 2,), rising.
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoFacts:
    """The photos of a catalogue, or only their pHashes where it has no photos.

    Attributes
    ----------
    same_file
        Listings whose photo is the same file, byte for byte: rows of each such photo, the most repeated first.
    same_phash
        Listings whose photos have equal pHashes, likewise; those of the same file are among them.
    n_alike
        Listings with another one whose pHash differs in at most `PHOTO_BITS` bits, placeholders left out.
    n_alike_groups
        Groups that those listings form, where each is near to one of its group at least.
    problem
        Why pHashes could not be compared; empty where they were.
    """

    same_file: tuple[Rows, ...]
    same_phash: tuple[Rows, ...]
    n_alike: int = 0
    n_alike_groups: int = 0
    problem: str = ""

    @property
    def placeholders(self) -> tuple[Rows, ...]:
        """Rows of each picture on more than `MAX_SHARED` listings, which tells nothing about them."""
        return tuple(rows for rows in self.same_phash if len(rows) > MAX_SHARED)


def describe_photos(sha256: pd.Series, phashes: Sequence[str]) -> PhotoFacts:
    """Describe photos.

    Parameters
    ----------
    sha256
        Names the content of each listing's photo, "" for none.
    phashes
        PHash of each listing's photo, 16 hexadecimal digits, "" for none.
    """
    same_file = repeated_values(sha256.to_numpy(dtype=object))
    try:
        numbers, present = parse_phashes(phashes)
        n_alike, n_groups = _count_alike(phashes)
    except InputError as error:
        return PhotoFacts(same_file=same_file, same_phash=(), problem=str(error))
    named = np.where(present, numbers.astype(str), "").astype(object)
    return PhotoFacts(same_file=same_file, same_phash=repeated_values(named), n_alike=n_alike, n_alike_groups=n_groups)


def repeated_values(values: npt.NDArray[np.object_]) -> tuple[Rows, ...]:
    """Rows of every value that several have, "" left out; most rows first, then in order of the first row."""
    rows = np.flatnonzero(values != "")
    codes, _ = pd.factorize(values[rows])
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    groups = np.split(rows[order], np.cumsum(counts)[:-1]) if len(counts) else []
    several = [group.astype(np.int64) for group in groups if len(group) > 1]
    return tuple(sorted(several, key=lambda group: (-len(group), int(group[0]))))


def _count_alike(phashes: Sequence[str]) -> tuple[int, int]:
    near = near_photos(phashes, PHOTO_BITS)
    queries = np.repeat(np.arange(len(phashes)), np.diff(near.offsets))
    graph = csr_matrix((np.ones(len(queries)), (queries, near.rows)), shape=(len(phashes), len(phashes)))
    _, group = connected_components(graph, directed=False)
    sizes = np.bincount(group, minlength=1)
    return int(sizes[sizes > 1].sum()), int((sizes > 1).sum())
