"""Build a bundle: a catalogue is represented once, so that it can be searched at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from product_matching.encoders.batch import EmbeddedPhoto, EmbedPhotos, embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoints import KEYPOINTS_NAME
from product_matching.encoders.tfidf import TitleEncoder, Weighting
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.listings.parts import validation_rows
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled
from product_matching.search.budget import SearchBudget, choose_index
from product_matching.search.open import open_index
from product_matching.search.spec import IndexSpec
from product_matching.store.bundle import PHOTO_SHA256, label_groups, new_bundle_folder, write_titles
from product_matching.store.changing import describe_folder
from product_matching.store.identity import derive_catalogue_id
from product_matching.store.manifest import (
    LISTINGS_FILE,
    MANIFEST_FILE,
    PHOTO_VECTORS_FILE,
    Manifest,
    SideIndexes,
    TunedThreshold,
    read_manifest,
)
from product_matching.workflows.photo_files import embed_listings, note_photos, write_vectors
from product_matching.workflows.photo_index import write_photo_index
from product_matching.workflows.query_list import QueryList, build_queries
from product_matching.workflows.tune import SMALL_PHOTO, SMALL_TITLE, tune_threshold

if TYPE_CHECKING:
    from product_matching.encoders.model_folder import PhotoModel
    from product_matching.encoders.protocol import PhotoEmbedder

log = logging.getLogger(__name__)

_PHOTO_INDEX, _TITLE_INDEX = IndexSpec("flat"), IndexSpec("sparse")


@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """Options of a build.

    Attributes
    ----------
    weighting
        How titles are weighted.
    photo_threshold, title_threshold
        Default thresholds given by hand; None has them tuned.
    overwrite
        Whether a bundle that is there is replaced.
    workers
        Threads that read and decode photos.
    keypoints
        Whether the keypoints of the photos are kept: some 4 kB and 40 ms a photo.
    budget
        What a search for photos may take, by which its index is chosen; None for the exact one.
    embed
        Embeds the photos: this process, or another engine.
    """

    weighting: Weighting = "idf"
    photo_threshold: float | None = None
    title_threshold: float | None = None
    overwrite: bool = False
    workers: int = 2
    keypoints: bool = True
    budget: SearchBudget | None = None
    embed: EmbedPhotos = embed_photos


def build_bundle(
    catalogue: Catalogue,
    out: Path,
    *,
    encoder: PhotoEmbedder | None = None,
    options: BuildOptions | None = None,
    progress: Progress = NO_PROGRESS,
    cache: EmbeddingCache | None = None,
    queries: QueryList | None = None,
) -> Manifest:
    """Represent a catalogue and write its bundle; the same input gives the same bundle, byte for byte.

    Parameters
    ----------
    catalogue
        The listings, checked (see `product_matching.listings.catalogue.read_catalogue`).
    out
        Folder of the bundle; its name is the catalogue's name.
    encoder
        Photo model; needed if the catalogue has photos.
    options
        See `BuildOptions`.
    progress
        Shows the stages, and within the photos how many are done.
    cache
        Vectors of earlier builds, and beside them keypoints; None takes the user's own.
    queries
        Photos that are not in the catalogue, to try it with (see `product_matching.workflows.query_list.read_queries`).

    Returns
    -------
    Manifest
        What the bundle holds, with the photos that could not be read.

    Raises
    ------
    Cancelled
        Somebody stopped it: there is no new bundle, and the photos embedded so far are in the cache.
    InputError
        `out` cannot be written, there are photos but no model, no photo at all can be read, one of the queries
        cannot, there are queries but no photos to compare them with, or no index fits the budget.
    """
    options = options or BuildOptions()
    out = out.absolute()
    if catalogue.has_photos and encoder is None:
        raise InputError("The catalogue has photos: give a model for them, or leave the image folder out.")
    if queries is not None and not catalogue.has_photos:
        raise InputError("Queries are photos, but the catalogue has none to compare them with: leave them out.")
    with new_bundle_folder(out, overwrite=options.overwrite) as folder:
        manifest = _empty_manifest(out, catalogue)
        listings = catalogue.listings.copy()
        listings[PHOTO_SHA256] = ""
        if catalogue.has_titles:
            progress.begin("titles", 0)
            manifest = _build_titles(folder, listings, manifest, options)
        stop_if_cancelled(progress)
        if catalogue.has_photos and encoder is not None:
            budget = options.budget or SearchBudget()
            choice = choose_index(len(catalogue), encoder.dimension, budget)  # one that nothing fits is refused first
            cache = cache or EmbeddingCache(encoder.model)
            photos = embed_listings(
                folder,
                catalogue,
                encoder,
                cache,
                keypoints=options.keypoints,
                embed=partial(options.embed, workers=options.workers),
                progress=progress,
            )
            note_photos(listings, photos)
            progress.begin("threshold of the photos", 0)
            vectors = write_vectors(folder / PHOTO_VECTORS_FILE, photos, encoder.dimension, cache)
            manifest = _describe_photos(
                manifest, listings, photos, model=encoder.model, vectors=vectors, options=options
            )
            if choice.kind != "flat" and manifest.photo_threshold is not None:
                distance = manifest.photo_threshold.distance
                spec = write_photo_index(folder, vectors, choice, distance, progress=progress)
                manifest = replace(manifest, index=replace(manifest.index, photo=spec))
            manifest = replace(manifest, budget=options.budget)
            if queries is not None:
                build_queries(folder, queries, encoder, cache, workers=options.workers)
                manifest = replace(manifest, n_queries=len(queries))
        stop_if_cancelled(progress)
        listings.to_parquet(folder / LISTINGS_FILE, index=False)
        manifest = replace(manifest, files=describe_folder(folder))
        (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _empty_manifest(out: Path, catalogue: Catalogue) -> Manifest:
    posting_ids = catalogue.listings["posting_id"]
    return Manifest(
        name=out.name,
        catalogue_id=_kept_id(out) or derive_catalogue_id(out.name, posting_ids),
        n_listings=len(posting_ids),
        n_photos=0,
        n_titles=0,
        photo_model=None,
        title_weighting=None,
        index=SideIndexes(),
        photo_threshold=None,
        title_threshold=None,
        unreadable_photos=dict(catalogue.photo_problems),
    )


def _kept_id(out: Path) -> str | None:
    """The catalogue id of the bundle that is replaced; None where there is none."""
    if not (out / MANIFEST_FILE).is_file():
        return None
    try:
        return read_manifest(out).catalogue_id
    except InputError as error:
        log.warning("The catalogue gets a new id, as that of the earlier bundle cannot be read: %s", error)
        return None


def _threshold(given: float | None, n: int, tune: Callable[[], TunedThreshold]) -> TunedThreshold:
    return tune() if given is None else TunedThreshold(distance=given, n=n, protocol="given by hand")


def _build_titles(folder: Path, listings: pd.DataFrame, manifest: Manifest, options: BuildOptions) -> Manifest:
    titles = listings["title"].tolist()
    usable = (listings["title"] != "").to_numpy(dtype=np.bool_)
    encoder = TitleEncoder.fit([title for title in titles if title], options.weighting)
    matrix = encoder.encode(titles)
    write_titles(folder, encoder, matrix)
    n = int(usable.sum())
    threshold = _threshold(options.title_threshold, n, lambda: _tune_titles(matrix, usable, listings))
    return replace(
        manifest,
        n_titles=n,
        title_weighting=encoder.weighting,
        index=replace(manifest.index, title=_TITLE_INDEX),
        title_threshold=threshold,
    )


def _tune_titles(matrix: csr_matrix, usable: npt.NDArray[np.bool_], listings: pd.DataFrame) -> TunedThreshold:
    index = open_index(_TITLE_INDEX, matrix)
    labels, validation = label_groups(listings), validation_rows(listings)
    return tune_threshold(index, matrix, usable, labels=labels, validation=validation, small=SMALL_TITLE)


def _describe_photos(
    manifest: Manifest,
    listings: pd.DataFrame,
    photos: list[EmbeddedPhoto],
    *,
    model: PhotoModel,
    vectors: npt.NDArray[np.float32],
    options: BuildOptions,
) -> Manifest:
    usable = (listings[PHOTO_SHA256] != "").to_numpy(dtype=np.bool_)
    n = int(usable.sum())
    ids = listings["posting_id"]
    return replace(
        manifest,
        n_photos=n,
        photo_model=model,
        keypoints=KEYPOINTS_NAME if options.keypoints else None,
        index=replace(manifest.index, photo=_PHOTO_INDEX),
        photo_threshold=_threshold(options.photo_threshold, n, lambda: _tune_photos(vectors, usable, listings)),
        unreadable_photos=manifest.unreadable_photos
        | {ids[row]: photo.problem for row, photo in enumerate(photos) if photo.problem},
    )


def _tune_photos(vectors: Any, usable: npt.NDArray[np.bool_], listings: pd.DataFrame) -> TunedThreshold:
    index = open_index(_PHOTO_INDEX, vectors)
    labels, validation = label_groups(listings), validation_rows(listings)
    return tune_threshold(index, vectors, usable, labels=labels, validation=validation, small=SMALL_PHOTO)
