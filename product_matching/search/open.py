"""Open the search backend that a bundle names: the one place where a backend is chosen."""

from __future__ import annotations

from typing import Any

from product_matching.search.protocol import VectorIndex
from product_matching.search.spec import IndexSpec


def open_index(spec: IndexSpec, vectors: Any) -> VectorIndex[Any]:
    """Index unit vectors with the backend of a kind; only that backend is loaded.

    Parameters
    ----------
    spec
        The backend.
    vectors
        Shape (N, D): a dense float32 array for ``"flat"``, a sparse matrix for ``"sparse"``; rows of unit norm or zero.

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
    if spec.kind == "sparse":
        from product_matching.search.sparse import SparseIndex

        return SparseIndex(vectors)
    from product_matching.search.flat import FlatIndex

    return FlatIndex(vectors)
