"""Publish a bundle to Milvus, and bring what is there up to date."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from product_matching.errors import InputError
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled
from product_matching.search.milvus.collection import Collection, collection_name
from product_matching.search.milvus.connection import MilvusError
from product_matching.search.milvus.entities import Value, make_entities
from product_matching.search.milvus.layout import (
    ID_FIELD,
    MAX_COLUMNS,
    RESERVED,
    STAMP_FIELD,
    ColumnKind,
    IndexType,
    Layout,
    State,
    lists_and_probes,
)
from product_matching.store.bundle import PHOTO_SHA256, Bundle
from product_matching.store.manifest import (
    LISTINGS_FILE,
    PHOTO_VECTORS_FILE,
    TITLE_MATRIX_FILE,
    TITLE_VOCABULARY_FILE,
    Manifest,
)
from product_matching.store.milvus_addresses import keep_milvus_address

#: Files of a bundle that say what is searched; its other files may change without a word to Milvus.
_SEARCHED_FILES = (LISTINGS_FILE, PHOTO_VECTORS_FILE, TITLE_MATRIX_FILE, TITLE_VOCABULARY_FILE)
#: Bytes of vectors sent at once; Milvus takes 64 MB.
_BATCH_BYTES = 8_000_000
_MAX_BATCH_ROWS = 1000
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publication did.

    Attributes
    ----------
    address, collection, layout
        Where the bundle is now, and how it is indexed.
    listings
        How many there are.
    sent, removed
        Listings that were new or had changed, and those that the bundle no longer has.
    left_out
        Columns of the catalogue that Milvus cannot hold.
    """

    address: str
    collection: str
    layout: Layout
    listings: int
    sent: int
    removed: int
    left_out: list[str]


def searched_content(manifest: Manifest) -> str:
    """SHA-256 of what is searched of a bundle: its listings, vectors and title weights, not its settings."""
    growth = manifest.growth
    removed = None if growth is None or growth.removed is None else growth.removed.entry
    files = {
        name: entry.sha256
        for name, entry in manifest.all_files.items()
        if name.rpartition("/")[2] in _SEARCHED_FILES or entry == removed
    }
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def publish_bundle(
    bundle: Bundle,
    address: str,
    *,
    index: IndexType = "FLAT",
    probes: int | None = None,
    progress: Progress = NO_PROGRESS,
) -> Published:
    """Put a bundle into Milvus, or bring the collection that is there up to date.

    Listings are sent that are not there yet or differ. So an interrupted publication is taken up where it stopped,
    and one of the same bundle sends nothing. Until all are there, the collection says that it is not complete.

    Parameters
    ----------
    bundle
        The bundle.
    address
        Of Milvus (see `product_matching.search.milvus.connection.check_address`); kept for searches.
    index
        Of the photo vectors.
    probes
        Lists that a query looks into, of an ``IVF_FLAT`` index; None takes a share of them.
    progress
        Shows how many listings were compared and sent.

    Raises
    ------
    Cancelled
        Somebody stopped it; what was sent stays.
    MilvusError
        Milvus does not answer.
    """
    columns, left_out = _columns_of(bundle.listings)
    collection = Collection(address, collection_name(bundle.manifest.catalogue_id), create=True)
    layout, known = _prepare(collection, _layout_of(bundle, columns, index, probes), bundle)
    sent = _send(collection, layout, bundle, np.arange(len(bundle)), known=known, progress=progress)
    gone = sorted(known.keys() - bundle.rows.keys())
    _finish(collection, layout, bundle, gone)
    keep_milvus_address(bundle.manifest.catalogue_id, address)
    return Published(
        address=address,
        collection=collection.name,
        layout=layout,
        listings=len(bundle),
        sent=sent,
        removed=len(gone),
        left_out=left_out,
    )


def bring_up_to_date(
    bundle: Bundle, address: str, *, before: str, changed: npt.NDArray[np.int64], removed: Sequence[str]
) -> None:
    """Send the listings of a bundle that were added or changed, and remove others, comparing nothing else.

    Parameters
    ----------
    bundle
        As it is now.
    address
        Where it was published.
    before
        `searched_content` of the bundle before the change.
    changed
        Rows of the listings that are new or differ.
    removed
        Ids of the listings that the bundle no longer has.

    Raises
    ------
    MilvusError
        Milvus does not answer, or the collection does not hold what the bundle was before, whole.
    """
    collection = Collection(address, collection_name(bundle.manifest.catalogue_id))
    state = collection.state()
    if not state.complete or state.content != before:
        raise MilvusError(
            f"The collection {collection.name} of Milvus at {address} does not hold the bundle as it was before this "
            "change: publish it again."
        )
    collection.load()
    collection.write_state(replace(_state_of(bundle, state.layout), complete=False))
    _send(collection, state.layout, bundle, changed, known={}, progress=NO_PROGRESS)
    _finish(collection, state.layout, bundle, removed)


def _layout_of(bundle: Bundle, columns: dict[str, ColumnKind], index: IndexType, probes: int | None) -> Layout:
    if len(bundle) == 0:
        raise InputError(f"The bundle {bundle.manifest.name} has no listings to publish.")
    dimension = None if bundle.photo_vectors is None else bundle.photo_vectors.shape[1]
    lists, usual = (0, 0) if index == "FLAT" or dimension is None else lists_and_probes(len(bundle), dimension)
    return Layout(
        dimension=dimension,
        titles=bundle.title_matrix is not None,
        columns=columns,
        index=index,
        lists=lists,
        probes=min(probes or usual, lists),
    )


def _columns_of(listings: pd.DataFrame) -> tuple[dict[str, ColumnKind], list[str]]:
    """The columns of a catalogue that Milvus can hold, each as numbers where all of it are, and the other ones."""
    names = [str(name) for name in listings if name not in (ID_FIELD, PHOTO_SHA256)]
    fit = [name for name in names if _FIELD_NAME.fullmatch(name) and name not in RESERVED][:MAX_COLUMNS]
    return {name: _kind_of(listings[name]) for name in fit}, [name for name in names if name not in fit]


def _kind_of(column: pd.Series) -> ColumnKind:
    if pd.api.types.is_numeric_dtype(column):
        return "number"
    filled = column[column.notna() & (column.astype(str).str.strip() != "")]
    numbers = pd.to_numeric(filled, errors="coerce")
    return "number" if len(filled) and bool(np.isfinite(numbers).all()) else "text"


def _values_of(column: pd.Series, kind: ColumnKind) -> list[Value]:
    if kind == "number":
        return [float(value) for value in pd.to_numeric(column, errors="coerce")]
    return [str(value) if pd.notna(value) else None for value in column]


def _prepare(collection: Collection, layout: Layout, bundle: Bundle) -> tuple[Layout, dict[str, int]]:
    """Make a collection, or take up the one that is there; its layout, and the stamps of what is in it."""
    known: dict[str, int] = {}
    try:
        old = collection.state() if collection.exists() else None
    except MilvusError:  # one that this version cannot read
        old = None
    # The number of lists was chosen for the size at the time: it alone is no reason to send everything again.
    if old is not None and replace(layout, lists=old.layout.lists, probes=old.layout.probes) == old.layout:
        collection.load()
        layout, known = replace(layout, lists=old.layout.lists), collection.stamps()
    else:
        collection.create(layout)
    whole = _state_of(bundle, layout)
    if old != whole:
        collection.write_state(replace(whole, complete=False))
    return layout, known


def _state_of(bundle: Bundle, layout: Layout) -> State:
    """What a collection says that holds a bundle whole."""
    return State(layout=layout, content=searched_content(bundle.manifest), listings=len(bundle), complete=True)


def _send(
    collection: Collection,
    layout: Layout,
    bundle: Bundle,
    rows: npt.NDArray[np.int64],
    *,
    known: dict[str, int],
    progress: Progress,
) -> int:
    """Send the given rows, but for those whose stamp is known; return how many."""
    at_once = max(1, min(_MAX_BATCH_ROWS, _BATCH_BYTES // (4 * (layout.dimension or 1))))
    ids = bundle.listings[ID_FIELD]
    sent = 0
    progress.begin("listings for Milvus", len(rows), unit="listing")
    for start in range(0, len(rows), at_once):
        stop_if_cancelled(progress)
        part = rows[start : start + at_once]
        entities = make_entities(
            layout,
            ids.iloc[part].tolist(),
            photos=None if bundle.photo_vectors is None else bundle.photo_vectors[part],
            titles=None if bundle.title_matrix is None else bundle.title_matrix[part],
            columns={name: _values_of(bundle.listings[name].iloc[part], kind) for name, kind in layout.columns.items()},
        )
        new = [entity for entity in entities if known.get(entity[ID_FIELD]) != entity[STAMP_FIELD]]
        collection.upsert(new)
        sent += len(new)
        progress.advance(len(part))
    return sent


def _finish(collection: Collection, layout: Layout, bundle: Bundle, gone: Iterable[str]) -> None:
    """Remove what is gone, have Milvus write it all, and say that the collection is complete if it is."""
    collection.delete(gone)
    collection.flush()
    there = collection.count()
    if there != len(bundle):
        raise MilvusError(
            f"The collection {collection.name} of Milvus at {collection.address} has {there} listings after it was "
            f"filled, but the bundle {len(bundle)}: publish the bundle again."
        )
    collection.write_state(_state_of(bundle, layout))
