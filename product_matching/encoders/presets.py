"""Presets of photo models: a word in place of a name."""

from __future__ import annotations

from product_matching.encoders.model_folder import MODEL_FILE
from product_matching.places import models_folder

#: Folder of the trained model that ships, in ``models/``.
SHIPPED_MODEL = "efficientnet_lite2_arcface"
#: Taken by the preset ``fast`` where the shipped model is not there, as in an installed package.
SMALL_TOWER = "vit_base_patch32_clip_256.datacompxl"
PRESETS = {
    "fast": SHIPPED_MODEL,
    "best": "vit_so400m_patch16_siglip_384.v2_webli",
    "multilingual": "vit_base_patch16_siglip_256.v2_webli",
}


def model_of_preset(name: str) -> str:
    """Name of the model that a preset stands for; any other name stays as it is."""
    model = PRESETS.get(name, name)
    if name == "fast" and not (models_folder() / SHIPPED_MODEL / MODEL_FILE).is_file():
        return SMALL_TOWER
    return model
