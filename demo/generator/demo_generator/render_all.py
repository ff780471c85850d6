"""Renders many photos in worker processes, and continues where an earlier run stopped."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from demo_generator.products import Product
from demo_generator.shots import Shot

#: Shots that a worker takes at a time, and how many all of them take before fresh processes replace them: Cycles keeps
#: about 2.5 MB of every photo.
_SLICE = 8
_SHOTS_A_POOL = 256


def render_all(
    shots: Sequence[Shot], products: Iterable[Product], folder: Path, label_folder: Path, workers: int
) -> int:
    """Take every photo that is not there yet.

    Parameters
    ----------
    shots
        The photos; that of a shot is ``<shot_id>.jpg``.
    products
        Products, those of the shots among them.
    folder, label_folder
        Where the photos and the printed faces lie.
    workers
        Processes; the processor's cores are shared out among them.

    Returns
    -------
    int
        Number of photos that were taken.

    Raises
    ------
    SystemExit
        If a worker was killed.
    """
    for place in (folder, label_folder):
        place.mkdir(parents=True, exist_ok=True)
    by_id = {product.product_id: product for product in products}
    missing = [(shot, by_id[shot.product_id]) for shot in shots if not is_whole(photo_path(folder, shot))]
    with tqdm(total=len(shots), initial=len(shots) - len(missing), desc="Renders", unit="photo", smoothing=0.05) as bar:
        for start in range(0, len(missing), _SHOTS_A_POOL):
            for rendered in _render_in_pool(missing[start : start + _SHOTS_A_POOL], folder, label_folder, workers):
                bar.update(rendered)
    return len(missing)


def _render_in_pool(
    wanted: Sequence[tuple[Shot, Product]], folder: Path, label_folder: Path, workers: int
) -> Iterator[int]:
    """Render in fresh processes; gives the number of photos of each slice when it is done."""
    threads = max(1, (os.cpu_count() or 1) // workers)
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        parts = (wanted[start : start + _SLICE] for start in range(0, len(wanted), _SLICE))
        waiting = [pool.submit(_render_slice, part, folder, label_folder, threads) for part in parts]
        for done in as_completed(waiting):
            yield done.result()
    except BrokenProcessPool:
        raise SystemExit(
            "A rendering process was killed (out of memory?): start again to go on, with fewer workers."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def photo_path(folder: Path, shot: Shot) -> Path:
    """File of a shot's photo."""
    return folder / f"{shot.shot_id}.jpg"


def is_whole(path: Path) -> bool:
    """Whether a photo is there and can be read to its end."""
    try:
        with Image.open(path) as photo:
            photo.load()
    except OSError:
        return False
    return True


def _render_slice(part: Sequence[tuple[Shot, Product]], folder: Path, label_folder: Path, threads: int) -> int:
    """Take some photos in a worker, the only place that needs Blender; gives their number."""
    from demo_generator.face_files import faces_of
    from demo_generator.render import render_shot

    for shot, product in part:
        render_shot(product, shot, faces_of(product, label_folder), photo_path(folder, shot), threads=threads)
    return len(part)
