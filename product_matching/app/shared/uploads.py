"""Photos that users uploaded: kept in memory while the server runs, the least recently used are dropped."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Protocol

import numpy as np
import numpy.typing as npt

from product_matching.encoders.keypoints import Keypoints
from product_matching.encoders.photo_views import PhotoViews, ViewPhoto, Wanted
from product_matching.encoders.preprocess import Pixels, Square
from product_matching.errors import InputError
from product_matching.listings.photos import PhotoError
from product_matching.listings.regions import Region

#: Hexadecimal digits of a photo's SHA-256 that name it in the address.
KEY_DIGITS = 20
#: Megabytes of one photo (see `listings.photos.MAX_PHOTO_BYTES`), and what is said beside an upload.
PHOTO_MB = 20
PHOTO_HELP = "JPEG, PNG, WebP, GIF, BMP or TIFF, at most 20 MB. It is kept in memory only, while the app runs."

#: Longer side of the picture of a whole photo, on which a region is drawn, in pixels.
PREVIEW_EDGE = 512
#: Parts of one photo that are kept.
MAX_PARTS = 16
#: Told the number of photos before one that waits to be decoded.
Told = Callable[[int], None]


class Encoder(Protocol):
    """An encoder of photos: `PhotoEncoder`, or a substitute in tests."""

    @property
    def square(self) -> Square:
        """What it takes a photo as."""
        ...

    def encode_square(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Embed one photo; shape (D,), float32, unit norm."""


@dataclass(kw_only=True)
class Upload:
    """One uploaded photo, or a part of one.

    Attributes
    ----------
    key
        The first `KEY_DIGITS` of its SHA-256; behind it the region of a part.
    name
        File name as the browser gave it.
    data
        The file; None once newer uploads needed the room, and for a part.
    whole, region
        The photo that a part is of, and where it lies there; None for a photo.
    parts
        Parts of the photo by region; see `UploadStore.part`.
    preview
        JPEG bytes of at most `PREVIEW_EDGE` pixels, made with the thumbnail of the photo or its part.
    thumbnail
        JPEG bytes, made when the photo is first decoded.
    phash
        Its pHash, made at the same time.
    keypoints
        Its keypoints, found at the same time.
    vectors
        Embedding by fingerprint of the model.
    problem
        Why it cannot be decoded, once that was found: it is not tried again.
    decode_ms, encode_ms, keypoints_ms
        What the newest embedding, and the keypoints, took.
    """

    key: str
    name: str
    data: bytes | None
    whole: Upload | None = None
    region: Region | None = None
    parts: OrderedDict[Region, Upload] = field(default_factory=OrderedDict)
    preview: bytes | None = None
    thumbnail: bytes | None = None
    phash: str = ""
    keypoints: Keypoints | None = None
    vectors: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    problem: str = ""
    decode_ms: float = 0.0
    encode_ms: float = 0.0
    keypoints_ms: float = 0.0

    def views(self, wanted: Wanted, view: ViewPhoto, told: Told | None = None) -> PhotoViews:
        """Decode the photo and make views of it, or of the part of it.

        Parameters
        ----------
        wanted
            Which; the region and the preview are added to it.
        view
            Decodes.
        told
            Given the number of photos before this one, where it has to wait.

        Raises
        ------
        InputError
            The photo cannot be decoded, its file is not kept any more, or too many wait.
        """
        whole = self.whole or self
        if whole.problem:
            raise PhotoError(whole.problem)
        if whole.data is None:
            raise InputError("This photo is no longer kept for another search: upload it again.")
        preview = 0 if whole.preview is not None else PREVIEW_EDGE
        try:
            views = view(whole.data, replace(wanted, region=self.region, preview=preview), name=self.name, told=told)
        except PhotoError as error:
            whole.problem = str(error)
            raise
        whole.preview = whole.preview or views.preview
        return views


class UploadStore:
    """Uploads by key; safe for threads.

    Parameters
    ----------
    max_uploads
        Uploads that are kept with thumbnail and embeddings.
    max_bytes
        Bytes of original files that are kept; beyond, older uploads keep thumbnail and embeddings only.
    """

    def __init__(self, max_uploads: int = 200, max_bytes: int = 64 * 2**20) -> None:
        self._max_uploads = max_uploads
        self._max_bytes = max_bytes
        self._uploads: OrderedDict[str, Upload] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._uploads)

    def put(self, data: bytes, name: str) -> str:
        """Keep an uploaded file and return its key; the same file again is the same upload."""
        key = upload_key(data)
        with self._lock:
            upload = self._uploads.setdefault(key, Upload(key=key, name=name, data=data))
            upload.name, upload.data = name, data
            self._uploads.move_to_end(key)
            self._drop_oldest()
        return key

    def get(self, key: str) -> Upload | None:
        """Return an upload; None if there is none of this key any more."""
        with self._lock:
            upload = self._uploads.get(key)
            if upload is not None:
                self._uploads.move_to_end(key)
            return upload

    def part(self, key: str, region: Region) -> Upload | None:
        """Return the part of an upload that a region shows; None if there is no upload of this key any more."""
        whole = self.get(key)
        if whole is None:
            return None
        with self._lock:
            new = Upload(key=f"{key} {region}", name=whole.name, data=None, whole=whole, region=region)
            part = whole.parts.setdefault(region, new)
            whole.parts.move_to_end(region)
            while len(whole.parts) > MAX_PARTS:
                whole.parts.popitem(last=False)
            return part

    def _drop_oldest(self) -> None:
        while len(self._uploads) > self._max_uploads:
            self._uploads.popitem(last=False)
        held = 0
        for upload in reversed(self._uploads.values()):
            held += len(upload.data or b"")
            if held > self._max_bytes:
                upload.data = None


def upload_key(data: bytes) -> str:
    """Key of a file's content."""
    return hashlib.sha256(data).hexdigest()[:KEY_DIGITS]


def embed_upload(
    upload: Upload, fingerprint: str, encoder: Encoder, view: ViewPhoto, *, told: Told | None = None
) -> npt.NDArray[np.float32]:
    """Embed an upload, or a part of one, with the model of the given fingerprint, once.

    Its thumbnail, pHash and keypoints are made with the first embedding. See `Upload.views` for what decodes it.

    Raises
    ------
    InputError
        The photo cannot be decoded, its file is not kept any more, or too many wait.
    """
    vector = upload.vectors.get(fingerprint)
    if vector is not None:
        return vector
    started = perf_counter()
    views = upload.views(Wanted(square=encoder.square, keypoints=upload.keypoints is None), view, told)
    if upload.thumbnail is None:
        upload.thumbnail, upload.phash = views.thumbnail, views.phash()
    decoded = perf_counter()
    vector = encoder.encode_square(views.network_input())
    upload.decode_ms, upload.encode_ms = 1000 * (decoded - started), 1000 * (perf_counter() - decoded)
    upload.vectors[fingerprint] = vector
    if upload.keypoints is None:
        started = perf_counter()
        upload.keypoints = views.keypoints()
        upload.keypoints_ms = 1000 * (perf_counter() - started)
    return vector
