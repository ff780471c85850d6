"""What it costs to decode photos in processes of their own, and what the largest photos take.

``python -m benchmarks.decoding [FOLDER] [N]`` prints milliseconds a photo for the first N photos of a folder (300 of
the demo), in this process and in two others, from two threads as a build has them; then the processor time of
photos of 48 million pixels in some formats.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from PIL import Image

from product_matching.encoders.photo_views import ViewPhoto, Wanted, make_views, view_photo
from product_matching.encoders.photo_workers import PhotoLimits, PhotoWorkers
from product_matching.encoders.preprocess import Square
from product_matching.listings.photos import decode_photo

WANTED = Wanted(square=Square(edge=256, interpolation="bicubic"), keypoints=True)
LARGE = (8000, 6000)
FORMATS: tuple[tuple[str, dict[str, object]], ...] = (
    ("JPEG", {"quality": 75}),
    ("JPEG", {"quality": 75, "progressive": True}),
    ("WEBP", {"quality": 80, "method": 0}),
)
REPEATS = 3


def time_photos(photos: Sequence[bytes], view: ViewPhoto, threads: int = 2) -> float:
    """Milliseconds a photo; the least of some runs."""
    took = []
    for _ in range(REPEATS):
        started = perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda data: view(data, WANTED), photos))
        took.append(perf_counter() - started)
    return 1000 * min(took) / len(photos)


def large_photo() -> Image.Image:
    """A photo of 48 million pixels: soft blobs with the noise of a sensor."""
    rng = np.random.default_rng(0)
    blobs = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)).resize(LARGE, Image.Resampling.BICUBIC)
    noise = rng.integers(-6, 7, (LARGE[1], LARGE[0], 1), dtype=np.int16)
    return Image.fromarray((np.asarray(blobs) + noise).clip(0, 255).astype(np.uint8))


def main(folder: Path, n: int) -> None:
    """Print both tables."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".jpg", ".jpeg", ".png", ".webp"})[:n]
    photos = [path.read_bytes() for path in files]
    workers = PhotoWorkers(2, PhotoLimits(seconds=60, wait_seconds=60))
    for photo in photos[:4]:
        workers.view(photo, WANTED)
    here, there = (time_photos(photos, view) for view in (view_photo, workers.view))
    print(f"{len(photos)} photos of {sum(map(len, photos)) / len(photos) / 1000:.0f} kB, ms a photo")
    workers.close()
    print(f"in this process {here:.2f}, in two others {there:.2f}")
    large = large_photo()
    for file_format, options in FORMATS:
        buffer = io.BytesIO()
        large.save(buffer, file_format, **options)
        started = process_time()
        decoded = decode_photo(buffer.getvalue())
        between = process_time()
        make_views(decoded, WANTED)
        took = f"{between - started:.2f} s, and {process_time() - between:.2f} s for the views"
        print(f"{file_format} {options}, {buffer.tell() / 2**20:.1f} MB: {took}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo/images"), int(sys.argv[2]) if len(sys.argv) > 2 else 300)
