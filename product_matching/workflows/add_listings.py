"""Add listings to a bundle: what is there stays as it is, and the work is that of what is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from product_matching.damage import DAMAGES
from product_matching.encoders.batch import EmbeddedPhoto, embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoints import KEYPOINTS_NAME
from product_matching.encoders.model_sources import open_photo_encoder
from product_matching.errors import InputError, said
from product_matching.listings.catalogue import Catalogue
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled
from product_matching.store.bundle import PHOTO_SHA256, read_title_encoder, write_further_titles
from product_matching.store.changing import Change, change_bundle, new_segment
from product_matching.store.listing_ids import column_types, name_ids, read_ids
from product_matching.store.manifest import (
    KEYPOINT_OFFSETS_FILE,
    KEYPOINTS_FILE,
    LISTINGS_FILE,
    PHOTO_MAP_FILE,
    PHOTO_VECTORS_FILE,
    PRINTS_FILE,
    THUMBNAIL_OFFSETS_FILE,
    THUMBNAILS_FILE,
    TITLE_MAP_FILE,
    Manifest,
    SideMaps,
)
from product_matching.store.maps import write_map
from product_matching.store.prints import write_prints
from product_matching.store.thumbnails import write_packed
from product_matching.workflows.photo_files import embed_listings, note_photos, write_vectors
from product_matching.workflows.remove_listings import hide_rows

if TYPE_CHECKING:
    from product_matching.encoders.model_folder import PhotoModel
    from product_matching.encoders.protocol import PhotoEmbedder


@dataclass(frozen=True, kw_only=True)
class Added:
    """What an addition did.

    Attributes
    ----------
    manifest
        Of the bundle with the new listings, which are its last rows.
    ids
        Of the new listings.
    replaced
        Ids of those that took the place of a listing of the same id.
    unreadable_photos
        Ids of those whose photo could not be decoded, and why.
    """

    manifest: Manifest
    ids: Sequence[str]
    replaced: Sequence[str] = ()
    unreadable_photos: dict[str, str] = field(default_factory=dict)


def add_listings(
    folder: Path,
    catalogue: Catalogue,
    *,
    open_encoder: Callable[[PhotoModel], PhotoEmbedder] | None = None,
    replace_known: bool = False,
    cache: EmbeddingCache | None = None,
    workers: int = 2,
    progress: Progress = NO_PROGRESS,
) -> Added:
    """Add listings to a bundle; no other listing is represented or written anew.

    Words of titles keep the weights that they had when the bundle was built; a word that it did not know weighs what it
    weighed in a query before.
    Photos go into the cache one by one: an interrupted run goes on where it stopped, and the bundle stays as it was
    until all are done.

    Parameters
    ----------
    folder
        The bundle.
    catalogue
        The new listings, checked.
    open_encoder
        Loads the model of the bundle's photos; None takes `open_photo_encoder`.
    replace_known
        Whether a new listing takes the place of one of the same id; it is refused otherwise.
    cache
        Vectors of earlier runs, and beside them keypoints; None takes the user's own.
    workers
        Threads that read and decode photos.
    progress
        Shows the stages.

    Raises
    ------
    Cancelled
        Somebody stopped it: the bundle is as before.
    InputError
        An id is known, the bundle lacks a side of the new listings, their columns do not fit its own, no photo can be
        read, or it cannot be written.
    """
    with change_bundle(folder) as change:
        manifest = change.manifest
        ids = [str(each) for each in catalogue.listings["posting_id"]]
        _check_sides(manifest, catalogue)
        known = read_ids(folder, manifest)
        rows = known.rows_of(ids)
        if len(rows) and not replace_known:
            raise InputError(
                f"The catalogue {manifest.name} has {name_ids(known.ids[rows].tolist())} already: leave out what is "
                "there, or have it replaced (--replace)."
            )
        new = fit_columns(catalogue.listings, column_types(folder, manifest), manifest.name)
        new = new.assign(**{PHOTO_SHA256: ""})
        segment = change.new_folder()
        progress.begin("titles", 0)
        n_titles = _write_titles(segment, change, new)
        photos = _write_photos(
            segment, manifest, catalogue, open_encoder, cache=cache, workers=workers, progress=progress
        )
        if photos:
            note_photos(new, photos)
        _write_unread(segment, manifest, len(new))
        new.to_parquet(segment / LISTINGS_FILE, index=False)
        stop_if_cancelled(progress)
        problems = {ids[row]: photo.problem for row, photo in enumerate(photos) if photo.problem}
        problems = {**catalogue.photo_problems, **problems}
        shrink = hide_rows(change, known, rows)
        written = new_segment(segment, len(new))

        def grow(current: Manifest) -> Manifest:
            kept = shrink(current)
            growth = kept.growth or change.growth
            return replace(
                kept,
                n_listings=kept.n_listings + len(new),
                n_photos=kept.n_photos + sum(photo.sha256 != "" for photo in photos),
                n_titles=kept.n_titles + n_titles,
                unreadable_photos=kept.unreadable_photos | problems,
                growth=replace(growth, segments=(*growth.segments, written)),
            )

        return Added(
            manifest=change.commit(grow),
            ids=ids,
            replaced=known.ids[rows].tolist(),
            unreadable_photos=problems,
        )


def _check_sides(manifest: Manifest, catalogue: Catalogue) -> None:
    """Refuse listings with photos or titles that the bundle does not compare."""
    if catalogue.has_photos and manifest.photo_model is None:
        raise InputError(f"The catalogue {manifest.name} has no photos: leave those of the new listings out.")
    if catalogue.has_titles and manifest.title_weighting is None:
        raise InputError(f"The catalogue {manifest.name} has no titles: leave the column title out, or build it anew.")
    if not len(catalogue):
        raise InputError("There are no listings to add.")


def fit_columns(new: pd.DataFrame, types: Mapping[str, pa.DataType], name: str) -> pd.DataFrame:
    """Give the columns of new listings the kind that those of the catalogue have: text, or numbers.

    Parameters
    ----------
    new
        The new listings.
    types
        Type of each column of the catalogue.
    name
        The catalogue, as an error calls it.

    Raises
    ------
    InputError
        A column holds numbers there and text here.
    """
    changed: dict[str, pd.Series] = {}
    for column in map(str, new):
        there, here = types.get(column), pa.Array.from_pandas(new[column]).type
        if there is None or pa.types.is_null(there) or pa.types.is_null(here) or _kind(there) == _kind(here):
            continue
        if _kind(there) != "text":
            raise InputError(
                f"The column {column!r:.80} of the new listings holds {here}, but that of the catalogue {name} "
                f"{there}: write it as it is there."
            )
        changed[column] = new[column].map(str, na_action="ignore").astype("str")
    return new.assign(**changed)


def _kind(of: pa.DataType) -> str:
    if pa.types.is_integer(of) or pa.types.is_floating(of) or pa.types.is_decimal(of):
        return "number"
    if pa.types.is_string(of) or pa.types.is_large_string(of) or pa.types.is_string_view(of):
        return "text"
    return str(of)


def _write_titles(segment: Path, change: Change, new: pd.DataFrame) -> int:
    """Write the vectors of the titles, under the weights of the bundle; gives the number of titles."""
    try:
        encoder = read_title_encoder(change.folder, change.manifest)
    except DAMAGES as error:
        raise InputError(f"The bundle {change.folder} is damaged ({said(error)}): build it anew.") from error
    if encoder is None:
        return 0
    titles = new["title"].tolist() if "title" in new else [""] * len(new)
    grown = encoder.with_words_of(titles)
    write_further_titles(segment, grown.words[encoder.dimension :], grown.encode(titles))
    return sum(title != "" for title in titles)


def _write_photos(
    segment: Path,
    manifest: Manifest,
    catalogue: Catalogue,
    open_encoder: Callable[[PhotoModel], PhotoEmbedder] | None,
    *,
    cache: EmbeddingCache | None,
    workers: int,
    progress: Progress,
) -> list[EmbeddedPhoto]:
    """Embed the photos and write their files; for listings without any, those of listings without a photo."""
    model = manifest.photo_model
    if model is None:
        return []
    if catalogue.has_photos:
        encoder = (open_encoder or open_photo_encoder)(model)
        if encoder.model.fingerprint != model.fingerprint:
            raise InputError(f"The photos of the catalogue {manifest.name} need its own model, {model.name}.")
        cache = cache or EmbeddingCache(model)
        keypoints = manifest.keypoints == KEYPOINTS_NAME
        embed = partial(embed_photos, workers=workers)
        photos = embed_listings(segment, catalogue, encoder, cache, keypoints=keypoints, embed=embed, progress=progress)
        write_vectors(segment / PHOTO_VECTORS_FILE, photos, model.dimension, cache)
    else:
        photos = [EmbeddedPhoto()] * len(catalogue)
        vectors = np.zeros((len(photos), model.dimension), dtype="<f4")
        np.save(segment / PHOTO_VECTORS_FILE, vectors, allow_pickle=False)
        write_packed(segment, (THUMBNAILS_FILE, THUMBNAIL_OFFSETS_FILE), [b""] * len(photos))
    if manifest.keypoints is not None and not (segment / KEYPOINTS_FILE).exists():
        write_packed(segment, (KEYPOINTS_FILE, KEYPOINT_OFFSETS_FILE), [b""] * len(photos))
    return photos


def _write_unread(segment: Path, manifest: Manifest, n: int) -> None:
    """Write what was not made of the new listings: no print was read, and they have no place on a map."""
    if manifest.prints is not None:
        write_prints(segment / PRINTS_FILE, [None] * n)
    maps = manifest.maps or SideMaps()
    for name, method in ((PHOTO_MAP_FILE, maps.photo), (TITLE_MAP_FILE, maps.title)):
        if method is not None:
            write_map(segment / name, np.full((n, 2), np.nan, dtype=np.float32))
