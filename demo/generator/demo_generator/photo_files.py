"""From rendered shots to the catalogue's photo files: a copy of the render, or what another seller made of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image

from demo_generator.edits import apply_edits, save_photo
from demo_generator.photo_plan import Photo


def write_photo(photo: Photo, renders: Path, images: Path) -> None:
    """Write one photo file.

    Parameters
    ----------
    photo
        What it is made from.
    renders
        Folder of the rendered shots.
    images
        Folder that the photo is written to, under its own name.
    """
    source = _render(renders, photo.shot_id)
    if not photo.edits:
        shutil.copyfile(source, images / photo.image)
        return
    other = _open(_render(renders, photo.other_shot_id)) if photo.other_shot_id else None
    save_photo(apply_edits(_open(source), photo.edits, other), images / photo.image, photo.edits)


def _render(renders: Path, shot_id: str) -> Path:
    return renders / f"{shot_id}.jpg"


def _open(path: Path) -> Image.Image:
    with Image.open(path) as photo:
        return photo.convert("RGB")
