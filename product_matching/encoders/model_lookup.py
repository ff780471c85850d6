"""Which model folder here makes a bundle's embeddings; asked without importing torch."""

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
                if same and (settings.parent / WEIGHTS_FILE).is_file():
                    return settings.parent
            except InputError as error:
                log.warning("%s", error)
    return None


def describe_missing_model(model: PhotoModel) -> str:
    """Say in one sentence that a bundle's model is not here, and what to do."""
    return (
        f"The bundle's photos were embedded with {model.name}, and its folder {model.name}-{model.fingerprint[:12]} is "
        f"neither in {models_folder()} nor in {home_folder() / 'models'}: copy it from the machine that built the "
        "bundle, or build the bundle anew with a model that is here. Titles can be searched without it."
    )
