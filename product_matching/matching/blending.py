"""Vectors improved by their neighbours: cross-mean, database augmentation, iterative neighbourhood blending.

Every function takes unit vectors as a dense array or a CSR matrix of shape (N, D) and returns the same kind,
rows of unit norm (a zero row stays zero).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse import csr_matrix

from product_matching.matching.rules import select, union
from product_matching.search.neighbours import Neighbours, keep_nearest, keep_within

#: Vectors of one kind: what goes in dense comes out dense.
Vectors = TypeVar("Vectors", csr_matrix, npt.NDArray[np.floating])


def fuse(parts: Sequence[Vectors], weights: Sequence[float]) -> Vectors:
    """Concatenate several kinds of unit vectors so that the cosine is the weighted mean of their cosines.

    Parameters
    ----------
    parts
        Matrices of the same N rows, all dense or all sparse.
    weights
        One a part, not negative, of sum 1. A row that is zero in one part has the cosines of the others, rescaled.
    """
    if len(parts) != len(weights) or min(weights) < 0 or abs(sum(weights) - 1) > 1e-9:
        raise ValueError(f"weights must be {len(parts)} numbers from 0 with the sum 1, not {weights}")
    scaled = [part * np.float32(np.sqrt(weight)) for part, weight in zip(parts, weights, strict=True)]
    return _unit(_beside(scaled))


def cross_mean(vectors: Vectors, same: Neighbours) -> Vectors:
    """Replace each vector by the mean over the listings that are the same in the other modality.

    Titles are averaged over identical photos (see `near_photos`), photo vectors over identical titles.

    Parameters
    ----------
    vectors
        Shape (N, D).
    same
        Listings that are the same as each row, itself among them; a row without any keeps its vector.
    """
    return _unit(_weights(same, np.ones(len(same.rows)), fill_own=True) @ vectors)


def expand(vectors: Vectors, neighbours: Neighbours, k: int = 2, alpha: float = 1.0) -> Vectors:
    """Replace each vector by the sum of its `k` nearest, itself among them, each weighted by similarity ** alpha.

    Database-side augmentation (Arandjelovic and Zisserman 2012), with alpha the weighting of alpha query expansion
    (Radenovic, Tolias and Chum 2019).
    """
    if k < 1:
        raise ValueError(f"k must be a whole number from 1, not {k}")
    nearest = keep_nearest(neighbours, k)
    return _unit(_weights(nearest, np.maximum(1.0 - nearest.distances, 0.0) ** alpha) @ vectors)


def blend_neighbourhoods(vectors: Vectors, neighbours: Neighbours, threshold: float) -> Vectors:
    """Replace each vector by the similarity-weighted sum over its neighbourhood: one stage of INB.

    Iterative neighbourhood blending (first place of the Shopee competition, 2021). Distances shrink at every stage,
    so each stage needs its own neighbours and threshold.

    Parameters
    ----------
    vectors
        Shape (N, D).
    neighbours
        Near rows of each row, itself among them.
    threshold
        Cosine distance up to which a row belongs to the neighbourhood; the nearest other row belongs to it even beyond.
    """
    near = _with_nearest_other(keep_within(neighbours, threshold), keep_nearest(neighbours, 2))
    return _unit(_weights(near, np.maximum(1.0 - near.distances, 0.0)) @ vectors)


def _with_nearest_other(near: Neighbours, pair: Neighbours) -> Neighbours:
    alone = np.diff(near.offsets) < 2
    return union(select(near, ~alone[near.queries()]), select(pair, alone[pair.queries()]))


def _weights(neighbours: Neighbours, weights: npt.NDArray[np.float64], *, fill_own: bool = False) -> csr_matrix:
    n = len(neighbours)
    matrix = csr_matrix((weights.astype(np.float32), neighbours.rows, neighbours.offsets), shape=(n, n))
    if not fill_own:
        return matrix
    return csr_matrix(matrix + scipy.sparse.diags((np.diff(neighbours.offsets) == 0).astype(np.float32)))


def _beside(parts: Sequence[Vectors]) -> Vectors:
    first = parts[0]
    if isinstance(first, csr_matrix):
        return csr_matrix(scipy.sparse.hstack(parts))
    return np.hstack(parts)


def to_unit_rows(vectors: Vectors) -> Vectors:
    """Scale each row to norm 1, in place; a zero row stays zero."""
    from sklearn.preprocessing import normalize  # a second to import, and not needed where kept scores decide

    unit: Vectors = normalize(vectors, copy=False)
    return unit


def _unit(vectors: Vectors) -> Vectors:
    if not vectors.shape[1]:  # no title holds a word
        return vectors
    unit: Vectors = to_unit_rows(vectors).astype(np.float32)
    return unit
