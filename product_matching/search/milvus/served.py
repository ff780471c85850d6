"""The vectors of one side of a catalogue in a collection, as `product_matching.search.open.open_index` takes them."""

from __future__ import annotations

from collections.abc import Sequence

from product_matching.search.milvus.collection import Collection
from product_matching.search.milvus.layout import PHOTO_FIELD, TITLE_FIELD, Layout
from product_matching.search.milvus.proposals import Side


class ServedVectors:
    """The sides of a collection.

    Parameters
    ----------
    collection, layout
        Where the vectors are, and how they are indexed.
    ids
        Of the listings, in the order of the catalogue's rows.
    """

    def __init__(self, collection: Collection, layout: Layout, ids: Sequence[str]) -> None:
        self.layout = layout
        self._collection = collection
        self._rows = {posting_id: row for row, posting_id in enumerate(ids)}

    @property
    def photos(self) -> Side:
        """The photo vectors."""
        params = None if self.layout.exact else {"nprobe": self.layout.probes}
        return Side(collection=self._collection, field=PHOTO_FIELD, rows=self._rows, params=params)

    @property
    def titles(self) -> Side:
        """The title vectors."""
        return Side(collection=self._collection, field=TITLE_FIELD, rows=self._rows)
