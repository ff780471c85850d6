"""Develops a render like a seller's phone: white balance, contrast, and an exposure that keeps the goods visible."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image

from tools.demo_catalogue.lighting import Look

#: Mean brightness (0..255) that the goods' part of a photo may have.
_GOODS_MEAN = (70.0, 205.0)
#: Share of blown-out pixels that the goods' part of a photo may have.
_BLOWN_SHARE = 0.22
_STEP = 0.3
_TRIES = 4


def develop(look: Look, box: tuple[int, int, int, int]) -> Image.Image:
    """The render result as an RGB picture; `box` (left, top, right, bottom) is metered."""
    scene = bpy.context.scene
    _set_view(scene.view_settings, look)
    exposure = look.exposure
    for _ in range(_TRIES):
        scene.view_settings.exposure = exposure
        picture = _read_result(scene)
        correction = _correction(np.asarray(picture.crop(box)))
        if not correction:
            break
        exposure += correction
    return picture


def _set_view(settings: Any, look: Look) -> None:
    settings.view_transform = "AgX" if look.contrast.startswith("AgX") else "Standard"
    settings.look = look.contrast
    settings.use_white_balance = True
    settings.white_balance_temperature = look.kelvin
    settings.white_balance_tint = look.tint


def _read_result(scene: Any) -> Image.Image:
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.compression = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        bpy.data.images["Render Result"].save_render(str(path), scene=scene)
        with Image.open(path) as picture:
            return picture.convert("RGB")


def _correction(goods: np.ndarray) -> float:
    """Stops by which the exposure of these pixels, shape (height, width, 3), is to be changed; 0 if it is fine."""
    mean = goods.mean()
    blown = (goods.min(axis=2) >= 253).mean()
    if mean < _GOODS_MEAN[0]:
        return _STEP
    if mean > _GOODS_MEAN[1] or blown > _BLOWN_SHARE:
        return -_STEP
    return 0.0
