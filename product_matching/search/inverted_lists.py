"""The contents of an inverted file: distinct vectors in lists around centroids, one byte a number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from product_matching.array_files import KeptSize, check_archive
from product_matching.search.leading import short_rows, short_slack
from product_matching.search.neighbours import RowArray

Matrix = npt.NDArray[np.float32]

#: FAISS compares codes of a multiple of this length several times faster than others.
_ALIGNED = 16
_ID_BYTES = 8
_STEPS = 255


@dataclass(frozen=True, eq=False, kw_only=True)
class InvertedLists:
    """The distinct vectors of a matrix (U of them, zero rows left out) in L lists.

    Attributes
    ----------
    codes
        File of the lists, one behind the other: of each the codes of its vectors, shape (S, W), uint8, then their
        numbers from 0 to U - 1, shape (S,), int64. W is the width of what `coded` gives.
    directions
        Orthonormal columns, shape (D, W - 1), float32: the codes are those of the components along them and of the
        norm of the rest, so that no product of codes is below the cosine, but for what is rounded. None for codes of
        all numbers of a vector.
    centroids
        Shape (L, W), float32, unit norm.
    sizes
        Vectors of each list; shape (L,), int64.
    low, width
        Smallest value of each dimension, and the largest less the smallest; shape (W,), float32.
    offsets, rows
        Vector ``u`` is that of the rows ``rows[offsets[u]:offsets[u + 1]]``; see `Copies`.
    """

    codes: Path
    centroids: Matrix
    sizes: RowArray
    low: Matrix
    width: Matrix
    offsets: RowArray
    rows: RowArray
    directions: Matrix | None = None

    def __post_init__(self) -> None:
        lists, length = self.centroids.shape
        shapes = (self.sizes.shape, self.low.shape, self.width.shape)
        if shapes != ((lists,), (length,), (length,)) or not np.isfinite(self.centroids).all():
            raise ValueError(f"the lists do not fit together: {lists} centroids, but {shapes}")
        if self.directions is not None and (
            self.directions.shape[1:] != (length - 1,) or not np.isfinite(self.directions).all()
        ):
            raise ValueError(f"the lists do not fit together: {length} numbers, but {self.directions.shape} directions")
        if (self.sizes < 0).any() or self.sizes.sum() != len(self.offsets) - 1 or (np.diff(self.offsets) < 0).any():
            raise ValueError("the sizes of the lists do not add up to their vectors")
        if self.codes.stat().st_size != self.sizes.sum() * (length + _ID_BYTES):
            raise ValueError(f"{self.codes.name} has {self.codes.stat().st_size} bytes, which its lists do not fill")

    @property
    def steps(self) -> Matrix:
        """Distance of two neighbouring codes in each dimension; shape (W,)."""
        steps: Matrix = self.width / np.float32(_STEPS)
        return steps

    @property
    def slack(self) -> float:
        """By how much a product of two coded rows may be below the cosine, codes not yet rounded."""
        return 0.0 if self.directions is None else short_slack(*self.directions.shape)

    def coded(self, vectors: npt.ArrayLike) -> Matrix:
        """What the codes hold of vectors, shape (N, D), before it is rounded; shape (N, W)."""
        return coded(vectors, self.directions)

    def list_of_rows(self) -> RowArray:
        """List of every row that stands in one, in the order of `rows`; shape (M,)."""
        list_of = np.empty(len(self.offsets) - 1, dtype=np.int64)
        length, start = self.centroids.shape[1], 0
        for number, size in enumerate(self.sizes.tolist()):
            ids = np.fromfile(self.codes, dtype="<i8", count=size, offset=start + size * length)
            list_of[ids], start = number, start + size * (length + _ID_BYTES)
        of_rows: RowArray = np.repeat(list_of, np.diff(self.offsets))
        return of_rows

    def rows_of(self, vectors: list[RowArray]) -> list[RowArray]:
        """All rows that have the given vectors, for each query; a negative number is none.

        Raises
        ------
        ValueError
            There is no such vector: the codes are damaged.
        """
        return [self._rows_of(of_query[of_query >= 0]) for of_query in vectors]

    def _rows_of(self, vectors: RowArray) -> RowArray:
        if len(vectors) and vectors.max() >= len(self.offsets) - 1:
            raise ValueError(f"{self.codes.name} names vector {vectors.max()}, but there are {len(self.offsets) - 1}")
        starts = self.offsets[vectors]
        copies = self.offsets[vectors + 1] - starts
        within = np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
        rows: RowArray = self.rows[np.repeat(starts, copies) + within]
        return rows

    def save(self, path: Path) -> None:
        """Write all but the codes."""
        names = ("centroids", "sizes", "low", "width", "offsets", "rows")
        arrays = {name: getattr(self, name) for name in names}
        if self.directions is not None:
            arrays["directions"] = self.directions
        with path.open("wb") as stream:
            np.savez(stream, **arrays)

    @classmethod
    def load(cls, path: Path, codes: Path) -> InvertedLists:
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            The two files do not fit together.
        """
        check_archive(path)
        with np.load(path, allow_pickle=False) as file:
            floats = {name: file[name].astype(np.float32) for name in ("centroids", "low", "width")}
            numbers = {name: file[name].astype(np.int64) for name in ("sizes", "offsets", "rows")}
            directions = file["directions"].astype(np.float32) if "directions" in file else None
        return cls(codes=codes, directions=directions, **floats, **numbers)

    def renumbered(self, rows: RowArray) -> InvertedLists:
        """The same lists where each row has another number; `rows[old]` is the new one, -1 for one that is gone."""
        new = rows[self.rows]
        there = np.concatenate([[0], np.cumsum(new >= 0)])
        return replace(self, rows=new[new >= 0], offsets=there[self.offsets])

    def kept_size(self) -> KeptSize | None:
        """What tells that the mapped file of the codes was shortened; None where FAISS reads it into memory."""
        return KeptSize(self.codes) if hasattr(faiss, "OnDiskInvertedLists") else None

    def index(self, probes: int) -> Any:
        """Open them as an index of FAISS that searches `probes` lists a query, and which maps the codes."""
        length = self.centroids.shape[1]
        coarse = faiss.IndexFlatIP(length)
        coarse.add(self.centroids)
        code_size = quantiser(coarse, self.low, self.width).code_size
        return self._searching(probes, coarse, _mapped_lists(self.codes, self.sizes, code_size))

    def widened(self, index: Any, probes: int) -> Any:
        """An index of the same mapped codes that searches another number of lists a query."""
        return self._searching(probes, *index.referenced_objects)

    def _searching(self, probes: int, coarse: Any, lists: Any) -> Any:
        index = quantiser(coarse, self.low, self.width)
        index.replace_invlists(lists)
        index.ntotal, index.nprobe = int(self.sizes.sum()), probes
        index.referenced_objects = [coarse, lists]  # which live as long
        return index


def coded(vectors: npt.ArrayLike, directions: Matrix | None) -> Matrix:
    """Shorten rows to their components along `directions` and the norm of the rest (`short_rows`).

    Without directions the rows are filled up with zeros to a multiple of 16 numbers; their products stay the same.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if directions is not None:
        return short_rows(rows, np.einsum("ij,ij->i", rows, rows, dtype=np.float64), directions, threads=1)
    missing = -rows.shape[1] % _ALIGNED
    return np.pad(rows, ((0, 0), (0, missing))) if missing else rows


def quantiser(coarse: Any, low: Matrix, width: Matrix) -> Any:
    """An index of FAISS without vectors, that codes numbers from `low` to ``low + width`` as one byte."""
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexIVFScalarQuantizer(coarse, coarse.d, max(1, coarse.ntotal), kind, faiss.METRIC_INNER_PRODUCT)
    index.by_residual = False
    faiss.copy_array_to_vector(np.concatenate([low, width]), index.sq.trained)
    index.is_trained = True
    return index


def _mapped_lists(codes: Path, sizes: RowArray, code_size: int) -> Any:
    """The lists of a file, mapped; read into memory where FAISS cannot map them (Windows), and where it is empty."""
    if sizes.sum() and hasattr(faiss, "OnDiskInvertedLists"):
        lists: Any = faiss.OnDiskInvertedLists(len(sizes), code_size, str(codes))
        lists.read_only = True
        lists.prefetch_nthread = 0  # or each search starts as many threads
        counts = sizes.astype(np.uint64)  # kept in a name: FAISS is given its address
        lists.set_all_lists_sizes(faiss.swig_ptr(counts))
        lists.totsize = codes.stat().st_size
        lists.do_mmap()
        return lists
    lists = faiss.ArrayInvertedLists(max(1, len(sizes)), code_size)
    with codes.open("rb") as stream:
        for number, size in enumerate(sizes.tolist()):
            block = np.frombuffer(stream.read(size * code_size), dtype=np.uint8)
            ids = np.frombuffer(stream.read(size * _ID_BYTES), dtype="<i8")
            if size:
                lists.add_entries(number, size, faiss.swig_ptr(ids), faiss.swig_ptr(block))
    return lists
