"""Many photo files to vectors: reading and decoding in threads while the network runs, nothing embedded twice."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.photo_views import ViewPhoto, Wanted, make_views
from product_matching.encoders.photo_workers import shared_workers
from product_matching.encoders.protocol import SquareEmbedder
from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo, read_photo

if TYPE_CHECKING:
    from product_matching.encoders.preprocess import Pixels
    from product_matching.encoders.protocol import PhotoEmbedder


@dataclass(frozen=True)
class EmbeddedPhoto:
    """One photo file after it was read: what a bundle keeps of it; its vector lies in the cache.

    Attributes
    ----------
    sha256
        SHA-256 of the file's bytes, the key of its vector in the cache; empty if it could not be read.
    phash
        Perceptual hash, 16 hexadecimal digits.
    thumbnail
        JPEG bytes.
    keypoints
        See `product_matching.encoders.keypoints.Keypoints.to_bytes`; empty where none were asked for.
    problem
        Why it could not be read; None if it could.
    """

    sha256: str = ""
    phash: str = ""
    thumbnail: bytes = b""
    keypoints: bytes = b""
    problem: str | None = None


class EmbedPhotos(Protocol):
    """The signature of `embed_photos`, which another engine has as well."""

    def __call__(
        self,
        paths: Sequence[Path | None],
        encoder: PhotoEmbedder,
        cache: EmbeddingCache,
        *,
        keypoints: KeypointCache | None = None,
        workers: int = 2,
    ) -> Iterator[EmbeddedPhoto]:
        """Read every photo and see to it that the cache holds its vector."""


@dataclass(frozen=True)
class _Prepared:
    photo: EmbeddedPhoto
    pixels: Pixels | None
    path: Path | None = None


class _Preparer:
    """Read and decode photos in worker threads; pixels are made once for each content that has no vector yet."""

    def __init__(
        self, encoder: PhotoEmbedder, embedded: set[str], keypoints: KeypointCache | None, view: ViewPhoto
    ) -> None:
        self._encoder = encoder
        self._keypoints = keypoints
        self._view = view
        self._claimed = embedded
        self._lock = threading.Lock()

    def __call__(self, path: Path | None) -> _Prepared:
        if path is None:
            return _Prepared(EmbeddedPhoto(), None)
        try:
            data = read_photo(path, name=path.name)
            return replace(self._prepare(data, path.name), path=path)
        except InputError as error:
            return _Prepared(EmbeddedPhoto(problem=str(error)), None)

    def _prepare(self, data: bytes, name: str) -> _Prepared:
        sha256 = hashlib.sha256(data).hexdigest()
        kept = b"" if self._keypoints is None else self._keypoints.get(sha256)
        new = self._claim(sha256)
        wanted = Wanted(keypoints=kept is None)
        try:
            if isinstance(self._encoder, SquareEmbedder):
                views = self._view(data, replace(wanted, square=self._encoder.square if new else None), name=name)
                pixels = views.square
            else:  # only its own code knows what it makes of a photo
                photo = decode_photo(data, name=name)
                views = make_views(photo, wanted)
                pixels = self._encoder.prepare(photo) if new else None
        except BaseException:
            if new:
                self._release(sha256)
            raise
        if self._keypoints is not None and kept is None:
            kept = self._keypoints.put(sha256, views.keypoints())
        return _Prepared(EmbeddedPhoto(sha256, views.phash(), views.thumbnail, kept or b""), pixels)

    def _claim(self, sha256: str) -> bool:
        with self._lock:
            new = sha256 not in self._claimed
            self._claimed.add(sha256)
            return new

    def _release(self, sha256: str) -> None:
        with self._lock:
            self._claimed.discard(sha256)

    def again(self, sha256: str, path: Path) -> Pixels | None:
        """Pixels of a photo whose vector was thought to be in the cache; None if another thread makes them."""
        self._release(sha256)
        prepared = self(path)
        return prepared.pixels if prepared.photo.sha256 == sha256 else None


def embed_photos(
    paths: Sequence[Path | None],
    encoder: PhotoEmbedder,
    cache: EmbeddingCache,
    *,
    keypoints: KeypointCache | None = None,
    workers: int = 2,
    view: ViewPhoto | None = None,
) -> Iterator[EmbeddedPhoto]:
    """Read every photo and see to it that the cache holds its vector.

    A photo is yielded once its vector is in the cache, so an interrupted run loses at most one batch of work.

    Parameters
    ----------
    paths
        One file a listing, None for a listing without a photo.
    encoder
        The model.
    cache
        Where the vectors go, and where those of an earlier run are found.
    keypoints
        The same for keypoints; None where none are wanted.
    workers
        Threads that read and decode. At most four batches are decoded ahead: with photos of 224 px and batches of 16
        that is 10 MB.
    view
        Decodes; None takes processes of their own, with limits (see `PhotoWorkers`). For an encoder that is no
        `SquareEmbedder`, photos are decoded in this process.

    Yields
    ------
    EmbeddedPhoto
        In the order of `paths`.
    """
    prepare = _Preparer(encoder, cache.keys(), keypoints, view or shared_workers().view)
    with ThreadPoolExecutor(workers, thread_name_prefix="photos") as pool:
        waiting: list[_Prepared] = []
        n_new = 0
        for prepared in _ordered(pool, prepare, paths, ahead=4 * encoder.batch_size):
            waiting.append(prepared)
            n_new += prepared.pixels is not None
            if n_new == encoder.batch_size or (n_new == 0 and len(waiting) >= encoder.batch_size):
                yield from _embed(waiting, encoder, cache, prepare)
                waiting, n_new = [], 0
        yield from _embed(waiting, encoder, cache, prepare)


def _ordered(
    pool: ThreadPoolExecutor, prepare: _Preparer, paths: Iterable[Path | None], ahead: int
) -> Iterator[_Prepared]:
    """Map over the paths in order, never more than `ahead` of them in memory."""
    remaining = iter(paths)
    running: deque[Future[_Prepared]] = deque(pool.submit(prepare, path) for path in islice(remaining, ahead))
    while running:
        done = running.popleft().result()
        running.extend(pool.submit(prepare, path) for path in islice(remaining, 1))
        yield done


def _embed(
    waiting: list[_Prepared], encoder: PhotoEmbedder, cache: EmbeddingCache, prepare: _Preparer
) -> Iterator[EmbeddedPhoto]:
    new = {prepared.photo.sha256: prepared.pixels for prepared in waiting if prepared.pixels is not None}
    new |= _forgotten(waiting, cache, prepare, new.keys())
    if new:
        vectors = encoder.encode_pixels(list(new.values()))
        cache.put(dict(zip(new, vectors, strict=True)))
    yield from (prepared.photo for prepared in waiting)


def _forgotten(waiting: list[_Prepared], cache: EmbeddingCache, prepare: _Preparer, new: Set[str]) -> dict[str, Pixels]:
    """Decode those photos once more whose vector was thought to be in the cache, but is damaged."""
    known = {one.photo.sha256: one.path for one in waiting if one.photo.sha256 and one.path is not None}
    wanted = known.keys() - new
    lost = sorted(wanted - cache.get(wanted).keys()) if wanted else []
    found = {sha256: prepare.again(sha256, known[sha256]) for sha256 in lost}
    return {sha256: pixels for sha256, pixels in found.items() if pixels is not None}
