"""What a collection of Milvus holds for a catalogue, how it is indexed, and what it says about itself."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from product_matching.validation import Count, Sha256

ID_FIELD = "posting_id"
#: A whole number made of a listing's whole content: what differs is sent again, and its ranges part a large answer.
STAMP_FIELD = "stamp"
STAMP_BITS = 62
PHOTO_FIELD = "photo_vector"
TITLE_FIELD = "title_vector"
RESERVED = (ID_FIELD, STAMP_FIELD, PHOTO_FIELD, TITLE_FIELD)
#: Milvus takes no empty sparse vector: a listing without words has this one, which no query has.
NO_WORD = 2**32 - 2
#: Milvus returns no more results for one query.
MAX_RESULTS = 16_384
#: Milvus takes no more fields a collection.
MAX_COLUMNS = 64 - len(RESERVED)
#: Bytes of a text in Milvus.
MAX_TEXT_BYTES = 65_535
#: Bytes of vectors in one segment of a collection, whose index is built alone (Milvus: ``segment.maxSize``).
_SEGMENT_BYTES = 2**30
_MAX_LISTS = 65_536

IndexType = Literal["FLAT", "IVF_FLAT"]
ColumnKind = Literal["number", "text"]
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class Layout:
    """The fields and indexes of a collection.

    Attributes
    ----------
    dimension
        Of the photo vectors; None without photos.
    titles
        Whether there are title vectors.
    columns
        Further columns of the catalogue, to filter by.
    index
        Of the photo vectors: ``FLAT`` compares all of them and is exact, ``IVF_FLAT`` those of the nearest lists.
    lists, probes
        Lists of an ``IVF_FLAT`` index in each segment, and how many of them a query looks into.
    """

    dimension: Annotated[int, Field(strict=True, ge=1, le=32_768)] | None
    titles: bool
    columns: dict[str, ColumnKind] = field(default_factory=dict)
    index: IndexType = "FLAT"
    lists: Count = 0
    probes: Count = 0

    @property
    def exact(self) -> bool:
        """Whether a search misses nothing."""
        return self.index == "FLAT" or self.dimension is None


@dataclass(frozen=True, config=_CONFIG, kw_only=True)
class State:
    """What a collection says of itself, in one of its properties.

    Attributes
    ----------
    layout
        Its fields and indexes.
    content
        SHA-256 that names the version of the catalogue in it.
    listings
        How many there are.
    complete
        Whether all of that version is in it, and nothing else.
    """

    layout: Layout
    content: Sha256
    listings: Count
    complete: bool


def lists_and_probes(n: int, dimension: int) -> tuple[int, int]:
    """Lists of an ``IVF_FLAT`` index for `n` vectors, and how many a query looks into.

    Four times the square root of the vectors in a segment, as Milvus advises for ``nlist``; a quarter of them is
    looked into.

    Examples
    --------
    >>> lists_and_probes(10_000, 256)
    (400, 100)
    """
    in_segment = min(n, _SEGMENT_BYTES // (4 * dimension))
    lists = max(1, min(round(4 * math.sqrt(in_segment)), _MAX_LISTS))
    return lists, math.ceil(lists / 4)


def schema_of(layout: Layout, pymilvus: Any) -> Any:
    """The schema of a collection of a layout, as pymilvus takes it."""
    kinds = pymilvus.DataType
    schema = pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(ID_FIELD, kinds.VARCHAR, is_primary=True, max_length=MAX_TEXT_BYTES)
    schema.add_field(STAMP_FIELD, kinds.INT64)
    if layout.dimension is not None:
        schema.add_field(PHOTO_FIELD, kinds.FLOAT_VECTOR, dim=layout.dimension)
    if layout.titles:
        schema.add_field(TITLE_FIELD, kinds.SPARSE_FLOAT_VECTOR)
    for name, kind in layout.columns.items():
        if kind == "number":
            schema.add_field(name, kinds.DOUBLE, nullable=True)
        else:
            schema.add_field(name, kinds.VARCHAR, max_length=MAX_TEXT_BYTES, nullable=True)
    return schema


def indexes_of(layout: Layout, pymilvus: Any) -> Any:
    """The indexes of a collection of a layout, as pymilvus takes them; products of unit vectors are cosines."""
    indexes = pymilvus.MilvusClient.prepare_index_params()
    if layout.dimension is not None:
        params = {} if layout.index == "FLAT" else {"nlist": layout.lists}
        indexes.add_index(PHOTO_FIELD, index_type=layout.index, metric_type="IP", params=params)
    if layout.titles:
        indexes.add_index(TITLE_FIELD, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    return indexes
