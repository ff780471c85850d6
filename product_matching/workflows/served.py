"""Search a bundle where it was published: Milvus answers while it can, the local indexes where it cannot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.search.milvus.collection import Collection, check_complete, collection_name
from product_matching.search.milvus.connection import MilvusError, check_address
from product_matching.search.milvus.served import ServedVectors
from product_matching.search.neighbours import FloatArray, Neighbours
from product_matching.search.open import open_index
from product_matching.search.protocol import VectorIndex
from product_matching.search.spec import IndexSpec
from product_matching.store.bundle import Bundle
from product_matching.workflows.publish import searched_content

if TYPE_CHECKING:
    from product_matching.search.inverted_lists import InvertedLists

#: Seconds that a check of the collection holds, whether it went well or not.
CHECK_SECONDS = 30.0
T = TypeVar("T")


class ServedBundle:
    """The collection of a bundle, checked again from time to time; threads can share it.

    Parameters
    ----------
    bundle
        The bundle.
    address
        Of the Milvus that is asked about it.
    """

    def __init__(self, bundle: Bundle, address: str) -> None:
        self.address = address
        self._bundle = bundle
        self._lock = threading.Lock()
        self._checked: float | None = None
        self._problem = ""
        self._served: ServedVectors | None = None

    @property
    def problem(self) -> str:
        """Why Milvus is not asked, in one sentence; "" where it is."""
        self.vectors()
        return self._problem

    @property
    def exact(self) -> bool:
        """Whether a search misses nothing."""
        served = self.vectors()
        return served is None or served.layout.exact

    def vectors(self) -> ServedVectors | None:
        """The vectors in Milvus; None while it cannot be asked.

        Only the first call waits for Milvus: later checks run beside the searches.
        """
        with self._lock:
            if self._checked is None:
                self.check()
            elif time.monotonic() - self._checked >= CHECK_SECONDS:
                self._checked = time.monotonic()
                threading.Thread(target=self.check, daemon=True).start()
            return None if self._problem else self._served

    def fail(self, error: MilvusError) -> None:
        """Note that a search failed, and ask no more until the next check."""
        self._problem, self._checked = str(error), time.monotonic()

    def check(self) -> None:
        """Check now whether the collection holds the bundle whole."""
        bundle = self._bundle
        dimension = None if bundle.photo_vectors is None else bundle.photo_vectors.shape[1]
        try:
            collection = Collection(check_address(self.address), collection_name(bundle.manifest.catalogue_id))
            content = searched_content(bundle.manifest)
            state = check_complete(collection, content=content, listings=len(bundle), dimension=dimension)
            if self._served is None or self._served.layout != state.layout:
                self._served = ServedVectors(collection, state.layout, bundle.listings["posting_id"].tolist())
            self._problem = ""
        except InputError as error:
            self._problem = str(error)
        self._checked = time.monotonic()


class ServedIndex:
    """One side of a bundle, asked in Milvus, or locally while that does not answer.

    Parameters
    ----------
    served
        The collection.
    spec, vectors, lists
        Of the side, as `open_index` takes them; its local index is built when it is first needed.
    """

    def __init__(self, served: ServedBundle, spec: IndexSpec, vectors: Any, lists: InvertedLists | None = None) -> None:
        self._served, self._spec, self._vectors, self._lists = served, spec, vectors, lists
        self._lock = threading.Lock()
        self._local: VectorIndex[Any] | None = None

    @property
    def exact(self) -> bool:
        """Whether nothing is missed by what answers now."""
        return self._ask(lambda index: index.exact)

    @property
    def size(self) -> int:
        """Number of rows of the catalogue."""
        return int(self._vectors.shape[0])

    def within(self, queries: Any, threshold: float) -> Neighbours:
        """Find everything at `threshold` or nearer, for each query."""
        return self._ask(lambda index: index.within(queries, threshold))

    def nearest(self, queries: Any, k: int) -> Neighbours:
        """Find the `k` nearest rows of each query."""
        return self._ask(lambda index: index.nearest(queries, k))

    def distances(self, query: Any, rows: npt.ArrayLike) -> FloatArray:
        """Distance from one query to each of the given rows, in their order."""
        return self._ask(lambda index: index.distances(query, rows))

    def _ask(self, ask: Callable[[VectorIndex[Any]], T]) -> T:
        vectors = self._served.vectors()
        if vectors is not None:
            try:
                return ask(open_index(self._spec, self._vectors, served=vectors))
            except MilvusError as error:
                self._served.fail(error)
        return ask(self._open_local())

    def _open_local(self) -> VectorIndex[Any]:
        with self._lock:
            if self._local is None:
                self._local = open_index(self._spec, self._vectors, self._lists)
            return self._local
