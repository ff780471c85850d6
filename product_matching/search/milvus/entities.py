"""Listings as Milvus takes them: their vectors, their columns, and a stamp that tells whether anything changed."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.search.arguments import check_unit, unit_rows
from product_matching.search.milvus.layout import (
    ID_FIELD,
    MAX_TEXT_BYTES,
    NO_WORD,
    PHOTO_FIELD,
    STAMP_BITS,
    STAMP_FIELD,
    TITLE_FIELD,
    Layout,
)
from product_matching.search.sparse import sorted_rows, squared_norms

#: A column's value: numbers for a column of numbers, None for an empty one.
Value = str | float | None


def make_entities(
    layout: Layout,
    ids: Sequence[str],
    *,
    photos: npt.NDArray[np.float32] | None,
    titles: Any,
    columns: Mapping[str, Sequence[Value]],
) -> list[dict[str, Any]]:
    """Make the entities of a few listings.

    Parameters
    ----------
    layout
        Of the collection; sides that it does not have are not read.
    ids
        Of the listings, M of them.
    photos
        Shape (M, D), rows of norm 1 or 0.
    titles
        Sparse, shape (M, V), rows of norm 1 or 0.
    columns
        The values of each column of the layout, M each.

    Raises
    ------
    ValueError
        A vector has a norm other than 1 or 0.
    """
    dense = None if layout.dimension is None else unit_rows("vectors", np.asarray(photos), layout.dimension)
    words = _unit_words(titles) if layout.titles else None
    entities = []
    for row, posting_id in enumerate(ids):
        entity: dict[str, Any] = {ID_FIELD: posting_id}
        if dense is not None:
            entity[PHOTO_FIELD] = dense[row]
        if words is not None:
            part = slice(words.indptr[row], words.indptr[row + 1])
            pairs = zip(words.indices[part].tolist(), words.data[part].tolist(), strict=True)
            entity[TITLE_FIELD] = dict(pairs) or {NO_WORD: 1.0}
        entity |= {name: _fit(values[row]) for name, values in columns.items()}
        entities.append(entity | {STAMP_FIELD: stamp_of(entity)})
    return entities


def stamp_of(entity: Mapping[str, Any]) -> int:
    """A whole number below ``2 ** STAMP_BITS`` made of all that an entity holds; evenly spread."""
    digest = hashlib.blake2b(digest_size=8)
    photo = entity.get(PHOTO_FIELD)
    rest = {name: value for name, value in entity.items() if name != PHOTO_FIELD}
    digest.update(json.dumps(rest, sort_keys=True, ensure_ascii=True).encode())
    if photo is not None:
        digest.update(np.ascontiguousarray(photo, dtype="<f4").tobytes())
    return int.from_bytes(digest.digest(), "big") >> (64 - STAMP_BITS)


def _unit_words(titles: Any) -> Any:
    rows = sorted_rows("matrix", titles)
    check_unit("matrix", squared_norms(rows))
    return rows.astype(np.float32)


def _fit(value: Value) -> Value:
    """A value that Milvus takes; one that it cannot is left empty."""
    if isinstance(value, str):
        return value if len(value.encode()) <= MAX_TEXT_BYTES else None
    return value if value is not None and math.isfinite(value) else None
