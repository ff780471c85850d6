"""The protocol that every search backend keeps to."""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, Neighbours

VectorsT = TypeVar("VectorsT", contravariant=True)


class VectorIndex(Protocol[VectorsT]):
    """Unit vectors that can be searched by cosine distance.

    `VectorsT` is what the backend takes as queries: a dense array of shape (Q, D), or a sparse matrix for titles.
    Every method returns exact distances, rounded by `product_matching.search.neighbours.to_distance`, whether the
    backend is `exact` or not; ``distance <= threshold`` is a match. A zero vector has no direction: it is at distance 1
    from everything.
    """

    @property
    def exact(self) -> bool:
        """Whether nothing is missed: an approximate backend may leave out rows, but never gives a wrong distance."""
        ...

    @property
    def size(self) -> int:
        """Number of rows in the index."""
        ...

    def within(self, queries: VectorsT, threshold: float) -> Neighbours:
        """Find everything at `threshold` or nearer, for each query."""
        ...

    def nearest(self, queries: VectorsT, k: int) -> Neighbours:
        """Find the `k` nearest rows of each query (all rows if `k` exceeds `size`); ties are won by the lower row."""
        ...

    def distances(self, query: VectorsT, rows: npt.ArrayLike) -> FloatArray:
        """Distance from one query (a batch of one row) to each of the given rows, in their order."""
        ...
