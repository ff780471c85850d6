"""The start of a training: published or random weights, and the preparation of photos for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from product_matching.encoders.model_folder import WEIGHTS_FILE, Interpolation, read_model_folder
from product_matching.encoders.model_sources import resolve_model
from product_matching.errors import InputError
from product_matching.training.recipe import Recipe

_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preparation:
    """Preparation of photos and architecture by the starting weights.

    Attributes
    ----------
    mean, std
        Per channel (red, green, blue), on the scale 0..1.
    interpolation
        Filter that a photo is resized with.
    backbone_arguments
        Arguments of the architecture: those of the weights, overridden by those of the recipe.
    source, licence
        Of the starting weights, in words; empty for random ones.
    """

    mean: tuple[float, float, float] = _IMAGENET_MEAN
    std: tuple[float, float, float] = _IMAGENET_STD
    interpolation: Interpolation = "bicubic"
    backbone_arguments: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    licence: str = ""


def find_start(recipe: Recipe, weights: Path | None) -> tuple[Preparation, Path | None]:
    """Find the starting weights of a training.

    Parameters
    ----------
    recipe
        Its `backbone`, `backbone_arguments` and `pretrained` are used.
    weights
        A safetensors file for the backbone; without it timm's pretrained weights are downloaded if the recipe says so.

    Returns
    -------
    tuple
        The preparation, and the weights file of the backbone (None: random weights).

    Raises
    ------
    InputError
        The weights are of another architecture, cannot be had, or were given to an autoencoder.
    """
    if recipe.method == "autoencoder":
        if weights is not None:
            raise InputError(f"The autoencoder starts from random weights: leave --weights {weights} out.")
        return Preparation((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)), None
    if weights is None and not recipe.pretrained:
        return Preparation(backbone_arguments=dict(recipe.backbone_arguments)), None
    folder = resolve_model(recipe.backbone, weights=weights)
    model = read_model_folder(folder)
    arguments = {**model.backbone_arguments, **recipe.backbone_arguments}
    made = Preparation(model.mean, model.std, model.interpolation, arguments, model.source, model.licence)
    return made, folder / WEIGHTS_FILE
