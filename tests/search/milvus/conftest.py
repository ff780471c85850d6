"""Collections in Milvus Lite, in a folder of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from product_matching.search.milvus.collection import Collection
from product_matching.search.milvus.connection import disconnect
from product_matching.search.milvus.dense import MilvusIndex
from product_matching.search.milvus.entities import Value, make_entities
from product_matching.search.milvus.layout import MAX_RESULTS, PHOTO_FIELD, TITLE_FIELD, ColumnKind, Layout
from product_matching.search.milvus.proposals import Side
from product_matching.search.milvus.sparse import MilvusTitleIndex


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Milvus Lite that the tests of this folder share."""
    pytest.importorskip("milvus_lite", reason="the extra 'milvus' is not installed")
    address = str(tmp_path_factory.mktemp("milvus") / "lite.db")
    yield address
    disconnect(address)


@pytest.fixture(scope="session")
def new_collection(lite: str) -> Callable[..., Collection]:
    """A function that makes a collection and fills it."""
    numbers = itertools.count()

    def make(
        layout: Layout, *, photos: Any = None, titles: Any = None, columns: dict[str, list[Value]] | None = None
    ) -> Collection:
        collection = Collection(lite, f"test_{next(numbers)}", create=True)
        ids = [f"id{row}" for row in range((photos if titles is None else titles).shape[0])]
        entities = make_entities(layout, ids, photos=photos, titles=titles, columns=columns or {})
        collection.create(layout)
        collection.upsert(entities)
        collection.flush()
        return collection

    return make


@pytest.fixture(scope="session")
def photos_in(new_collection: Callable[..., Collection]) -> Callable[..., MilvusIndex]:
    """A function that makes an index of photo vectors."""

    def make(
        vectors: Any,
        *,
        index: Any = "FLAT",
        lists: int = 0,
        probes: int = 0,
        max_results: int = MAX_RESULTS,
        block_size: int = 64,
        at_hand: bool = True,
        columns: dict[str, list[Value]] | None = None,
        kinds: dict[str, ColumnKind] | None = None,
    ) -> MilvusIndex:
        rows = np.asarray(vectors, dtype=np.float32)
        layout = Layout(
            dimension=rows.shape[1], titles=False, columns=kinds or {}, index=index, lists=lists, probes=probes
        )
        side = Side(
            collection=new_collection(layout, photos=rows, columns=columns),
            field=PHOTO_FIELD,
            rows={f"id{row}": row for row in range(len(rows))},
            params={} if layout.exact else {"nprobe": probes},
            max_results=max_results,
        )
        return MilvusIndex(side, rows.shape[1], rows if at_hand else None, exact=layout.exact, block_size=block_size)

    return make


@pytest.fixture(scope="session")
def titles_in(new_collection: Callable[..., Collection]) -> Callable[..., MilvusTitleIndex]:
    """A function that makes an index of title vectors."""

    def make(
        matrix: Any, *, max_results: int = MAX_RESULTS, block_size: int = 64, at_hand: bool = True
    ) -> MilvusTitleIndex:
        layout = Layout(dimension=None, titles=True)
        side = Side(
            collection=new_collection(layout, titles=matrix),
            field=TITLE_FIELD,
            rows={f"id{row}": row for row in range(matrix.shape[0])},
            max_results=max_results,
        )
        return MilvusTitleIndex(side, matrix.shape[1], matrix if at_hand else None, block_size=block_size)

    return make
