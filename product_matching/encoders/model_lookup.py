"""Look-up of the model folder that makes a bundle's embeddings, without importing torch."""

from __future__ import annotations

import logging
from pathlib import Path

from product_matching.encoders.model_folder import MODEL_FILE, WEIGHTS_FILE, PhotoModel, read_model_settings
from product_matching.errors import InputError
from product_matching.places import home_folder, models_folder

log = logging.getLogger(__name__)


def find_model_folder(model: PhotoModel) -> Path | None:
    """Find the model folder that makes the same embeddings as `model`, in ``models/`` or the user's data folder."""
    for parent in (models_folder(), home_folder() / "models"):
        for settings in sorted(parent.glob(f"*/{MODEL_FILE}")):
            try:
                same = read_model_settings(settings.parent).fingerprint == model.fingerprint
                if same and (settings.parent / WEIGHTS_FILE).is_file() and _has_tower(model):
                    return settings.parent
            except InputError as error:
                log.warning("%s", error)
    return None


def _has_tower(model: PhotoModel) -> bool:
    return model.tower is None or find_model_folder(model.tower) is not None


def describe_missing_model(model: PhotoModel) -> str:
    """Say that a bundle's model is not here, and what can be searched without it."""
    return (
        f"Photos of your own cannot be searched in this catalogue yet: {model.name}, the model that embedded its "
        "photos, is not on this machine. Titles, the catalogue's listings and its sample photos can be searched "
        "without it."
    )


def describe_getting_model(model: PhotoModel) -> str:
    """Say how to have the model of a bundle here."""
    return (
        f"Copy its folder {model.name}-{model.fingerprint[:12]} from the machine that built the catalogue to "
        f"{models_folder()} or {home_folder() / 'models'}, or build the catalogue anew (product-matching build) with a "
        "model that this machine has or can download."
    )
