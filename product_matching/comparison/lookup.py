"""Queries and catalogues of the comparison: the demo catalogue's parts, and the groceries outside training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.metrics.listing_f1 import group_sizes
from product_matching.search.neighbours import Neighbours, RowArray, stack_neighbours
from product_matching.store.comparison import DataName

#: Photos of each product in a thinned catalogue of groceries, number of such catalogues, and the seed they come from.
PHOTOS_A_PRODUCT, DRAWS, SEED = 12, 20, 20261122


@dataclass(frozen=True, eq=False)
class Lookup:
    """Queries and the separate catalogues that they are looked up in.

    Attributes
    ----------
    blocks
        Rows of the data that each catalogue holds, in its order.
    labels
        Group of each listing of all catalogues together, shape (N,); no group is in two catalogues.
    queries
        Positions of the listings that are looked up, shape (Q,).
    units
        Group by which the bootstrap resamples each query, shape (Q,).
    """

    blocks: tuple[RowArray, ...]
    labels: RowArray
    queries: RowArray
    units: RowArray

    @property
    def n(self) -> int:
        """Listings of one catalogue."""
        return len(self.blocks[0])

    @property
    def n_queries(self) -> int:
        """Listings that are looked up in one catalogue."""
        return len(self.queries) // len(self.blocks)

    def join(self, nearest: Callable[[RowArray], Neighbours]) -> Neighbours:
        """Find the neighbours of all listings, each in its own catalogue; `nearest` takes the rows of one."""
        parts, start = [], 0
        for block in self.blocks:
            found = nearest(block)
            parts.append(Neighbours(found.offsets, found.rows + start, found.distances))
            start += len(block)
        return stack_neighbours(parts)


@dataclass(frozen=True, eq=False)
class DataSet:
    """Photos of a data set with its lookups on validation and test.

    Attributes
    ----------
    name
        One of `DATA_SETS`.
    rows
        Row of each photo in the catalogue, shape (P,); the blocks of the lookups count in these.
    paths
        The P photos.
    validation, test
        Every threshold and setting is chosen on the first; the figures are measured on the second.
    """

    name: DataName
    rows: RowArray
    paths: tuple[Path, ...]
    validation: Lookup
    test: Lookup


def demo_set(catalogue: Catalogue) -> DataSet:
    """The validation and test part of a catalogue, each looked up in itself; listings without another are no queries.

    Raises
    ------
    InputError
        The catalogue lacks columns, photos, or a part.
    """
    parts, labels = _columns(catalogue, "demo catalogue")
    rows = np.flatnonzero((parts == "validation") | (parts == "test"))
    validation, test = (
        _own_lookup(np.flatnonzero(parts[rows] == part), labels[rows]) for part in ("validation", "test")
    )
    return DataSet("demo", rows, _paths(catalogue, rows), validation, test)


def groceries_sets(catalogue: Catalogue) -> tuple[DataSet, DataSet]:
    """Packaged products looked up among all products outside training: thinned catalogues, and the full one.

    Photos of one shelf were taken in bursts, so that nearly every photo has a near-duplicate. The thinned catalogues
    hold a few photos of each product, drawn at random, the same for every method.

    Raises
    ------
    InputError
        The catalogue lacks columns, photos, or a part.
    """
    parts, labels = _columns(catalogue, "groceries")
    if "packaged" not in catalogue.listings:
        raise InputError("The groceries have no column 'packaged': make the file with recipes.data.training_data.")
    packaged = catalogue.listings["packaged"].astype(str).str.lower().eq("true").to_numpy()
    rows = np.flatnonzero((parts == "validation") | (parts == "test"))
    kinds = [packaged[rows] & (parts[rows] == part) for part in ("validation", "test")]
    paths, own = _paths(catalogue, rows), labels[rows]
    full = (np.random.default_rng(SEED).permutation(len(rows)),)

    def laid_out(name: DataName, blocks: tuple[RowArray, ...]) -> DataSet:
        return DataSet(name, rows, paths, *(_lookup(blocks, own, kind) for kind in kinds))

    return laid_out("groceries", _thinned(own)), laid_out("groceries_full", full)


def _thinned(labels: RowArray) -> tuple[RowArray, ...]:
    """Draw catalogues of a few photos of each product; in random order, so that ties favour no product."""
    few = int(np.bincount(np.unique(labels, return_inverse=True)[1]).min())
    if few < 2:
        raise InputError("A product of the groceries outside training has a single photo: it cannot be looked up.")
    draws = []
    for draw in range(DRAWS):
        order = np.random.default_rng([SEED, draw]).permutation(len(labels))
        place = _place_in_group(labels[order])
        draws.append(order[place < min(few, PHOTOS_A_PRODUCT)])
    return tuple(draws)


def _place_in_group(labels: RowArray) -> RowArray:
    """For each listing, how many of its group stand before it; shape (N,)."""
    order = np.argsort(labels, kind="stable")
    place = np.empty(len(labels), dtype=np.int64)
    place[order] = np.arange(len(labels)) - np.searchsorted(labels[order], labels[order])
    return place


def _lookup(blocks: tuple[RowArray, ...], labels: RowArray, asked: npt.NDArray[np.bool_]) -> Lookup:
    together = np.concatenate(blocks)
    block = np.repeat(np.arange(len(blocks)), [len(rows) for rows in blocks])
    queries = np.flatnonzero(asked[together])
    if not len(queries):
        raise InputError("The groceries have no packaged product in one of the parts validation and test.")
    own = labels[together]
    return Lookup(blocks, own + block * (int(labels.max()) + 1), queries, own[queries])


def _own_lookup(block: RowArray, labels: RowArray) -> Lookup:
    own = labels[block]
    queries = np.flatnonzero(group_sizes(own) > 1)
    if not len(queries):
        raise InputError("The demo catalogue has no group of two in one of the parts validation and test.")
    return Lookup((block,), own, queries, own[queries])


def _columns(catalogue: Catalogue, what: str) -> tuple[npt.NDArray[np.object_], RowArray]:
    missing = [name for name in ("part", "label_group") if name not in catalogue.listings]
    if missing or not catalogue.has_photos:
        raise InputError(f"The {what} lacks {missing[0] if missing else 'photos'}: the comparison needs both.")
    parts = catalogue.listings["part"].fillna("").astype("str").to_numpy(dtype=object)
    labels = np.unique(catalogue.listings["label_group"].to_numpy(dtype=object), return_inverse=True)[1]
    return parts, labels.astype(np.int64)


def _paths(catalogue: Catalogue, rows: RowArray) -> tuple[Path, ...]:
    found = [catalogue.photo_path(int(row)) for row in rows]
    paths = tuple(path for path in found if path is not None)
    if len(paths) < len(found):
        raise InputError(f"{len(found) - len(paths)} listings to be compared have no photo, but all must have one.")
    return paths
