"""Compact a bundle: one base without what was removed, with the weights of words counted anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from product_matching.array_files import check_mapped
from product_matching.encoders.tfidf import TitleEncoder
from product_matching.files import link_file
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled
from product_matching.search.budget import choose_index
from product_matching.search.spec import IndexSpec
from product_matching.store.bundle import Bundle, live_rows, open_bundle, write_titles
from product_matching.store.changing import Change, change_bundle, clean, describe_folder
from product_matching.store.manifest import (
    KEYPOINT_FILES,
    LISTINGS_FILE,
    PHOTO_MAP_FILE,
    PHOTO_VECTORS_FILE,
    PRINTS_FILE,
    QUERY_FILES,
    QUERY_PRINTS_FILE,
    THUMBNAIL_OFFSETS_FILE,
    THUMBNAILS_FILE,
    TITLE_MAP_FILE,
    Manifest,
    SideMaps,
)
from product_matching.store.maps import write_map
from product_matching.store.prints import write_prints
from product_matching.store.segments import Growth, segment_path
from product_matching.store.thumbnails import open_parts, write_packed
from product_matching.workflows.map_listings import place_missing
from product_matching.workflows.photo_index import write_photo_index


def compact_bundle(folder: Path, *, progress: Progress = NO_PROGRESS) -> Manifest:
    """Put one base in place of a bundle's parts; one without additions and removals stays as it is.

    Words are weighed as in a bundle that is built from the same listings; vectors of photos stay, and so do settings,
    the catalogue's identity and the decisions that hold on to it. Listings that have no place on a map of the bundle
    get that of the nearest one that has.

    Parameters
    ----------
    folder
        The bundle; it is whole at every moment, and needs room for a second one until it is done.
    progress
        Shows the stages.

    Raises
    ------
    Cancelled
        Somebody stopped it: the bundle is as before.
    InputError
        It is not a bundle, is damaged, or cannot be written.
    """
    with change_bundle(folder) as change:
        growth, manifest = change.growth, change.manifest
        if growth.segments or growth.removed is not None:
            manifest = _write_base(change, progress)
            clean(folder, change.is_locked)
        return _move_base(replace(change, manifest=manifest))


def _write_base(change: Change, progress: Progress) -> Manifest:
    """Write the files of the new base into a folder of its own, and let the manifest name them."""
    bundle, manifest = open_bundle(change.folder), change.manifest
    base = change.new_folder()
    progress.begin("titles", 0)
    bundle.listings.to_parquet(base / LISTINGS_FILE, index=False)
    if manifest.title_weighting is not None:
        titles = bundle.listings["title"].tolist()
        encoder = TitleEncoder.fit([title for title in titles if title], manifest.title_weighting)
        write_titles(base, encoder, encoder.encode(titles))
    stop_if_cancelled(progress)
    progress.begin("photos", 0)
    _write_photos(base, bundle)
    stop_if_cancelled(progress)
    spec = _write_index(base, bundle, progress)
    maps = _write_maps(base, bundle)
    old = change.folder / manifest.parts[0].folder
    for name in {*QUERY_FILES, QUERY_PRINTS_FILE} & manifest.files.keys():
        link_file(old / name, base / name)
    files, n = describe_folder(base), len(bundle)
    return change.commit(
        lambda current: replace(
            current,
            files=files,
            maps=maps,
            index=replace(current.index, photo=spec),
            growth=Growth(n_base=n, base=base.name),
        )
    )


def _write_photos(base: Path, bundle: Bundle) -> None:
    """Write vectors, pictures, keypoints and print of the listings that are left."""
    if bundle.prints is not None:
        write_prints(base / PRINTS_FILE, bundle.prints.all())
    if bundle.photo_vectors is None or bundle.thumbnails is None:
        return
    check_mapped(bundle.photo_vectors)
    np.save(base / PHOTO_VECTORS_FILE, np.ascontiguousarray(bundle.photo_vectors, dtype="<f4"), allow_pickle=False)
    rows, thumbnails = range(len(bundle)), bundle.thumbnails
    write_packed(base, (THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE), (thumbnails.get(row) or b"" for row in rows))
    if bundle.manifest.keypoints is not None:
        keypoints = open_parts(
            bundle.folder, bundle.manifest.parts, live_rows(bundle.folder, bundle.manifest), names=KEYPOINT_FILES
        )
        write_packed(base, KEYPOINT_FILES, (keypoints.get(row) or b"" for row in rows))


def _write_index(base: Path, bundle: Bundle, progress: Progress) -> IndexSpec | None:
    """Choose the index of the photos anew, by the budget that the bundle was built for."""
    manifest, vectors = bundle.manifest, bundle.photo_vectors
    if manifest.budget is None or vectors is None or manifest.photo_threshold is None:
        return manifest.index.photo
    n, dimensions = vectors.shape
    choice = choose_index(n, dimensions, manifest.budget, must_fit=False)
    return write_photo_index(base, vectors, choice, manifest.photo_threshold.distance, progress=progress)


def _write_maps(base: Path, bundle: Bundle) -> SideMaps | None:
    """Write the maps with a place for every listing."""
    if bundle.photo_map is not None:
        write_map(base / PHOTO_MAP_FILE, place_missing(bundle, "photo"))
    if bundle.title_map is not None:
        write_map(base / TITLE_MAP_FILE, place_missing(bundle, "title"))
    return bundle.manifest.maps


def _move_base(change: Change) -> Manifest:
    """Give the files of the base the names that they have in a bundle that was built, and then the manifest, too."""
    if change.growth.base is None:
        return change.manifest
    base = change.folder / segment_path(change.growth.base)
    for name in change.manifest.files:
        link_file(base / name, change.folder / name)
    return change.commit(lambda current: replace(current, growth=None))
