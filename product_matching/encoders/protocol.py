"""The protocol of photo encoders, as builds and searches use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from PIL import Image

from product_matching.encoders.model_folder import PhotoModel

if TYPE_CHECKING:
    from product_matching.encoders.preprocess import Square


class PhotoEmbedder(Protocol):
    """Photos to embeddings of unit norm.

    `product_matching.encoders.photo.PhotoEncoder` keeps to it with timm's networks; ``examples/own_encoder.py`` shows
    another one. The same photo must give the same vector in every call, however many photos come with it:
    vectors are kept by the SHA-256 of the photo and the fingerprint of `model`.
    """

    @property
    def model(self) -> PhotoModel:
        """Description of the encoder; its fingerprint must change whenever the embedding of a photo does."""
        ...

    @property
    def dimension(self) -> int:
        """Length D of an embedding."""
        ...

    @property
    def batch_size(self) -> int:
        """Photos that are passed to `encode_pixels` at a time."""
        ...

    def prepare(self, photo: Image.Image) -> npt.NDArray[np.uint8]:
        """Bring an RGB photo to the input of the encoder; called by several threads at once; shape (S, S, 3)."""
        ...

    def encode_pixels(self, pixels: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Embed prepared photos; shape (len(pixels), D), float32, rows of unit norm."""
        ...

    def encode(self, photo: Image.Image) -> npt.NDArray[np.float32]:
        """Embed one RGB photo; shape (D,), float32, unit norm."""
        ...


@runtime_checkable
class SquareEmbedder(Protocol):
    """A `PhotoEmbedder` whose `prepare` does no more than cut a square.

    Its photos need not be decoded in the process that embeds them.
    """

    @property
    def square(self) -> Square:
        """What `prepare` makes of a photo."""
        ...
