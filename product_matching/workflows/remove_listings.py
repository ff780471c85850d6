"""Remove listings from a bundle: no file changes, but readers see them no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from product_matching.errors import InputError
from product_matching.search.neighbours import RowArray
from product_matching.store.changing import Change, change_bundle
from product_matching.store.listing_ids import ListingIds, count_sides, name_ids, read_ids
from product_matching.store.manifest import Manifest


def remove_listings(folder: Path, ids: Sequence[str]) -> Manifest:
    """Remove listings from a bundle by their ids; their rows stay in its files until it is compacted.

    Raises
    ------
    InputError
        An id is unknown, or no listing would be left, or it cannot be written: the bundle is as before then.
    """
    with change_bundle(folder) as change:
        manifest = change.manifest
        known = read_ids(folder, manifest)
        rows = known.rows_of(ids)
        found = set(known.ids[rows].tolist())
        unknown = [each for each in dict.fromkeys(ids) if each not in found]
        if unknown:
            raise InputError(f"The catalogue {manifest.name} has no listing {name_ids(unknown)}: nothing is removed.")
        if len(rows) == manifest.n_listings:
            raise InputError(f"These are all listings of the catalogue {manifest.name}: delete its folder instead.")
        return change.commit(hide_rows(change, known, rows)) if len(rows) else manifest


def hide_rows(change: Change, known: ListingIds, rows: RowArray) -> Callable[[Manifest], Manifest]:
    """Write that some rows, counted over all files, are removed.

    Returns
    -------
    callable
        Gives a manifest without their listings from one with them.
    """
    if not len(rows):
        return lambda manifest: manifest
    n_photos, n_titles = count_sides(change.folder, change.manifest, rows)
    gone = set(known.ids[rows].tolist())
    removed = change.write_removed(known.without(rows))

    def shrink(manifest: Manifest) -> Manifest:
        return replace(
            manifest,
            n_listings=manifest.n_listings - len(rows),
            n_photos=manifest.n_photos - n_photos,
            n_titles=manifest.n_titles - n_titles,
            unreadable_photos={id_: why for id_, why in manifest.unreadable_photos.items() if id_ not in gone},
            growth=replace(change.growth, removed=removed),
        )

    return shrink
