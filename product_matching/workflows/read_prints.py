"""Read the print on every photo of a bundle, and keep it there as one more side."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from product_matching.encoders.print_cache import PrintCache
from product_matching.encoders.print_reader import PrintReader
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.listings.photos import decode_photo, read_photo
from product_matching.listings.prints import PhotoPrint
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.store.bundle import PHOTO_SHA256, Bundle, new_bundle_folder, open_bundle
from product_matching.store.manifest import (
    MANIFEST_FILE,
    PRINTS_FILE,
    QUERY_PRINTS_FILE,
    FileEntry,
    Manifest,
    PrintSource,
)
from product_matching.store.prints import write_prints


@dataclass(frozen=True, kw_only=True)
class _Photo:
    """One photo to read: its file, or the picture that the bundle keeps of it."""

    key: str
    path: Path | None = None
    picture: bytes = b""

    def data(self) -> bytes:
        return self.picture if self.path is None else read_photo(self.path)


def read_bundle(
    folder: Path,
    readers: Sequence[PrintReader],
    *,
    images: Path | None = None,
    cache: PrintCache | None = None,
    progress: Progress = NO_PROGRESS,
) -> Manifest:
    """Read the print on every photo of a bundle, listings and samples, and write it beside the vectors.

    A photo is kept in the cache as soon as it is read: a run that was interrupted goes on where it stopped, and the
    bundle stays as it was until all are read.

    Parameters
    ----------
    folder
        The bundle; its folder is replaced whole at the end.
    readers
        One reader for each thread, all of the same name.
    images
        Folder of the original photos, which more is read on than on thumbnails; a photo that is not there, or is not
        the one that the bundle was built from, is read from its thumbnail.
    cache
        What was read in earlier runs; None takes the user's own.
    progress
        Shows progress in photos.

    Returns
    -------
    Manifest
        Of the bundle with its print.

    Raises
    ------
    Cancelled
        Somebody stopped it.
    InputError
        There is no bundle at `folder`, or it has no photos or cannot be written.
    """
    bundle = open_bundle(folder)
    if bundle.thumbnails is None:
        raise InputError(f"The catalogue {bundle.manifest.name} has no photos to read.")
    cache = cache or PrintCache(readers[0])
    photos = [_photo_of(bundle, row, images) for row in range(len(bundle))]
    samples = _sample_photos(bundle)
    _read_new([photo for photo in (*photos, *samples) if photo is not None], readers, cache, progress)
    source = PrintSource(
        reader=readers[0].name,
        n_originals=sum(photo is not None and photo.path is not None for photo in photos),
        n_thumbnails=sum(photo is not None and photo.path is None for photo in photos),
    )
    return _write(bundle, source, _prints_of(photos, cache), _prints_of(samples, cache))


def _photo_of(bundle: Bundle, row: int, images: Path | None) -> _Photo | None:
    """The photo of a listing; None where it has no readable one."""
    picture = None if bundle.thumbnails is None else bundle.thumbnails.get(row)
    if picture is None:
        return None
    listing = bundle.listings.iloc[row]
    if images is not None:
        path = images / str(listing["image"])
        with suppress(OSError):
            if file_sha256(path) == listing[PHOTO_SHA256]:
                return _Photo(key=str(listing[PHOTO_SHA256]), path=path)
    return _of_picture(picture)


def _sample_photos(bundle: Bundle) -> list[_Photo | None]:
    samples = bundle.samples
    return [] if samples is None else [_of_picture(samples[row].picture) for row in range(len(samples))]


def _of_picture(picture: bytes) -> _Photo:
    return _Photo(key=hashlib.sha256(picture).hexdigest(), picture=picture)


def _read_new(photos: Sequence[_Photo], readers: Sequence[PrintReader], cache: PrintCache, progress: Progress) -> None:
    """Read the photos that the cache does not hold, each content once."""
    known = cache.keys()
    new = list({photo.key: photo for photo in photos if photo.key not in known}.values())
    free: SimpleQueue[PrintReader] = SimpleQueue()
    for reader in readers:
        free.put(reader)
    with ThreadPoolExecutor(len(readers), thread_name_prefix="print") as pool:
        try:
            for photo, read in track(
                progress, pool.map(partial(_read, free), new), "print on photos", total=len(new), unit="photo"
            ):
                cache.put({photo.key: read})
        except BaseException:  # Ctrl-C as well: what has not begun is not begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _read(free: SimpleQueue[PrintReader], photo: _Photo) -> tuple[_Photo, PhotoPrint]:
    reader = free.get()
    try:
        return photo, reader.read(decode_photo(photo.data()))
    finally:
        free.put(reader)


def _prints_of(photos: Sequence[_Photo | None], cache: PrintCache) -> Iterator[PhotoPrint | None]:
    read = cache.get(photo.key for photo in photos if photo is not None)
    return (None if photo is None else read[photo.key] for photo in photos)


def _write(
    bundle: Bundle, source: PrintSource, prints: Iterator[PhotoPrint | None], samples: Iterator[PhotoPrint | None]
) -> Manifest:
    """Put a bundle of the same files, the print beside them, in place of the old one."""
    old = bundle.manifest
    kept = {name: entry for name, entry in old.files.items() if name not in (PRINTS_FILE, QUERY_PRINTS_FILE)}
    with new_bundle_folder(bundle.folder.absolute(), overwrite=True) as folder:
        for name in kept:
            _link(bundle.folder / name, folder / name)
        write_prints(folder / PRINTS_FILE, list(prints))
        if old.n_queries:
            write_prints(folder / QUERY_PRINTS_FILE, list(samples))
        new = {path.name: path for path in folder.iterdir() if path.name not in kept}
        entries = {name: FileEntry(path.stat().st_size, file_sha256(path)) for name, path in sorted(new.items())}
        manifest = replace(old, prints=source, files=kept | entries)
        (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def _link(old: Path, new: Path) -> None:
    """The same file in another folder, copied where the file system has no links."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)
