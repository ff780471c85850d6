"""Embeddings already made, by photo content and model: a second build embeds only what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.photo_cache import PhotoCache, cache_folder

_NUMBER_BYTES, _LENGTH_TOLERANCE = 4, 1e-3


class EmbeddingCache:
    """Vectors of one model on disk, by the SHA-256 of the photo's bytes.

    Parameters
    ----------
    model
        The model; each model and each preparation of the photo has its own file.
    folder
        Where the files lie; None takes the user's data folder, or a temporary one where that cannot be written.

    Attributes
    ----------
    folder
        Where its file lies.
    """

    def __init__(self, model: PhotoModel, folder: Path | None = None) -> None:
        self._dimension = model.dimension
        path = (folder or cache_folder("photos")) / f"{model.fingerprint[:32]}.sqlite"
        self._kept = PhotoCache(path, what="embedding cache", spare=folder is None)
        self.folder = self._kept.folder

    def keys(self) -> set[str]:
        """The photos (SHA-256, hexadecimal) whose vector is there."""
        return self._kept.keys()

    def get(self, photos: Iterable[str]) -> dict[str, npt.NDArray[np.float32]]:
        """Vectors of those of the given photos (SHA-256, hexadecimal) that are there; damaged ones are forgotten."""
        kept = self._kept.get(photos)
        sound = {photo: vector for photo, content in kept.items() if (vector := self._read(content)) is not None}
        if len(sound) < len(kept):
            self._kept.drop(kept.keys() - sound.keys())
        return sound

    def _read(self, content: object) -> npt.NDArray[np.float32] | None:
        if not isinstance(content, bytes) or len(content) != self._dimension * _NUMBER_BYTES:
            return None
        vector: npt.NDArray[np.float32] = np.frombuffer(content, dtype="<f4")
        return vector if abs(np.vecdot(vector, vector) - 1) < _LENGTH_TOLERANCE else None  # so is NaN refused

    def put(self, vectors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Keep vectors; those already there stay as they are."""
        self._kept.put({photo: vector.astype("<f4").tobytes() for photo, vector in vectors.items()})
