"""Where a training starts: published weights or random ones, and how photos are prepared for them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from product_matching.encoders.model_folder import WEIGHTS_FILE, Interpolation, read_model_folder
from product_matching.encoders.model_sources import resolve_model
from product_matching.errors import InputError
from product_matching.networks.weights import load_weights
from product_matching.training.recipe import Recipe

_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preparation:
    """What the starting weights say about photos and architecture.

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


def find_start_to_average(recipe: Recipe, weights: Path | None) -> Path | None:
    """Starting weights that the trained ones are averaged with; None where the recipe does not ask for it.

    Raises
    ------
    InputError
        The recipe asks for it, but the training starts from random weights.
    """
    if not recipe.start_share:
        return None
    start = find_start(recipe, weights)[1]
    if start is None:
        raise InputError(
            f"The recipe's start_share is {recipe.start_share:g}, but random weights are nothing to go back to: give "
            "--weights FILE, set pretrained = true, or leave start_share out."
        )
    return start


def average_with_start(backbone: nn.Module, weights: Path, recipe: Recipe) -> None:
    """Move a trained backbone back towards its start, by the recipe's `start_share`.

    Parameters
    ----------
    backbone
        Changed in place; the network as it was trained.
    weights
        The starting weights.
    recipe
        Its `backbone` and `start_share` are used.

    Raises
    ------
    InputError
        The file is not of this backbone.

    References
    ----------
    M. Wortsman et al. "Robust fine-tuning of zero-shot models." CVPR, 2022. arXiv:2109.01903
    """
    start = copy.deepcopy(backbone)
    load_weights(start, weights, recipe.backbone)
    with torch.no_grad():
        for trained, was in zip(backbone.state_dict().values(), start.state_dict().values(), strict=True):
            if trained.is_floating_point():
                trained.lerp_(was, recipe.start_share)


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
