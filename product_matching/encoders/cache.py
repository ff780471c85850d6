"""Embeddings already made, by photo content and model: a second build embeds only what is new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.encoders.model_folder import PhotoModel
from product_matching.errors import InputError
from product_matching.places import home_folder

_QUERY_SIZE = 500


class EmbeddingCache:
    """Vectors of one model on disk, by the SHA-256 of the photo's bytes.

    Parameters
    ----------
    model
        The model; each model and each preparation of the photo has its own file.
    folder
        Where the files lie; None takes the user's data folder.
    """

    def __init__(self, model: PhotoModel, folder: Path | None = None) -> None:
        self._dimension = model.dimension
        self._path = (folder or home_folder() / "cache" / "photos") / f"{model.fingerprint[:32]}.sqlite"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The folder {self._path.parent} cannot be made ({error.strerror}): set PRODUCT_MATCHING_HOME."
            ) from error
        with self._connect() as database:
            database.execute("CREATE TABLE IF NOT EXISTS vectors (photo TEXT PRIMARY KEY, vector BLOB NOT NULL)")

    def keys(self) -> set[str]:
        """The photos (SHA-256, hexadecimal) whose vector is there."""
        with self._connect() as database:
            return {photo for (photo,) in database.execute("SELECT photo FROM vectors")}

    def get(self, photos: Iterable[str]) -> dict[str, npt.NDArray[np.float32]]:
        """Vectors of those of the given photos (SHA-256, hexadecimal) that are there."""
        keys = sorted(set(photos))
        found: dict[str, npt.NDArray[np.float32]] = {}
        with self._connect() as database:
            for start in range(0, len(keys), _QUERY_SIZE):
                block = keys[start : start + _QUERY_SIZE]
                marks = ",".join("?" * len(block))
                rows = database.execute(f"SELECT photo, vector FROM vectors WHERE photo IN ({marks})", block)
                found.update((photo, np.frombuffer(vector, dtype="<f4")) for photo, vector in rows)
        return {photo: vector for photo, vector in found.items() if vector.shape == (self._dimension,)}

    def put(self, vectors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Keep vectors; those already there stay as they are."""
        rows = [(photo, vector.astype("<f4").tobytes()) for photo, vector in vectors.items()]
        with self._connect() as database:
            database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=60)) as database, database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = NORMAL")
                yield database
        except sqlite3.DatabaseError as error:
            raise InputError(f"The embedding cache {self._path} cannot be used ({error}): delete it.") from error
