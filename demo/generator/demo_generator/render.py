"""Renders photos with Cycles, and takes a photo anew that did not turn out well."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image

from demo_generator.develop import develop
from demo_generator.products import Product
from demo_generator.shapes import Faces
from demo_generator.shots import Shot
from demo_generator.studio import Composition, compose

_JPEG_QUALITY = 87
_TRIES = 12
#: Mean and least standard deviation of brightness (0..255) of a photo that is kept.
_MEAN = (38.0, 246.0)
_DEVIATION = 12.0
#: Least share of the picture's width or height that the goods take, and least share of its area.
_LEAST_FILL = 0.5
_LEAST_AREA = 0.07
#: Least share of the picture's width or height that the foremost piece takes.
_LEAST_FOREMOST = 0.38

logger = logging.getLogger(__name__)


def render_shot(
    product: Product, shot: Shot, faces: Faces, path: Path, *, size: int = 256, samples: int = 10, threads: int = 1
) -> None:
    """Take a photo and write it as JPEG; the same shot gives the same file.

    Parameters
    ----------
    size
        Width and height in pixels.
    samples
        Most samples a pixel; fewer are taken where they suffice.
    threads
        Threads of the renderer.

    Raises
    ------
    RuntimeError
        If no try gave a good photo.
    """
    for attempt in range(_TRIES):
        taken = replace(shot, seed=shot.seed + attempt)
        composition = compose(product, taken, faces)
        if fault := find_misplacement(composition.goods, composition.foremost):
            logger.info("Photo %s is composed anew: %s", shot.shot_id, fault)
            continue
        picture = _render(composition, taken.seed, size, samples, threads)
        fault = find_fault(np.asarray(picture))
        if not fault:
            _write(picture, path)
            return
        logger.info("Photo %s is taken anew: %s", shot.shot_id, fault)
    raise RuntimeError(f"Photo {shot.shot_id} of {product.kind} did not turn out well {_TRIES} times: {fault}.")


def find_misplacement(goods: np.ndarray, foremost: np.ndarray) -> str:
    """What is wrong with where the goods are in the picture, or an empty string.

    Parameters
    ----------
    goods, foremost
        Positions of all the goods and of the foremost piece, shape (points, 2), 0..1.
    """
    if goods.min() < 0 or goods.max() > 1:
        return "the goods are cut off"
    if np.ptp(goods, axis=0).max() < _LEAST_FILL or np.ptp(goods, axis=0).prod() < _LEAST_AREA:
        return "the goods are too small"
    if np.ptp(foremost, axis=0).max() < _LEAST_FOREMOST:
        return "the foremost piece is too small"
    return ""


def find_fault(pixels: np.ndarray) -> str:
    """What is wrong with a photo's pixels, shape (height, width, 3), 0..255, or an empty string."""
    grey = pixels.mean(axis=2)
    if not _MEAN[0] <= grey.mean() <= _MEAN[1]:
        return f"its mean brightness is {grey.mean():.0f}"
    if grey.std() < _DEVIATION:
        return f"its brightness deviates by {grey.std():.1f} only"
    return ""


def _render(composition: Composition, seed: int, size: int, samples: int, threads: int) -> Image.Image:
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    _set_sampling(scene.cycles, seed, samples)
    with _silence():
        bpy.ops.render.render()
    low, high = np.clip(composition.goods.min(axis=0), 0, 1), np.clip(composition.goods.max(axis=0), 0, 1)
    box = (int(low[0] * size), int((1 - high[1]) * size), int(high[0] * size), int((1 - low[1]) * size))
    return develop(composition.look, box)


def _set_sampling(cycles: Any, seed: int, samples: int) -> None:
    cycles.device = "CPU"
    cycles.seed = seed % 2**31
    cycles.samples = samples
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = 0.08
    cycles.adaptive_min_samples = min(6, samples)
    cycles.use_light_tree = False
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "FAST"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 5, 1, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 5, 6
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0
    cycles.blur_glossy = 1.0


def _write(picture: Image.Image, path: Path) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    picture.save(unfinished, format="JPEG", quality=_JPEG_QUALITY)
    unfinished.replace(path)


class _silence:
    """Keeps Cycles from writing to the standard output, where it writes below Python."""

    def __enter__(self) -> None:
        self._kept = os.dup(1)
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)

    def __exit__(self, *_: object) -> None:
        os.dup2(self._kept, 1)
        os.close(self._kept)
