"""Preparation of photos and projection of a timm architecture, by the configuration of its published weights."""

from __future__ import annotations

from typing import Any

import timm
from timm.data.config import resolve_data_config

from product_matching.errors import InputError

_FILTERS = {"bilinear", "lanczos"}


def architecture_settings(name: str) -> dict[str, Any]:
    """Settings of a `PhotoModel` for the published weights of an architecture.

    The image towers of CLIP and SigLIP are given photos as they were trained: resized by the shorter edge and cropped
    in the middle. Other architectures are given the whole photo. Towers of CLIP keep their projection, to the space in
    which photos and texts were compared; weights that were fine-tuned to classes have none.

    Returns
    -------
    dict
        ``image_size``, ``mean``, ``std`` and ``interpolation``; for towers also ``crop``, ``projection`` and
        ``licence``.
    """
    published = timm.get_pretrained_cfg(name)
    config = resolve_data_config(pretrained_cfg=published.to_dict() if published else {})
    settings = {
        "image_size": int(config["input_size"][-1]),
        "mean": tuple(float(value) for value in config["mean"]),
        "std": tuple(float(value) for value in config["std"]),
        "interpolation": config["interpolation"] if config["interpolation"] in _FILTERS else "bicubic",
    }
    if published is None or not _is_tower(name):
        return settings
    crop = float(config["crop_pct"]) if config["crop_mode"] == "center" else None
    return {**settings, "crop": crop, "projection": _has_projection(name), "licence": published.license or ""}


def check_image_size(name: str, image_size: int) -> int:
    """Check an edge that an architecture is asked to take, in pixels.

    Raises
    ------
    InputError
        It is out of range, or the architecture takes photos of one size only.
    """
    if not 32 <= image_size <= 1024:
        raise InputError(f"The image size {image_size} is out of range: give 32 to 1024 pixels.")
    published = timm.get_pretrained_cfg(name)
    own = int(published.input_size[-1]) if published is not None and published.fixed_input_size else image_size
    if image_size != own:
        raise InputError(f"The model {name} takes photos of {own} pixels only, not {image_size}: leave the size out.")
    return image_size


def _is_tower(name: str) -> bool:
    """Whether an architecture is the image tower of a network that was trained on photos with texts."""
    return bool({"clip", "siglip"} & set(name.split(".")[0].split("_")))


def _has_projection(name: str) -> bool:
    published = timm.get_pretrained_cfg(name)
    fine_tuned = "_ft_" in f"_{name.partition('.')[2]}"
    return published is not None and published.num_classes > 0 and not fine_tuned
