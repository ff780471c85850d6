"""Read the print on every photo of a bundle, and keep it there as one more side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from product_matching.encoders.print_cache import PrintCache
from product_matching.encoders.print_reader import PrintReader
from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo
from product_matching.listings.prints import PhotoPrint
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.store.amend import amend_bundle, check_amendable
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.manifest import PRINTS_FILE, QUERY_PRINTS_FILE, Manifest, PrintSource
from product_matching.store.prints import write_prints
from product_matching.workflows.bundle_photos import BundlePhoto, of_picture, photo_of


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
    check_amendable(folder)
    cache = cache or PrintCache(readers[0])
    photos = [photo_of(bundle, row, images) for row in range(len(bundle))]
    samples = _sample_photos(bundle)
    _read_new([photo for photo in (*photos, *samples) if photo is not None], readers, cache, progress)
    source = PrintSource(
        reader=readers[0].name,
        n_originals=sum(photo is not None and photo.path is not None for photo in photos),
        n_thumbnails=sum(photo is not None and photo.path is None for photo in photos),
    )
    return _write(bundle, source, _prints_of(photos, cache), _prints_of(samples, cache))


def _sample_photos(bundle: Bundle) -> list[BundlePhoto | None]:
    samples = bundle.samples
    return [] if samples is None else [of_picture(samples[row].picture) for row in range(len(samples))]


def _read_new(
    photos: Sequence[BundlePhoto], readers: Sequence[PrintReader], cache: PrintCache, progress: Progress
) -> None:
    """Read the photos that the cache does not hold, each content once."""
    known = cache.get(photo.key for photo in photos)  # which forgets what is damaged
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


def _read(free: SimpleQueue[PrintReader], photo: BundlePhoto) -> tuple[BundlePhoto, PhotoPrint]:
    reader = free.get()
    try:
        return photo, reader.read(decode_photo(photo.data()))
    finally:
        free.put(reader)


def _prints_of(photos: Sequence[BundlePhoto | None], cache: PrintCache) -> Iterator[PhotoPrint | None]:
    read = cache.get(photo.key for photo in photos if photo is not None)
    return (None if photo is None else read[photo.key] for photo in photos)


def _write(
    bundle: Bundle, source: PrintSource, prints: Iterator[PhotoPrint | None], samples: Iterator[PhotoPrint | None]
) -> Manifest:
    """Put the print beside the bundle's other files."""

    def write(folder: Path) -> None:
        write_prints(folder / PRINTS_FILE, list(prints))
        if bundle.manifest.n_queries:
            write_prints(folder / QUERY_PRINTS_FILE, list(samples))

    return amend_bundle(bundle, write, names=(PRINTS_FILE, QUERY_PRINTS_FILE), prints=source)
