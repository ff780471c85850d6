"""Write the lists of an inverted file: centroids from a sample, each distinct vector into the list of the nearest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled, track
from product_matching.search.arguments import check_unit, check_width
from product_matching.search.inverted_lists import InvertedLists, Matrix, padded, quantiser
from product_matching.search.joins.copies import Copies
from product_matching.search.mapped import release_pages
from product_matching.search.neighbours import RowArray

#: Vectors of each list that the centroids are computed from, and how often they are moved.
_TRAINED_PER_LIST, _ITERATIONS = 32, 10
_SEED = 20
_BLOCK_ROWS = 16_384


def write_lists(vectors: Matrix, codes: Path, lists: int, *, progress: Progress = NO_PROGRESS) -> InvertedLists:
    """Put vectors into lists around the centroids of a sample of them (k-means, always the same sample).

    Parameters
    ----------
    vectors
        Shape (N, D), float32, rows of norm 1 or 0; may be a memory map.
    codes
        File that is written.
    lists
        Number of lists; fewer where there are fewer distinct vectors.

    Raises
    ------
    ValueError
        A row has a norm other than 1 or 0.
    """
    check_width("vectors", np.shape(vectors))
    low, high, present = _ranges(vectors)
    distinct = Copies.of(vectors, present)
    release_pages(vectors)
    centroids = _centroids(vectors, distinct.lowest, lists)
    coarse = faiss.IndexFlatIP(centroids.shape[1])
    coarse.add(centroids)
    stop_if_cancelled(progress)
    list_of = _assigned(vectors, distinct.lowest, coarse, progress)
    sizes = np.bincount(list_of, minlength=len(centroids)).astype(np.int64)
    _write_codes(vectors, distinct.lowest, list_of, codes, index=quantiser(coarse, low, high - low))
    release_pages(vectors)
    return InvertedLists(
        codes=codes,
        centroids=centroids,
        sizes=sizes,
        low=low,
        width=high - low,
        offsets=distinct.offsets,
        rows=distinct.rows,
    )


def _ranges(vectors: Matrix) -> tuple[Matrix, Matrix, npt.NDArray[np.bool_]]:
    """Smallest and largest value of each dimension, and which rows are not zero; the norms are checked on the way."""
    length = padded(np.zeros((0, np.shape(vectors)[1]))).shape[1]
    low, high = np.zeros(length, dtype=np.float32), np.zeros(length, dtype=np.float32)
    present = np.zeros(len(vectors), dtype=np.bool_)
    for start in range(0, len(vectors), _BLOCK_ROWS):
        block = padded(vectors[start : start + _BLOCK_ROWS])
        squared_norms = np.einsum("ij,ij->i", block, block)
        check_unit("vectors", squared_norms, start)
        present[start : start + _BLOCK_ROWS] = squared_norms > 0
        np.minimum(low, block.min(axis=0), out=low)
        np.maximum(high, block.max(axis=0), out=high)
    return low, high, present


def _centroids(vectors: Matrix, rows: RowArray, lists: int) -> Matrix:
    lists = min(lists, len(rows))
    length = padded(np.zeros((0, np.shape(vectors)[1]))).shape[1]
    if not lists:
        return np.zeros((0, length), dtype=np.float32)
    wanted = min(len(rows), lists * _TRAINED_PER_LIST)
    sample = np.sort(np.random.default_rng(_SEED).choice(rows, wanted, replace=False))
    means = faiss.Kmeans(
        length,
        lists,
        niter=_ITERATIONS,
        seed=_SEED,
        spherical=True,
        min_points_per_centroid=1,
        max_points_per_centroid=_TRAINED_PER_LIST,
    )
    means.train(padded(vectors[sample]))
    return np.ascontiguousarray(means.centroids, dtype=np.float32)


def _assigned(vectors: Matrix, rows: RowArray, coarse: Any, progress: Progress) -> RowArray:
    list_of = np.zeros(len(rows), dtype=np.int64)
    for start in track(progress, range(0, len(rows), _BLOCK_ROWS), "index of the photos", unit="block"):
        part = slice(start, start + _BLOCK_ROWS)
        list_of[part] = coarse.search(padded(vectors[rows[part]]), 1)[1].ravel()
    return list_of


def _write_codes(vectors: Matrix, rows: RowArray, list_of: RowArray, codes: Path, *, index: Any) -> None:
    ordered = np.argsort(list_of, kind="stable")
    sizes = np.bincount(list_of)
    ends = np.cumsum(sizes)
    with codes.open("wb") as stream:
        for start, end in zip((ends - sizes).tolist(), ends.tolist(), strict=True):
            members = ordered[start:end]
            if len(members):
                stream.write(index.sq.compute_codes(padded(vectors[rows[members]])).tobytes())
                stream.write(members.astype("<i8").tobytes())
