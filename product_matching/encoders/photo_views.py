"""The small pictures that are made of a photo: all that is kept, compared or shown of it.

A photo is decoded once, and nothing but its views leaves the process that does it. They are the same in any process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from product_matching.encoders.keypoints import Keypoints, KeypointView, keypoints_in, view_for_keypoints
from product_matching.encoders.preprocess import Pixels, Square
from product_matching.encoders.print_size import fit_photo
from product_matching.listings.photos import decode_photo, phash, phash_grey, thumbnail
from product_matching.listings.regions import Region, crop_region


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which views are made.

    Attributes
    ----------
    region
        The part of the photo that they are of; None for all of it.
    square
        As what a network takes it; None for none.
    keypoints, readable
        Whether the views for keypoints and for reading print are made.
    preview
        Longer side of a picture of the whole photo; 0 for none.
    """

    region: Region | None = None
    square: Square | None = None
    keypoints: bool = False
    readable: bool = False
    preview: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoViews:
    """What was made of a photo, or of a part of it.

    Attributes
    ----------
    thumbnail
        See `product_matching.listings.photos.thumbnail`.
    grey
        See `product_matching.listings.photos.phash_grey`; an array.
    square
        The network's input; shape (edge, edge, 3), uint8.
    for_keypoints
        What keypoints are found on.
    readable
        The photo at the size at which its print is read; shape (height, width, 3), uint8.
    preview
        JPEG of the whole photo.
    """

    thumbnail: bytes
    grey: npt.NDArray[np.uint8]
    square: Pixels | None = None
    for_keypoints: KeypointView | None = None
    readable: Pixels | None = None
    preview: bytes = b""

    def network_input(self) -> Pixels:
        """The square.

        Raises
        ------
        LookupError
            It was not wanted.
        """
        if self.square is None:
            raise LookupError("The square was not wanted.")
        return self.square

    def phash(self) -> str:
        """PHash of the photo."""
        return phash(Image.fromarray(self.grey))

    def keypoints(self) -> Keypoints:
        """Keypoints of the photo.

        Raises
        ------
        LookupError
            Their view was not wanted.
        """
        if self.for_keypoints is None:
            raise LookupError("The view for keypoints was not wanted.")
        return keypoints_in(self.for_keypoints)


class ViewPhoto(Protocol):
    """Makes the views of a photo: `view_photo`, or a worker that does so in a process of its own."""

    def __call__(
        self, data: bytes, wanted: Wanted, *, name: str = "photo", told: Callable[[int], None] | None = None
    ) -> PhotoViews:
        """Decode a photo and make its views; `told` is given its place where it has to wait."""


def view_photo(
    data: bytes, wanted: Wanted, *, name: str = "photo", told: Callable[[int], None] | None = None
) -> PhotoViews:
    """Decode a photo and make its views, in this process and without waiting.

    Parameters
    ----------
    data, name
        See `product_matching.listings.photos.decode_photo`.
    wanted
        Which views.

    Raises
    ------
    PhotoError
        The photo cannot be decoded.
    """
    return make_views(decode_photo(data, name=name), wanted)


def make_views(photo: Image.Image, wanted: Wanted) -> PhotoViews:
    """Make the views of a decoded photo."""
    preview = thumbnail(photo, wanted.preview) if wanted.preview else b""
    part = photo if wanted.region is None else crop_region(photo, wanted.region)
    return PhotoViews(
        thumbnail=thumbnail(part),
        grey=np.asarray(phash_grey(part)),
        square=None if wanted.square is None else wanted.square.cut(part),
        for_keypoints=view_for_keypoints(part) if wanted.keypoints else None,
        readable=np.asarray(fit_photo(part)[0]) if wanted.readable else None,
        preview=preview,
    )
