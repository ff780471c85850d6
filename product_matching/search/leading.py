"""Vectors shortened to their components along leading directions, with a bound on what is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.search.neighbours import FloatArray, product_slack
from product_matching.search.threads import each_in_threads

Matrix = npt.NDArray[np.float32]

#: Rows from which directions are taken, and rows on which each number of directions is tried.
_SAMPLE, _LEFT, _RIGHT = 2048, 256, 1024
#: Numbers of directions that are tried are multiples of this less one: the bound takes one dimension.
_STEP = 16
_MOST_DIRECTIONS, _ITERATIONS = 512, 2
#: How many times longer a dimension takes of a pair that is measured alone than of one among a block.
_ALONE = 60
#: A filter whose expected work is above this share of the whole product is not worth its preparation.
_WORTHWHILE = 0.85
_BLOCK_ROWS = 2048
#: Components of rows, and for each number of leading ones that is tried the norm of the rest.
_Shortened = tuple[Matrix, Matrix]


@dataclass(frozen=True)
class _Work:
    """The expected work on a pair, in dimensions of a block that is multiplied by NumPy."""

    dimensions: int
    faster: int

    def of(self, width: int, passed: float) -> float:
        """Work with short rows of a width, where a share of the pairs is measured."""
        return width / self.faster + min(passed * _ALONE, 1.0) * self.dimensions


def choose_directions(
    vectors: Matrix, squared_norms: FloatArray, threshold: float, *, faster: int = 1
) -> Matrix | None:
    """Choose the directions whose components tell most pairs beyond a distance apart, by a sample of pairs.

    With orthonormal directions ``Q``, ``z = Q'x`` and ``r(x)`` the norm of what ``Q`` does not reach, the cosine of
    two vectors is at most ``z(x).z(y) + r(x) r(y)``: the inequality of Cauchy and Schwarz on the rest. The directions
    are the leading principal ones of a sample; where the variance is spread over all, about ``threshold`` of the
    dimensions are left out, too.

    Parameters
    ----------
    vectors
        Shape (N, D), rows of norm 1 at most.
    squared_norms
        Their squared norms; shape (N,).
    threshold
        Largest distance.
    faster
        How many times faster than by NumPy the short rows will be multiplied.

    Returns
    -------
    ndarray or None
        Orthonormal columns, shape (D, K) with K + 1 a multiple of 16; None where nothing is gained by them.
    """
    dimensions = vectors.shape[1]
    order = np.random.default_rng(0).permutation(len(vectors))
    directions = _leading_directions(vectors[order[:_SAMPLE]])
    left, right = order[-_LEFT:], order[-_LEFT - _RIGHT : -_LEFT]
    sample = [_shortened(vectors[rows], squared_norms[rows], directions) for rows in (left, right)]
    lowest = 1.0 - threshold - product_slack(dimensions)
    count = _best_count(sample[0], sample[1], lowest, _Work(dimensions, faster))
    return None if count is None else directions[:, :count]


def short_rows(vectors: Matrix, squared_norms: FloatArray, directions: Matrix, threads: int) -> Matrix:
    """Components along directions, and the norm of the rest as the last column.

    The product of two such rows is their cosine at least, but for `short_slack`.

    Parameters
    ----------
    vectors, squared_norms
        Shape (N, D), and the squared norms of its rows, shape (N,).
    directions
        Orthonormal columns, shape (D, K).
    threads
        How many parts of the rows to work on side by side.

    Returns
    -------
    ndarray
        Shape (N, K + 1), float32.
    """
    count = directions.shape[1]
    rows = np.empty((len(vectors), count + 1), dtype=np.float32)

    def fill(start: int) -> None:
        part = slice(start, start + _BLOCK_ROWS)
        rows[part, :count] = components = vectors[part] @ directions
        reached = np.square(components, dtype=np.float64).sum(axis=1)
        rows[part, count] = _rest(squared_norms[part] - reached, len(directions), count)

    for _ in each_in_threads(fill, range(0, len(vectors), _BLOCK_ROWS), threads):
        pass
    return rows


def short_slack(dimensions: int, count: int) -> float:
    """By how much a product of short rows may be below the cosine.

    Products in single precision and directions that are not quite orthonormal move a product of two rows by at most
    half of this, which is allowed for twice: in the norm of the rest and here.
    """
    return 2 * _rotation_slack(dimensions, count)


def _rotation_slack(dimensions: int, count: int) -> float:
    """Largest error of a vector of `count` single-precision products with directions, of norm at most 1, times two."""
    return product_slack(dimensions) * float(np.sqrt(count))


def _leading_directions(sample: Matrix) -> Matrix:
    """Orthonormal directions of a sample, the one of most variance first, by subspace iteration; shape (D, K)."""
    moments = sample.T @ sample
    most = min(_MOST_DIRECTIONS, sample.shape[1] // 2 // _STEP * _STEP)
    directions: Matrix = np.random.default_rng(0).normal(size=(sample.shape[1], most)).astype(np.float32)
    for _ in range(_ITERATIONS):
        towards = moments @ directions
        directions = towards / np.abs(towards).max()
    basis = np.linalg.qr(directions)[0]
    turned = np.linalg.eigh(basis.T @ moments @ basis)[1][:, ::-1]
    return np.ascontiguousarray(basis @ turned, dtype=np.float32)


def _shortened(vectors: Matrix, squared_norms: FloatArray, directions: Matrix) -> _Shortened:
    """Components of rows along all directions, with the rests (see `_Shortened`)."""
    components = vectors @ directions
    counts = np.arange(_STEP - 1, directions.shape[1], _STEP)
    reached = np.cumsum(components.astype(np.float64) ** 2, axis=1)[:, counts - 1]
    return components, _rest(squared_norms[:, None] - reached, vectors.shape[1], directions.shape[1])


def _rest(squared: FloatArray, dimensions: int, count: int) -> Matrix:
    return np.sqrt(np.maximum(squared, 0.0) + short_slack(dimensions, count)).astype(np.float32)


def _best_count(left: _Shortened, right: _Shortened, lowest: float, work: _Work) -> int | None:
    """The number of leading components that takes the least work, None where the whole product does."""
    best, least = None, _WORTHWHILE * work.of(work.dimensions, 0.0)
    products = np.zeros((len(left[0]), len(right[0])), dtype=np.float32)
    done = 0
    for place in range(left[1].shape[1]):
        count = (place + 1) * _STEP - 1
        products += left[0][:, done:count] @ right[0][:, done:count].T
        done = count
        bound = products + left[1][:, place, None] * right[1][:, place]
        passed = float((bound >= lowest - short_slack(work.dimensions, count)).mean())
        if work.of(count + 1, passed) < least:
            best, least = count, work.of(count + 1, passed)
    return best
