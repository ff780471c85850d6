"""Write the lists of an inverted file: centroids from a sample, each distinct vector into the list of the nearest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled, track
from product_matching.search.arguments import check_unit, check_width
from product_matching.search.inverted_lists import InvertedLists, Matrix, coded, quantiser
from product_matching.search.joins.copies import Copies
from product_matching.search.leading import choose_directions
from product_matching.search.mapped import release_pages
from product_matching.search.neighbours import RowArray
from product_matching.search.threads import each_in_threads, single_blas

#: Vectors of each list that the centroids are computed from, and how often they are moved.
_TRAINED_PER_LIST, _ITERATIONS = 32, 10
_SEED = 20
#: Vectors that directions are chosen by, and the fewest for which a choice is worth it.
_DRAWN, _FEW = 8192, 2048
#: Rows that are read at a time, and that are multiplied with the centroids at a time.
_BLOCK_ROWS, _PRODUCT_ROWS = 16_384, 1024


def write_lists(
    vectors: Matrix,
    codes: Path,
    lists: int,
    *,
    directions: Matrix | None = None,
    progress: Progress = NO_PROGRESS,
) -> InvertedLists:
    """Put vectors into lists around the centroids of a sample of them (k-means, always the same sample).

    Parameters
    ----------
    vectors
        Shape (N, D), float32, rows of norm 1 or 0; may be a memory map.
    codes
        File that is written.
    lists
        Number of lists; fewer where there are fewer distinct vectors.
    directions
        Along which the components are coded, shape (D, K); None for codes of all numbers. See `index_directions`.

    Raises
    ------
    ValueError
        A row has a norm other than 1 or 0.
    """
    check_width("vectors", np.shape(vectors))
    low, high, present = _ranges(vectors, directions)
    distinct = Copies.of(vectors, present)
    release_pages(vectors)
    rows = _CodedRows(vectors, distinct.lowest, directions)
    centroids = _centroids(rows, lists)
    stop_if_cancelled(progress)
    list_of = _assigned(rows, centroids, progress)
    sizes = np.bincount(list_of, minlength=len(centroids)).astype(np.int64)
    coarse = faiss.IndexFlatIP(centroids.shape[1])
    _write_codes(rows, list_of, codes, index=quantiser(coarse, low, high - low))
    release_pages(vectors)
    return InvertedLists(
        codes=codes,
        centroids=centroids,
        sizes=sizes,
        low=low,
        width=high - low,
        offsets=distinct.offsets,
        rows=distinct.rows,
        directions=directions,
    )


def index_directions(vectors: Matrix, distance: float) -> Matrix | None:
    """Choose the directions along which an index of vectors codes them, by a sample.

    Parameters
    ----------
    vectors
        Shape (N, D), float32, rows of norm 1 or 0; may be a memory map.
    distance
        Distance within which few rows are to be proposed that are beyond.

    Returns
    -------
    ndarray or None
        Orthonormal columns, shape (D, K); None where the numbers of the vectors themselves are as good.
    """
    drawn = np.sort(np.random.default_rng(_SEED).permutation(len(vectors))[:_DRAWN])
    sample = np.array(vectors[drawn])
    sample = sample[sample.any(axis=1)]
    if len(sample) < _FEW:
        return None
    return choose_directions(sample, np.einsum("ij,ij->i", sample, sample, dtype=np.float64), distance)


@dataclass(frozen=True, eq=False)
class _CodedRows:
    """Some rows of a matrix, each as its code holds it before it is rounded."""

    vectors: Matrix
    rows: RowArray
    directions: Matrix | None

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, places: Any) -> Matrix:
        return coded(self.vectors[self.rows[places]], self.directions)


def _ranges(vectors: Matrix, directions: Matrix | None) -> tuple[Matrix, Matrix, npt.NDArray[np.bool_]]:
    """Smallest and largest value of each dimension, and which rows are not zero; the norms are checked on the way."""
    length = coded(np.zeros((0, np.shape(vectors)[1])), directions).shape[1]
    low, high = np.zeros(length, dtype=np.float32), np.zeros(length, dtype=np.float32)
    present = np.zeros(len(vectors), dtype=np.bool_)
    for start in range(0, len(vectors), _BLOCK_ROWS):
        block = np.asarray(vectors[start : start + _BLOCK_ROWS], dtype=np.float32)
        squared_norms = np.einsum("ij,ij->i", block, block)
        check_unit("vectors", squared_norms, start)
        present[start : start + _BLOCK_ROWS] = squared_norms > 0
        block = coded(block, directions)
        np.minimum(low, block.min(axis=0), out=low)
        np.maximum(high, block.max(axis=0), out=high)
    return low, high, present


def _centroids(rows: _CodedRows, lists: int) -> Matrix:
    """Unit means of a sample of the rows, by k-means with cosines (spherical k-means: Dhillon and Modha 2001)."""
    lists, rng = min(lists, len(rows)), np.random.default_rng(_SEED)
    sample = rows[np.sort(rng.choice(len(rows), min(len(rows), lists * _TRAINED_PER_LIST), replace=False))]
    centroids = sample[rng.choice(len(sample), lists, replace=False)] if lists else sample
    for _ in range(_ITERATIONS if lists else 0):
        nearest = _nearest(sample, centroids)
        order = np.argsort(nearest, kind="stable")
        sizes = np.bincount(nearest, minlength=lists)
        filled = np.flatnonzero(sizes)
        sums = np.add.reduceat(sample[order], (np.cumsum(sizes) - sizes)[filled])
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        # A list without vectors, or whose vectors cancel out, starts again from one of the sample.
        centroids = sample[rng.choice(len(sample), lists, replace=False)]
        centroids[filled] = np.divide(sums, norms, out=centroids[filled], where=norms > 0)
    return np.ascontiguousarray(centroids)


def _assigned(rows: _CodedRows, centroids: Matrix, progress: Progress) -> RowArray:
    """The list of each of the rows."""
    starts = range(0, len(rows), _BLOCK_ROWS)
    blocks = track(progress, starts, "index of the photos", unit="block")
    found = [_nearest(rows[start : start + _BLOCK_ROWS], centroids) for start in blocks]
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])


def _nearest(block: Matrix, centroids: Matrix) -> RowArray:
    """The centroid that is nearest to each row; products of NumPy, which are faster than FAISS's search for one."""
    starts = range(0, len(block), _PRODUCT_ROWS)
    with single_blas() as threads:
        found = list(each_in_threads(lambda start: _largest(block, start, centroids), starts, threads))
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])


def _largest(block: Matrix, start: int, centroids: Matrix) -> RowArray:
    largest: RowArray = (block[start : start + _PRODUCT_ROWS] @ centroids.T).argmax(axis=1)
    return largest


def _write_codes(rows: _CodedRows, list_of: RowArray, codes: Path, *, index: Any) -> None:
    ordered = np.argsort(list_of, kind="stable")
    sizes = np.bincount(list_of)
    ends = np.cumsum(sizes)
    with codes.open("wb") as stream:
        for start, end in zip((ends - sizes).tolist(), ends.tolist(), strict=True):
            members = ordered[start:end]
            if len(members):
                stream.write(index.sq.compute_codes(rows[members]).tobytes())
                stream.write(members.astype("<i8").tobytes())
