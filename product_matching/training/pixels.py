"""The photos of a part, decoded once: in memory while they fit, else in a file that vanishes by itself."""

from __future__ import annotations

import logging
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from product_matching.encoders.preprocess import Pixels, read_pixels
from product_matching.errors import InputError
from product_matching.progress import NO_PROGRESS, Progress, track
from product_matching.search.neighbours import RowArray
from product_matching.training.parts import LabelledPhotos

log = logging.getLogger(__name__)
#: Decoded photos are kept in memory up to this many bytes: about 14,000 photos of 300 px.
MEMORY_BUDGET = 4 * 2**30


@dataclass(frozen=True, eq=False)
class DecodedPhotos:
    """Photos as the network takes them.

    Attributes
    ----------
    pixels
        Shape (N, S, S, 3), uint8: the whole photo resized to S x S, see `resize_photo`.
    labels
        Number of each photo's group, shape (N,).
    """

    pixels: Pixels
    labels: RowArray

    def __len__(self) -> int:
        return len(self.labels)


def decode_part(
    photos: LabelledPhotos,
    image_size: int,
    interpolation: str,
    *,
    progress: Progress = NO_PROGRESS,
) -> DecodedPhotos:
    """Decode and resize the photos of a part in threads; those that cannot be read are named in the log and left out.

    More than `MEMORY_BUDGET` bytes are written to an unnamed temporary file (`TMPDIR` says where) of
    ``N * S * S * 3`` bytes, which the system removes with the process.

    Parameters
    ----------
    photos
        N files.
    image_size
        S, in pixels.
    interpolation
        Filter that they are resized with.
    progress
        Shows how many are decoded.

    Raises
    ------
    InputError
        No photo can be read.
    Cancelled
        The work should stop.
    """
    pixels = _room(len(photos), image_size)
    readable = np.ones(len(photos), dtype=np.bool_)

    def decode(row: int) -> str | None:
        try:
            pixels[row] = read_pixels(photos.paths[row], image_size, interpolation)
        except InputError as error:
            readable[row] = False
            return str(error)
        return None

    pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="photos")
    try:
        problems = pool.map(decode, range(len(photos)))
        for row, problem in enumerate(track(progress, problems, "decoding", total=len(photos), unit="photo")):
            if problem:
                log.warning("Listing %s is left out: %s", photos.names[row], problem)
    finally:
        pool.shutdown(cancel_futures=True)
    if len(photos) and not readable.any():
        raise InputError(f"None of {len(photos)} photos can be read; the first is {photos.paths[0]}.")
    return DecodedPhotos(_close_up(pixels, readable), photos.labels[readable])


def _close_up(pixels: Pixels, readable: npt.NDArray[np.bool_]) -> Pixels:
    """Move the readable photos to the front, in their order and in place."""
    kept = np.flatnonzero(readable)
    if len(kept) < len(pixels):
        for target, source in enumerate(kept):
            pixels[target] = pixels[source]
    return pixels[: len(kept)]


def _room(n: int, edge: int) -> Pixels:
    shape = (n, edge, edge, 3)
    if n * edge * edge * 3 <= MEMORY_BUDGET:
        return np.empty(shape, dtype=np.uint8)
    with tempfile.TemporaryFile() as scratch:  # the mapping keeps the file after its name and handle are gone
        log.info("%d photos of %d px are kept in a temporary file of %d MB.", n, edge, n * edge * edge * 3 >> 20)
        if hasattr(os, "posix_fallocate"):  # where the disk is full, writing to a mapped file ends the process
            try:
                os.posix_fallocate(scratch.fileno(), 0, n * edge * edge * 3)
            except OSError as error:
                what = f"{n * edge * edge * 3:,} bytes of photos"
                raise InputError(
                    f"The folder {tempfile.gettempdir()} has no room for {what} ({error.strerror}): set TMPDIR."
                ) from error
        return np.memmap(scratch, dtype=np.uint8, mode="r+", shape=shape)
