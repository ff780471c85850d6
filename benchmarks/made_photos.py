"""Photos that exist as vectors alone: what a build takes in place of files and a network.

`build_bundle` runs as it is, but that no file is read, decoded or embedded: `made_photos` is its `embed` and
`MadeVectors` its cache. The photo of row r is named by the number r in place of a SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from product_matching.encoders.batch import EmbeddedPhoto
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.protocol import PhotoEmbedder
from product_matching.listings.photos import thumbnail

Pixels = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]


class StandInEncoder:
    """Keeps to the protocol of photo encoders with a random unit vector, drawn anew for other pixels.

    Parameters
    ----------
    model
        What it says it is; a model of its own without.
    dimension
        Length of a vector, where no model is given.
    """

    batch_size = 16

    def __init__(self, dimension: int, model: PhotoModel | None = None) -> None:
        sha256 = hashlib.sha256(b"stand-in").hexdigest()
        self.model = model or PhotoModel(
            name="stand-in", backbone="none", weights_sha256=sha256, dimension=dimension, image_size=16
        )
        self.dimension = self.model.dimension

    def prepare(self, photo: Image.Image) -> Pixels:
        """Resize to the input."""
        return np.asarray(photo.convert("RGB").resize((16, 16)))

    def encode_pixels(self, pixels: Sequence[Pixels]) -> Vectors:
        """Draw a vector for each."""
        drawn = [
            np.random.default_rng(list(each.tobytes())).standard_normal(self.dimension, dtype=np.float32)
            for each in pixels
        ]
        rows = np.stack(drawn)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def encode(self, photo: Image.Image) -> Vectors:
        """Draw the vector of one."""
        vector: Vectors = self.encode_pixels([self.prepare(photo)])[0]
        return vector


class MadeVectors(EmbeddingCache):
    """A cache that has the vector of every row.

    Parameters
    ----------
    folder
        Where a cache would lie; nothing is written.
    rows
        Gives the vectors of some rows.
    """

    def __init__(self, folder: Path, rows: Callable[[npt.NDArray[np.int64]], Vectors]) -> None:
        self.folder = folder
        self._rows = rows

    def keys(self) -> set[str]:
        """None are told: nobody asks for what is embedded already."""
        return set()

    def get(self, photos: Iterable[str]) -> dict[str, Vectors]:
        """The vectors of photos, by the number that is their name."""
        names = list(photos)
        vectors = self._rows(np.array([int(name, 16) for name in names], dtype=np.int64))
        return dict(zip(names, vectors, strict=True))

    def put(self, vectors: Mapping[str, Vectors]) -> None:
        """Nothing is kept."""


def photo_name(row: int) -> str:
    """What stands for the SHA-256 of a row's photo."""
    return f"{row:064x}"


@dataclass(frozen=True)
class MadePhotos:
    """Photos by row, where a build embeds them.

    Attributes
    ----------
    picture, phash
        Give the thumbnail and the perceptual hash of a row.
    """

    picture: Callable[[int], bytes]
    phash: Callable[[int], str]

    def __call__(
        self,
        paths: Sequence[Path | None],
        encoder: PhotoEmbedder,
        cache: EmbeddingCache,
        *,
        keypoints: KeypointCache | None = None,
        workers: int = 2,
    ) -> Iterator[EmbeddedPhoto]:
        """See `EmbedPhotos`."""
        del encoder, cache, keypoints, workers
        for row in range(len(paths)):
            yield EmbeddedPhoto(photo_name(row), self.phash(row), self.picture(row))


def grey_picture() -> bytes:
    """A thumbnail for all."""
    return thumbnail(Image.new("RGB", (64, 64), "grey"))
