"""The photos of a bundle: the original files where they are at hand, else the pictures that it keeps of them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from product_matching.files import file_sha256
from product_matching.listings.photos import read_photo
from product_matching.store.bundle import PHOTO_SHA256, Bundle


@dataclass(frozen=True, kw_only=True)
class BundlePhoto:
    """One photo: its file, or the picture that the bundle keeps of it.

    Attributes
    ----------
    key
        SHA-256 of its bytes.
    path, picture
        Where the file is; None for a picture, whose bytes are then given.
    """

    key: str
    path: Path | None = None
    picture: bytes = b""

    def data(self) -> bytes:
        """The bytes of the photo."""
        return self.picture if self.path is None else read_photo(self.path)


def photo_of(bundle: Bundle, row: int, images: Path | None) -> BundlePhoto | None:
    """The photo of a listing; None where it has no readable one.

    Parameters
    ----------
    bundle, row
        The listing.
    images
        Folder of the original photos; a photo that is not there, or is not the one that the bundle was built from, is
        taken from its thumbnail.
    """
    picture = None if bundle.thumbnails is None else bundle.thumbnails.get(row)
    if picture is None:
        return None
    listing = bundle.listings.iloc[row]
    if images is not None:
        path = images / str(listing["image"])
        with suppress(OSError):
            if file_sha256(path) == listing[PHOTO_SHA256]:
                return BundlePhoto(key=str(listing[PHOTO_SHA256]), path=path)
    return of_picture(picture)


def of_picture(picture: bytes) -> BundlePhoto:
    """A photo of which there are only the bytes."""
    return BundlePhoto(key=hashlib.sha256(picture).hexdigest(), picture=picture)
