"""Develops a render like a seller's phone: white balance, contrast, and an exposure that keeps the goods visible."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from PIL import Image

from demo_generator.lighting import Look

#: Stops by which a photo may be brightened or darkened.
_STOPS = (-1.2, 1.3)
#: Stops by which a photo is darkened while too much of the goods is blown out, and how often.
_STEP = 0.25
_TRIES = 4


def develop(look: Look, box: tuple[int, int, int, int]) -> Image.Image:
    """The render result as an RGB picture, exposed for its brightest parts and for the goods.

    Parameters
    ----------
    box
        Left, top, right and bottom of the goods in pixels.
    """
    scene = bpy.context.scene
    _set_view(scene.view_settings, look)
    picture = _expose(scene, 0.0)
    bright = float(np.quantile(np.asarray(picture).max(axis=2), look.metered))
    exposure = float(np.clip(np.log2(_linear(look.brightness) / _linear(bright)), *_STOPS))
    for _ in range(_TRIES):
        picture = _expose(scene, exposure)
        if (np.asarray(picture.crop(box)).min(axis=2) >= 253).mean() <= look.blown:
            break
        exposure -= _STEP
    return picture


def _linear(value: float) -> float:
    """Light of an 8-bit brightness, roughly."""
    return float(((max(value, 1.0)) / 255) ** 2.2)


def _set_view(settings: Any, look: Look) -> None:
    settings.view_transform = "Standard"
    settings.look = look.contrast
    settings.use_white_balance = True
    settings.white_balance_temperature = look.kelvin
    settings.white_balance_tint = look.tint


def _expose(scene: Any, exposure: float) -> Image.Image:
    """The render result developed with some stops more or less light."""
    scene.view_settings.exposure = exposure
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.compression = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        bpy.data.images["Render Result"].save_render(str(path), scene=scene)
        with Image.open(path) as picture:
            return picture.convert("RGB")
