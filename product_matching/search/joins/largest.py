"""The nearest rows of each row of a block, from its products with all rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import Neighbours, keep_nearest, sort_neighbours, to_distance

#: Products this much below the k-th largest may round to the same distance.
_ROUNDING = np.float32(2e-6)
#: Columns are looked at in this many parts for each of the k; the largest of each part bound the k-th largest of all.
_PARTS = 4


def nearest_of_block(products: npt.NDArray[np.float32], k: int) -> Neighbours:
    """Find the `k` nearest of each row by its products (all columns if `k` exceeds them); the lower one wins ties.

    Parameters
    ----------
    products
        Shape (rows of the block, N).
    k
        How many, at least 1.
    """
    k = min(k, products.shape[1])
    if k == 0:
        return Neighbours(np.zeros(len(products) + 1, np.int64), np.zeros(0, np.int64), np.zeros(0))
    enough = _at_most_kth_largest(products, k) - _ROUNDING
    places = np.flatnonzero((products >= enough[:, None]).ravel())
    rows, columns = np.divmod(places, products.shape[1])
    distances = to_distance(products.ravel()[places])
    return keep_nearest(sort_neighbours(rows, columns, distances, len(products)), k)


def _at_most_kth_largest(products: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.float32]:
    """A number for each row that at least `k` of its products reach, and few more."""
    width = products.shape[1] // (_PARTS * k)
    if width < 2:
        return np.partition(products, -k, axis=1)[:, -k]
    parts = products[:, : width * _PARTS * k].reshape(len(products), width, _PARTS * k).max(axis=1)
    bound: npt.NDArray[np.float32] = np.partition(parts, -k, axis=1)[:, -k]
    return bound
