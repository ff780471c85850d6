"""Open the search backend that a bundle names: the one place where a backend is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from product_matching.search.protocol import VectorIndex
from product_matching.search.spec import IndexSpec

if TYPE_CHECKING:
    from product_matching.search.inverted_lists import InvertedLists
    from product_matching.search.milvus.served import ServedVectors


def open_index(
    spec: IndexSpec, vectors: Any, lists: InvertedLists | None = None, *, served: ServedVectors | None = None
) -> VectorIndex[Any]:
    """Index unit vectors with the backend of a kind; only that backend is loaded.

    Parameters
    ----------
    spec
        The backend.
    vectors
        Shape (N, D): a dense float32 array for ``"flat"`` and ``"ivf"``, a sparse matrix for ``"sparse"``; rows of unit
        norm or zero.
    lists
        Of an ``"ivf"``, as they were written before; None makes them now. The others need none.
    served
        The same vectors in Milvus, which then proposes the candidates in place of a backend here; `vectors` are only
        read to compute the distances of candidates.

    Raises
    ------
    ValueError
        The vectors are not what the backend takes.

    Examples
    --------
    >>> import numpy as np
    >>> index = open_index(IndexSpec("flat"), np.eye(3, dtype=np.float32))
    >>> index.exact, index.size
    (True, 3)
    """
    if served is not None:
        return _open_served(spec, vectors, served)
    if spec.kind == "ivf":
        from product_matching.search.ivf import IvfIndex

        return IvfIndex(vectors, lists=lists, probes=None if spec.ivf is None else spec.ivf.probes)
    if spec.kind == "sparse":
        from product_matching.search.sparse import SparseIndex

        return SparseIndex(vectors)
    from product_matching.search.flat import FlatIndex

    return FlatIndex(vectors)


def _open_served(spec: IndexSpec, vectors: Any, served: ServedVectors) -> VectorIndex[Any]:
    if spec.kind == "sparse":
        from product_matching.search.milvus.sparse import MilvusTitleIndex

        return MilvusTitleIndex(served.titles, vectors.shape[1], vectors)
    from product_matching.search.milvus.dense import MilvusIndex

    return MilvusIndex(served.photos, vectors.shape[1], vectors, exact=served.layout.exact)
