"""Find the keypoints of a bundle's photos and keep them beside its vectors, which stay as they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from product_matching.encoders.keypoint_cache import KeypointCache
from product_matching.encoders.keypoints import KEYPOINTS_NAME
from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.store.amend import amend_bundle, check_amendable
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import KEYPOINT_FILES, KEYPOINT_OFFSETS_FILE, KEYPOINTS_FILE, Manifest
from product_matching.store.thumbnails import ThumbnailWriter
from product_matching.workflows.bundle_photos import BundlePhoto, photo_of


def add_keypoints(
    folder: Path,
    *,
    images: Path | None = None,
    cache: KeypointCache | None = None,
    workers: int = 2,
    progress: Progress = NO_PROGRESS,
) -> Manifest:
    """Find the keypoints of every photo of a bundle and write them into it.

    Photos go into the cache one by one: an interrupted run goes on where it stopped, and the bundle stays as it was
    until all are done.

    Parameters
    ----------
    folder
        The bundle; its folder is replaced whole at the end, all other files byte for byte the same.
    images
        Folder of the original photos, which show more than the thumbnails; see `photo_of`.
    cache
        Keypoints of earlier runs; None takes the user's own.
    workers
        Threads.
    progress
        Shows progress in photos.

    Returns
    -------
    Manifest
        Of the bundle with its keypoints.

    Raises
    ------
    Cancelled
        Somebody stopped it.
    InputError
        There is no bundle at `folder`, or it has no photos or cannot be written.
    """
    bundle = open_bundle(folder)
    if bundle.thumbnails is None:
        raise InputError(f"The catalogue {bundle.manifest.name} has no photos to find keypoints on.")
    check_amendable(folder)
    photos = [photo_of(bundle, row, images) for row in range(len(bundle))]
    find = partial(_find, cache or KeypointCache())
    with ThreadPoolExecutor(workers, thread_name_prefix="keypoints") as pool:
        try:
            stream = track(progress, pool.map(find, photos), "keypoints", total=len(photos), unit="photo")
            found = list(stream)
        except BaseException:  # Ctrl-C as well: what has not begun is not begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    def write(new: Path) -> None:
        with ThumbnailWriter(new / KEYPOINTS_FILE, new / KEYPOINT_OFFSETS_FILE) as writer:
            for keypoints in found:
                writer.append(keypoints)

    return amend_bundle(bundle, write, names=KEYPOINT_FILES, keypoints=KEYPOINTS_NAME)


def _find(cache: KeypointCache, photo: BundlePhoto | None) -> bytes:
    if photo is None:
        return b""
    return cache.find(photo.key, decode_photo(photo.data()))
