"""The vectors of a frozen tower for the photos of a training, each computed once and kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from product_matching.encoders.batch import embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.photo import FloatVectors, PhotoEncoder
from product_matching.errors import InputError
from product_matching.progress import Progress, track
from product_matching.search.neighbours import RowArray
from product_matching.training.parts import LabelledPhotos

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelledVectors:
    """Unit vectors of photos, shape (N, D), float32, and the number of each photo's group, shape (N,)."""

    vectors: FloatVectors
    labels: RowArray

    def __len__(self) -> int:
        return len(self.labels)


def embed_labelled(photos: LabelledPhotos, encoder: PhotoEncoder, *, progress: Progress) -> LabelledVectors:
    """Embed the photos of a part; those that cannot be read are named in the log and left out.

    Vectors are kept in the user's data folder, as those of a build are: another training embeds nothing again.

    Raises
    ------
    InputError
        No photo can be read.
    Cancelled
        The work should stop; what is embedded is kept.
    """
    cache = EmbeddingCache(encoder.model)
    embedded = track(progress, embed_photos(photos.paths, encoder, cache), "embedding", total=len(photos), unit="photo")
    keys, rows = [], []
    for row, photo in enumerate(embedded):
        if photo.problem:
            log.warning("Listing %s is left out: %s", photos.names[row], photo.problem)
        else:
            keys.append(photo.sha256)
            rows.append(row)
    if len(photos) and not rows:
        raise InputError(f"None of {len(photos)} photos can be read; the first is {photos.paths[0]}.")
    vectors = cache.get(keys)
    stacked = np.stack([vectors[key] for key in keys]) if keys else np.zeros((0, encoder.dimension), np.float32)
    return LabelledVectors(vectors=stacked, labels=photos.labels[rows])
