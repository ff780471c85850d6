"""The input of the second stage, a catalogue or a query, and the sides that a scorer may compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from product_matching.encoders.keypoints import Keypoints
from product_matching.listings.prints import PhotoPrint

#: Sides that every catalogue with titles has.
TITLE_SIDES = ("words", "trigrams")
#: Sides of dense vectors, in the order in which they stand in a matrix.
DENSE_SIDES = ("photo", "sentence")

DenseMatrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class DenseSide:
    """A kind of dense vectors that a scorer compares.

    Attributes
    ----------
    name
        One of `DENSE_SIDES`.
    dimension
        Columns of the vectors.
    model
        Name of the encoder; "" where it is not known.
    sha256
        Fingerprint of the encoder, see `PhotoModel.fingerprint`; "" where it is not known.
    """

    name: str
    dimension: int
    model: str = ""
    sha256: str = ""


@dataclass(frozen=True, eq=False)
class ListingData:
    """Titles, pHashes and dense vectors of N listings.

    Attributes
    ----------
    titles, phashes
        "" for none.
    dense
        Vectors by side, each of shape (N, D), rows of unit norm, or zero where a listing lacks the side.
    keypoints
        Gives the local features of a row's photo, None without a photo; None where they are not compared.
    prints
        What was read on each photo, None for one that was not read; None where nothing was read.
    """

    titles: Sequence[str]
    phashes: Sequence[str]
    dense: Mapping[str, DenseMatrix] = field(default_factory=dict)
    keypoints: Callable[[int], Keypoints | None] | None = None
    prints: Sequence[PhotoPrint | None] | None = None

    def __post_init__(self) -> None:
        n = len(self.titles)
        sizes = {"pHashes": len(self.phashes), **{side: len(part) for side, part in self.dense.items()}}
        wrong = {what: size for what, size in sizes.items() if size != n}
        if wrong or not set(self.dense) <= set(DENSE_SIDES):
            raise ValueError(f"{n} titles, but {wrong or sorted(self.dense)}")
        object.__setattr__(self, "dense", {side: self.dense[side] for side in DENSE_SIDES if side in self.dense})

    def __len__(self) -> int:
        return len(self.titles)

    def has(self, side: str) -> npt.NDArray[np.bool_]:
        """Which listings have a title (``"title"``), or a vector of a dense side; shape (N,)."""
        if side == "title":
            return np.array([bool(title.strip()) for title in self.titles], dtype=np.bool_)
        present: npt.NDArray[np.bool_] = np.any(self.dense[side] != 0, axis=1)
        return present

    def take(self, rows: npt.NDArray[np.int64]) -> ListingData:
        """Some of the listings, in the order of `rows`."""
        titles, phashes = ([texts[row] for row in rows] for texts in (self.titles, self.phashes))
        dense = {side: part[rows] for side, part in self.dense.items()}
        prints = None if self.prints is None else [self.prints[row] for row in rows]
        return ListingData(titles, phashes, dense, self._keypoints_of(rows), prints)

    def _keypoints_of(self, rows: npt.NDArray[np.int64]) -> Callable[[int], Keypoints | None] | None:
        keypoints = self.keypoints
        return None if keypoints is None else lambda row: keypoints(int(rows[row]))
