"""Vectors in two dimensions, for a map: principal components, or t-SNE over exact neighbours.

t-SNE: van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008; as openTSNE computes it (Poličar,
Stražar and Zupan, "openTSNE: A Modular Python Library for t-SNE Dimensionality Reduction and Embedding", Journal of
Statistical Software 109, 2024), starting from the principal components.
"""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, issparse
from scipy.sparse.linalg import eigsh

from product_matching.extras import import_extra
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.protocol import SelfJoin
from product_matching.search.joins.sparse import SparseJoin

PCA_NAME = "PCA"
#: Neighbours that each point keeps near, and how many are looked at.
PERPLEXITY, _NEIGHBOURS = 30, 90
#: Fewer points have no neighbourhoods to speak of.
_FEWEST = 8
#: Sizes up to which the whole decomposition is taken.
_SMALL = 16
#: Rows whose products are summed in single precision at a time.
_BLOCK_ROWS = 4096
#: Vectors that differ by less than this are the same.
_LEAST_VARIANCE = 1e-9
#: From this number of points on, an approximation by a grid is faster than one by a tree.
_LARGE = 10_000
_SEED = 0
#: Iterations with exaggerated neighbourhoods, then without; progress is told so often.
_EARLY, _LATE, _STEP = 250, 500, 10
_NOTHING_IN_COMMON = 1.0
_PURPOSE = "Maps by t-SNE"

Points = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.floating] | csr_matrix


def has_tsne() -> bool:
    """Whether the extra ``map`` is installed."""
    return find_spec("openTSNE") is not None


def tsne_name() -> str:
    """What computes a map by t-SNE; it changes whenever the map of the same vectors may."""
    return f"t-SNE (openTSNE {version('openTSNE')}, perplexity {PERPLEXITY})"


def principal_plane(vectors: Vectors) -> Points:
    """The first two principal components of each vector, the same for the same vectors.

    Parameters
    ----------
    vectors
        Shape (N, D), dense or sparse.

    Returns
    -------
    numpy.ndarray
        Shape (N, 2), float32; of each component the weight of largest size is positive.
    """
    n, dimensions = vectors.shape
    sparse = issparse(vectors)
    whole: Any = csr_matrix(vectors, dtype=np.float64) if sparse else np.asarray(vectors, dtype=np.float32)
    if min(n, dimensions) <= _SMALL:
        return _small_plane(whole.toarray() if sparse else whole)
    if _variance(whole) < _LEAST_VARIANCE:
        return np.zeros((n, 2), dtype=np.float32)
    if not sparse:
        return _plane_by_covariance(whole)
    from sklearn.decomposition import PCA

    fitted = PCA(2, svd_solver="arpack", random_state=_SEED, tol=1e-6).fit(whole)
    return _turned(fitted.transform(whole), fitted.components_)


def _plane_by_covariance(vectors: npt.NDArray[np.float32]) -> Points:
    """By the covariance of the dimensions: one pass over the vectors, instead of one an iteration."""
    n, dimensions = vectors.shape
    products = np.zeros((dimensions, dimensions))
    for start in range(0, n, _BLOCK_ROWS):
        block = vectors[start : start + _BLOCK_ROWS]
        products += block.T @ block
    mean = vectors.mean(axis=0, dtype=np.float64)
    covariance = products / n - np.outer(mean, mean)
    first = np.random.default_rng(_SEED).uniform(-1, 1, (dimensions,))
    components = eigsh(covariance, 2, v0=first)[1].T[::-1]  # the largest last
    return _turned(vectors @ components.T.astype(np.float32) - components @ mean, components)


def _small_plane(vectors: npt.NDArray[np.floating]) -> Points:
    """By the whole decomposition, which takes few points, few dimensions and equal points."""
    centred = np.zeros((len(vectors), max(vectors.shape[1], 2)))
    centred[:, : vectors.shape[1]] = vectors - vectors.mean(axis=0)
    components = np.linalg.svd(centred, full_matrices=True)[2][:2]
    return _turned(centred @ components.T, components)


def _turned(points: npt.NDArray[np.floating], components: npt.NDArray[np.floating]) -> Points:
    """The sign of a component is arbitrary: its weight of largest size is made positive."""
    largest = np.abs(components).argmax(axis=1)
    return np.asarray(points * np.where(components[[0, 1], largest] < 0, -1.0, 1.0), dtype=np.float32)


def _variance(vectors: Any) -> float:
    """Mean squared distance from the mean."""
    values: npt.NDArray[np.floating] = vectors.data if isinstance(vectors, csr_matrix) else vectors
    squares = float(np.sum(np.square(values), dtype=np.float64))
    mean: npt.NDArray[np.float64] = np.asarray(vectors.mean(axis=0), dtype=np.float64).ravel()
    return squares / int(vectors.shape[0]) - float(np.vdot(mean, mean))


def neighbour_plane(vectors: Vectors, *, progress: Progress = NO_PROGRESS) -> Points:
    """Two dimensions by t-SNE in which each vector is near its neighbours, the same for the same vectors.

    Neighbours are those of the exact self-join, by cosine distance. It takes one thread, as the sums of several would
    not be the same each time.

    Parameters
    ----------
    vectors
        Unit vectors, shape (N, D), dense or sparse.
    progress
        Shows the iterations.

    Returns
    -------
    numpy.ndarray
        Shape (N, 2), float32.

    Raises
    ------
    InputError
        The extra ``map`` is not installed.
    Cancelled
        The progress was cancelled.
    """
    tsne = import_extra("openTSNE", "map", _PURPOSE)
    start = principal_plane(vectors)
    n = len(start)
    if n < _FEWEST or not start[:, 0].std() > 0:
        return start
    stop_if_cancelled(progress)
    progress.begin("finding neighbours", 0)
    rows, distances = _neighbour_table(vectors, min(_NEIGHBOURS, n - 1))
    known = import_extra("openTSNE.nearest_neighbors", "map", _PURPOSE).PrecomputedNeighbors(rows, distances)
    affinities = import_extra("openTSNE.affinity", "map", _PURPOSE).PerplexityBasedNN(
        knn_index=known, perplexity=min(PERPLEXITY, known.k / 3), n_jobs=1
    )
    progress.begin("placing listings", _EARLY + _LATE, unit="iteration")
    # One that is told of an iteration stops it by returning true; there is no way to raise through it.
    placed = tsne.TSNE(
        early_exaggeration_iter=_EARLY,
        n_iter=_LATE,
        negative_gradient_method="fft" if n > _LARGE else "bh",
        n_jobs=1,
        random_state=_SEED,
        callbacks=_Steps(progress),
        callbacks_every_iters=_STEP,
    ).fit(affinities=affinities, initialization=start.astype(np.float64) * (1e-4 / start[:, 0].std()))
    stop_if_cancelled(progress)
    return np.asarray(placed, dtype=np.float32)


def _neighbour_table(vectors: Vectors, k: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The `k` nearest other rows of each row, with the lengths of the chords; both of shape (N, k).

    Titles that share no word are all at the distance 1: where fewer than `k` share one, rows that follow make it up.
    """
    join: SelfJoin[Any] = SparseJoin() if issparse(vectors) else DenseJoin()
    found = join.nearest(vectors, k + 1)
    n = len(found)
    rows = np.empty((n, k), dtype=np.int64)
    distances = np.full((n, k), _NOTHING_IN_COMMON)
    for row in range(n):
        near, far = found.of(row)
        other = near != row
        near, far = near[other][:k], far[other][:k]
        rows[row, : len(near)], distances[row, : len(near)] = near, far
        if len(near) < k:
            following = (row + 1 + np.arange(n - 1)) % n
            rows[row, len(near) :] = following[~np.isin(following, near)][: k - len(near)]
    return rows, np.sqrt(2.0 * distances)


class _Steps:
    """Tells progress of the iterations, and stops them where it was cancelled."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, iteration: int, error: float, embedding: Any) -> bool:
        self._progress.advance(_STEP)
        return self._progress.cancelled
