"""One collection of Milvus: made, filled, asked, and checked against what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from product_matching.extras import import_extra
from product_matching.search.milvus.connection import TIMEOUT, MilvusError, answers, connect
from product_matching.search.milvus.layout import (
    ID_FIELD,
    MAX_RESULTS,
    STAMP_FIELD,
    Layout,
    State,
    indexes_of,
    schema_of,
)
from product_matching.validation import validate

#: Property of a collection that holds its `State` as JSON.
_STATE = "product_matching.state"
#: Ids in one question; at some 100 bytes each far below the 64 MB that Milvus takes.
_BATCH_IDS = 1000


class Hits(NamedTuple):
    """What Milvus found for one query, nearest first: ids, and products in its own precision."""

    ids: list[str]
    scores: npt.NDArray[np.float64]


class Collection:
    """A collection at an address; nothing is asked before a method is called.

    Parameters
    ----------
    address
        As `product_matching.search.milvus.connection.check_address` returns it.
    name
        Of the collection.
    create
        Whether a Milvus Lite file that is not there is made.
    """

    def __init__(self, address: str, name: str, *, create: bool = False) -> None:
        self.address, self.name = address, name
        self._client = connect(address, create=create)

    def exists(self) -> bool:
        """Whether Milvus has it."""
        with answers(self.address):
            return bool(self._client.has_collection(self.name, timeout=TIMEOUT))

    def create(self, layout: Layout) -> None:
        """Make it anew, empty, in place of one that is there."""
        pymilvus = import_extra("pymilvus", "milvus", "Searches in Milvus")
        self.drop()
        with answers(self.address):
            self._client.create_collection(self.name, schema=schema_of(layout, pymilvus), timeout=TIMEOUT)
            # Without waiting: there is nothing to index yet.
            self._client.create_index(self.name, indexes_of(layout, pymilvus), sync=False, timeout=TIMEOUT)
        self.load()

    def load(self) -> None:
        """Have Milvus bring it into memory, if it is not there; Milvus Lite forgets that between programs."""
        with answers(self.address):
            self._client.load_collection(self.name, timeout=60 * TIMEOUT)

    def drop(self) -> None:
        """Remove it with all that it holds, if it is there."""
        if self.exists():
            with answers(self.address):
                self._client.drop_collection(self.name, timeout=TIMEOUT)

    def state(self) -> State:
        """What it says of itself.

        Raises
        ------
        MilvusError
            There is no such collection, or it is none of this project.
        """
        if not self.exists():
            raise MilvusError(f"Milvus at {self.address} has no collection {self.name}: publish the bundle to it.")
        with answers(self.address):
            text = self._client.describe_collection(self.name, timeout=TIMEOUT).get("properties", {}).get(_STATE, "")
        try:
            return validate(State, json.loads(text), _STATE)
        except ValueError as error:  # an InputError is one
            raise MilvusError(
                f"The collection {self.name} of Milvus at {self.address} was not made by this program, or by another "
                "version of it: publish the bundle anew."
            ) from error

    def write_state(self, state: State) -> None:
        """Have it say something else of itself."""
        text = json.dumps(asdict(state), sort_keys=True)
        with answers(self.address):
            self._client.alter_collection_properties(self.name, properties={_STATE: text}, timeout=TIMEOUT)

    def count(self, condition: str = "") -> int:
        """How many listings it holds, of those that meet a condition, whatever it says of itself."""
        with answers(self.address):
            found = self._client.query(
                self.name,
                filter=condition,
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=TIMEOUT,
            )
        return int(found[0]["count(*)"])

    def stamps(self) -> dict[str, int]:
        """Stamp of each listing in it."""
        found: dict[str, int] = {}
        with answers(self.address):
            pages = self._client.query_iterator(
                self.name,
                batch_size=MAX_RESULTS,
                output_fields=[ID_FIELD, STAMP_FIELD],
                consistency_level="Strong",
            )
            while page := pages.next():
                found.update((each[ID_FIELD], each[STAMP_FIELD]) for each in page)
            pages.close()
        return found

    def upsert(self, rows: Sequence[dict[str, Any]]) -> None:
        """Put listings in, in place of those of the same ids."""
        if rows:
            with answers(self.address):
                self._client.upsert(self.name, list(rows), timeout=6 * TIMEOUT)

    def delete(self, ids: Iterable[str]) -> None:
        """Take listings out; ids that are not there are no error."""
        with answers(self.address):
            for part in _batches(list(ids)):
                self._client.delete(self.name, ids=part, timeout=6 * TIMEOUT)

    def flush(self) -> None:
        """Have Milvus write what it was given, and index it."""
        with answers(self.address):
            self._client.flush(self.name, timeout=60 * TIMEOUT)

    def search(
        self, field: str, queries: Any, limit: int, *, condition: str = "", params: dict[str, int] | None = None
    ) -> list[Hits]:
        """The `limit` largest products of each query with the vectors of a field, as Milvus finds them."""
        with answers(self.address):
            found = self._client.search(
                self.name,
                data=queries,
                anns_field=field,
                limit=limit,
                filter=condition,
                output_fields=[ID_FIELD],
                search_params={"metric_type": "IP", "params": params or {}},
                timeout=TIMEOUT,
            )
            return [Hits(list(hits.ids), np.array(hits.distances, dtype=np.float64)) for hits in found]

    def vectors(self, field: str, ids: Sequence[str]) -> list[Any]:
        """Vectors of the given listings, in their order.

        Raises
        ------
        MilvusError
            One is not there.
        """
        found: dict[str, Any] = {}
        with answers(self.address):
            for part in _batches(list(ids)):
                rows = self._client.get(self.name, ids=part, output_fields=[ID_FIELD, field], timeout=TIMEOUT)
                found.update((row[ID_FIELD], row[field]) for row in rows)
        missing = next((each for each in ids if each not in found), None)
        if missing is not None:
            raise MilvusError(f"The collection {self.name} of Milvus at {self.address} has no listing {missing!r:.80}.")
        return [found[each] for each in ids]


def check_complete(collection: Collection, *, content: str, listings: int, dimension: int | None) -> State:
    """Check that a collection holds one version of a catalogue, whole.

    Parameters
    ----------
    collection
        The collection.
    content, listings, dimension
        Of the bundle that is searched: what names its version, its listings, and the dimension of its photo vectors.

    Raises
    ------
    MilvusError
        It does not; the message says what it holds, and that publishing again mends it.
    """
    state, where = collection.state(), f"The collection {collection.name} of Milvus at {collection.address}"
    mend = "publish the bundle again"
    if state.layout.dimension != dimension:
        raise MilvusError(
            f"{where} has photo vectors of dimension {state.layout.dimension}, but the bundle of {dimension}: {mend}."
        )
    if not state.complete:
        collection.load()
        raise MilvusError(f"{where} holds only part of it ({collection.count()} of {state.listings} listings): {mend}.")
    if state.content != content:
        raise MilvusError(f"{where} holds another version of this bundle ({state.listings} listings): {mend}.")
    collection.load()
    there = collection.count()
    if there != listings:
        raise MilvusError(f"{where} has {there} listings, but the bundle {listings}: {mend}.")
    return state


def collection_name(catalogue_id: str) -> str:
    """Name of the collection of a catalogue: its id, in the letters that Milvus takes.

    Examples
    --------
    >>> collection_name("0a1b2c3d-0000-4000-8000-00000000002a")
    'listings_0a1b2c3d_0000_4000_8000_00000000002a'
    """
    return f"listings_{catalogue_id.replace('-', '_')}"


def _batches(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + _BATCH_IDS] for start in range(0, len(ids), _BATCH_IDS)]
