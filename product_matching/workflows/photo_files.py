"""The photo files of a bundle, or of a segment of it: each photo embedded once, its vector, picture and keypoints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from product_matching.array_files import map_array
from product_matching.encoders.batch import EmbeddedPhoto, EmbedPhotos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.progress import Progress, track
from product_matching.store.bundle import PHOTO_SHA256
from product_matching.store.manifest import (
    KEYPOINT_OFFSETS_FILE,
    KEYPOINTS_FILE,
    THUMBNAIL_OFFSETS_FILE,
    THUMBNAILS_FILE,
)
from product_matching.store.thumbnails import ThumbnailWriter

if TYPE_CHECKING:
    from product_matching.encoders.protocol import PhotoEmbedder

_FILL_ROWS = 2048


def embed_listings(
    folder: Path,
    catalogue: Catalogue,
    encoder: PhotoEmbedder,
    cache: EmbeddingCache,
    *,
    keypoints: bool,
    embed: EmbedPhotos,
    progress: Progress,
) -> list[EmbeddedPhoto]:
    """Embed every photo into the cache and write the thumbnails and, where they are wanted, the keypoints.

    Raises
    ------
    InputError
        No photo at all can be read.
    Cancelled
        Somebody stopped it; the photos embedded so far are in the cache.
    """
    paths = [catalogue.photo_path(row) for row in range(len(catalogue))]
    photos: list[EmbeddedPhoto] = []
    kept = KeypointCache(cache.folder) if keypoints else None
    with ExitStack() as stack:
        thumbnails = stack.enter_context(ThumbnailWriter(folder / THUMBNAILS_FILE, folder / THUMBNAIL_OFFSETS_FILE))
        found = None
        if kept is not None:
            found = stack.enter_context(ThumbnailWriter(folder / KEYPOINTS_FILE, folder / KEYPOINT_OFFSETS_FILE))
        stream = embed(paths, encoder, cache, keypoints=kept)
        for photo in track(progress, stream, "photos", total=len(paths), unit="photo"):
            thumbnails.append(photo.thumbnail)
            if found is not None:
                found.append(photo.keypoints)
            photos.append(replace(photo, thumbnail=b"", keypoints=b""))
    if not any(photo.sha256 for photo in photos):
        raise InputError(f"None of the {len(paths)} photos can be read, first: {photos[0].problem}")
    return photos


def note_photos(listings: pd.DataFrame, photos: list[EmbeddedPhoto]) -> None:
    """Add what was read of the photos to the listings; a pHash of the catalogue is kept."""
    listings[PHOTO_SHA256] = [photo.sha256 for photo in photos]
    own = listings["image_phash"] if "image_phash" in listings else pd.Series("", index=listings.index)
    computed = pd.Series([photo.phash for photo in photos], index=listings.index)
    listings["image_phash"] = own.where(own != "", computed)


def write_vectors(
    path: Path, photos: list[EmbeddedPhoto], dimension: int, cache: EmbeddingCache
) -> npt.NDArray[np.float32]:
    """Write the vectors from the cache in blocks, zeros for a listing without a readable photo; gives them mapped.

    They are written as a file, since writing to a mapped one ends the process where the disk is full.
    """
    shape, none = (len(photos), dimension), np.zeros(dimension, dtype="<f4")
    with path.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": shape})
        for block in _blocks([photo.sha256 for photo in photos]):
            found = cache.get(sha256 for sha256 in block if sha256)
            stream.writelines((found[sha256] if sha256 else none).astype("<f4").tobytes() for sha256 in block)
    return map_array(path, shape=shape, dtype=np.float32)


def _blocks(photos: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(photos), _FILL_ROWS):
        yield photos[start : start + _FILL_ROWS]
