"""The k nearest listings of one, those of them within a threshold, and how many are right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, RowArray
from product_matching.workflows.find import Finder
from product_matching.workflows.lessons.distances import Side, index_and_vector, same_product


@dataclass(frozen=True, eq=False, kw_only=True)
class Neighbourhood:
    """The listings nearest to one.

    Attributes
    ----------
    row
        The listing.
    rows, distances
        Its neighbours, the nearest first, without itself; shape (K,).
    right
        Whether each is the same product; shape (K,). None where the catalogue does not tell.
    n_same
        Other listings of the same product in the whole catalogue; 0 where that is not known.
    """

    row: int
    rows: RowArray
    distances: FloatArray
    right: npt.NDArray[np.bool_] | None
    n_same: int

    def shown(self, k: int, threshold: float) -> int:
        """How many of the `k` nearest are within a threshold."""
        return int((self.distances[:k] <= threshold).sum())

    def n_right(self, shown: int) -> int:
        """How many of the nearest `shown` are the same product."""
        return 0 if self.right is None else int(self.right[:shown].sum())


def find_neighbours(finder: Finder, row: int, k: int, side: Side) -> Neighbourhood | None:
    """Find the `k` nearest listings of one; None for one without a photo or a title to compare."""
    asked = index_and_vector(finder, side, finder.listing_query(row))
    if asked is None:
        return None
    index, vector = asked
    found = index.nearest(vector, min(k + 1, index.size))
    others = found.rows != row
    rows, distances = found.rows[others][:k], found.distances[others][:k]
    labels = finder.bundle.labels
    known = labels is not None and bool(labels[row])
    return Neighbourhood(
        row=row,
        rows=rows,
        distances=distances,
        right=np.array([bool(same_product(finder, row, other)) for other in rows.tolist()]) if known else None,
        n_same=int((labels == labels[row]).sum()) - 1 if labels is not None and known else 0,
    )
