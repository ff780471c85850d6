"""A recipe of photos: everything that decides how a photo model is trained, read from TOML."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from product_matching.encoders.model_folder import BackboneArgument
from product_matching.errors import InputError
from product_matching.networks.kinds import Neck, Pooling
from product_matching.training.curves import Keep
from product_matching.training.recipe_base import (
    RECIPE_CONFIG,
    Chance,
    Epochs,
    RecipeName,
    Switch,
    TrainingRecipe,
    UpTo90Percent,
    parse_settings,
    read_settings,
)
from product_matching.validation import Number

Method = Literal["arcface", "softmax", "autoencoder"]
_Edge = Annotated[int, Field(strict=True, ge=32, le=1024)]

_ARCFACE_ONLY = ("scale", "margin_start", "margin_end", "margin_epochs", "class_margin_exponent")
_CLASSES_ONLY = (
    *("backbone", "backbone_arguments", "pretrained", "pooling", "neck", "embedding_size"),
    *("freeze_batchnorm", "head_learning_rate", "label_smoothing", "cutmix", "singles", "sampler_exponent"),
)
#: Fields that have no effect with a method.
_IDLE: dict[str, tuple[str, ...]] = {
    "arcface": ("picture_epochs",),
    "softmax": (*_ARCFACE_ONLY, "picture_epochs"),
    "autoencoder": (*_ARCFACE_ONLY, *_CLASSES_ONLY),
}


@dataclass(frozen=True, kw_only=True, config=RECIPE_CONFIG)
class Recipe(TrainingRecipe):
    """Recipe of a photo model; see `TrainingRecipe` for the fields that recipes of titles have as well.

    Attributes
    ----------
    method
        ``"arcface"``, ``"softmax"`` or ``"autoencoder"`` (which has no labels, no backbone and no neck).
    backbone, backbone_arguments
        Name of the timm architecture and its further arguments, such as ``{"pad_type": "same"}``.
    pretrained
        Whether to start from published weights where no weights file is given; otherwise from random ones.
    image_size
        Edge of the square input in pixels.
    embedding_size
        Edge at which photos are embedded once training is over, and in validation; without it `image_size`. Random
        crops show things larger than they are, so that a larger edge than in training can be better (Touvron et al.
        "Fixing the train-test resolution discrepancy", NeurIPS 2019).
    pooling, neck, dimension
        How features become the embedding. `dimension` is its length where the neck or the autoencoder sets it.
    keep
        The epoch whose network is kept: ``"best"`` by the validation F1, or ``"last"``, for means of several trainings.
    freeze_batchnorm
        Keep the backbone's BatchNorm statistics as they came (the neck's are always learnt).
    singles
        Whether classes of one photo are trained on; its augmented copies are then the class.
    flip, crop, colour_jitter, cutmix
        Chance of a horizontal flip; smallest share of the photo's area that a random crop keeps (1: no crop); largest
        relative change of brightness, contrast and saturation; chance of CutMix for a batch.
    picture_epochs
        Autoencoder: a picture of reconstructions is written every so many epochs.
    licence
        Terms of the trained model, in words, for its card; without it those of the starting weights.
    """

    memory_fields = ("batch_size", "image_size")

    method: Method
    image_size: _Edge
    backbone: RecipeName = "tf_efficientnet_b3"
    backbone_arguments: dict[str, BackboneArgument] = field(default_factory=dict)
    pretrained: Switch = True
    embedding_size: _Edge | None = None
    pooling: Pooling = "avg"
    neck: Neck = "batchnorm"
    dimension: Annotated[int, Field(strict=True, ge=2, le=4096)] | None = None
    keep: Keep = "best"
    freeze_batchnorm: Switch = False
    singles: Switch = False
    flip: Chance = 0.5
    crop: Annotated[Number, Field(ge=0.05, le=1)] = 1.0
    colour_jitter: UpTo90Percent = 0.0
    cutmix: Chance = 0.0
    picture_epochs: Epochs = 5
    licence: Annotated[str, Field(strict=True, max_length=500)] = ""

    @property
    def evaluation_size(self) -> int:
        """Edge of the photos that are embedded, in pixels."""
        return self.embedding_size or self.image_size

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all fields: a checkpoint is continued only by the recipe that it was made by."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @model_validator(mode="after")
    def _check_dimension(self) -> Self:
        sets_dimension = self.method == "autoencoder" or self.neck == "linear-batchnorm"
        if sets_dimension != (self.dimension is not None):
            raise ValueError(
                f"dimension is {self.dimension or 'missing'}, but must be given with the neck 'linear-batchnorm' and "
                "with the autoencoder, and with nothing else"
            )
        return self


def read_recipe(path: Path) -> Recipe:
    """Read a recipe file.

    Raises
    ------
    InputError
        It is no TOML, or a field is unknown, missing, out of range or without effect; the sentence names the file,
        the field, its value and what is accepted.
    """
    return parse_recipe(read_settings(path), f"The recipe {path}")


def parse_recipe(settings: dict[str, Any], origin: str) -> Recipe:
    """Check the fields of a recipe; `origin` is what the sentences call it.

    Raises
    ------
    InputError
        A field is unknown, missing, out of range or without effect.
    """
    _refuse_idle(settings, origin)
    return parse_settings(Recipe, settings, origin)


def _refuse_idle(settings: dict[str, Any], origin: str) -> None:
    """Refuse fields that have no effect with the recipe's method; an unknown method is left to the model."""
    method = str(settings.get("method"))
    for name in _IDLE.get(method, ()):
        if name in settings:
            raise InputError(f"{origin}: {name} has no effect with method {method!r}: leave it out.")
