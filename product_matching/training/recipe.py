"""A recipe: everything that decides how a photo model is trained, read from TOML and checked field by field."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from product_matching.errors import InputError
from product_matching.networks.kinds import Neck, Pooling
from product_matching.training.recipe_checks import CHECKS, NUMBERS, check_together
from product_matching.training.recipe_file import read_settings

Method = Literal["arcface", "softmax", "autoencoder"]


@dataclass(frozen=True)
class Recipe:
    """How a photo model is trained. Epochs may be fractions where a ramp is meant.

    Attributes
    ----------
    name
        Name of the model; without one that of the file.
    method
        ``"arcface"``, ``"softmax"`` or ``"autoencoder"`` (which has no labels, no backbone and no neck).
    backbone, backbone_arguments
        Name of the timm architecture and its further arguments, such as ``{"pad_type": "same"}``.
    pretrained
        Whether to start from published weights where no weights file is given; otherwise from random ones.
    image_size, batch_size
        Edge of the square input in pixels; photos per step.
    embedding_size
        Edge at which photos are embedded once training is over, and in validation; without it `image_size`. Random
        crops show things larger than they are, so that a larger edge than in training can be better (Touvron et al.
        "Fixing the train-test resolution discrepancy", NeurIPS 2019).
    pooling, neck, dimension
        How features become the embedding. `dimension` is its length where the neck or the autoencoder sets it.
    freeze_batchnorm
        Keep the backbone's BatchNorm statistics as they came (the neck's are always learnt).
    epochs, warmup_epochs, seed
        Passes over the training photos; those over which the learning rate rises; the source of all chance.
    learning_rate, head_learning_rate, weight_decay, clip_norm
        AdamW's highest rate for the network and for the class weights, its weight decay (convolutions and matrices
        only), and the largest length of the gradient.
    sampler_exponent
        `a` of the sampling weight ``n_c ** -a``: 0 takes each photo once an epoch, 1 each class equally often.
    singles
        Whether classes of one photo are trained on; its augmented copies are then the class.
    scale, margin_start, margin_end, margin_epochs, class_margin_exponent
        ArcFace: scale of the cosines; margin in radians, rising over so many epochs; ``x`` of the class-size margin
        ``margin * n_c ** -x``.
    label_smoothing
        Share of the target that is spread over all classes.
    flip, crop, colour_jitter, cutmix
        Chance of a horizontal flip; smallest share of the photo's area that a random crop keeps (1: no crop); largest
        relative change of brightness, contrast and saturation; chance of CutMix for a batch.
    picture_epochs
        Autoencoder: a picture of reconstructions is written every so many epochs.
    licence
        Terms of the trained model, in words, for its card; without it those of the starting weights.
    """

    name: str
    method: Method
    image_size: int
    epochs: int
    batch_size: int
    learning_rate: float
    backbone: str = "tf_efficientnet_b3"
    backbone_arguments: dict[str, str | int | float | bool] = field(default_factory=dict)
    pretrained: bool = True
    embedding_size: int | None = None
    pooling: Pooling = "avg"
    neck: Neck = "batchnorm"
    dimension: int | None = None
    freeze_batchnorm: bool = False
    warmup_epochs: float = 1.0
    seed: int = 0
    head_learning_rate: float | None = None
    weight_decay: float = 0.0001
    clip_norm: float = 5.0
    sampler_exponent: float = 0.0
    singles: bool = False
    scale: float = 30.0
    margin_start: float = 0.2
    margin_end: float = 0.5
    margin_epochs: float = 0.0
    class_margin_exponent: float | None = None
    label_smoothing: float = 0.0
    flip: float = 0.5
    crop: float = 1.0
    colour_jitter: float = 0.0
    cutmix: float = 0.0
    picture_epochs: int = 5
    licence: str = ""

    @property
    def evaluation_size(self) -> int:
        """Edge of the photos that are embedded, in pixels."""
        return self.embedding_size or self.image_size

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all fields: a checkpoint is continued only by the recipe that it was made by."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


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
    known = {entry.name: entry for entry in fields(Recipe)}
    unknown = sorted(settings.keys() - known.keys())
    if unknown:
        raise InputError(f"{origin}: the field {unknown[0]!r} is unknown; accepted are {', '.join(sorted(known))}.")
    for name, (accepted, what) in CHECKS.items():
        if name in settings and not accepted(settings[name]):
            raise InputError(f"{origin}: {name} is {settings[name]!r:.80}, but must be {what}.")
    missing = [
        name for name in ("method", "image_size", "epochs", "batch_size", "learning_rate") if name not in settings
    ]
    if missing:
        raise InputError(f"{origin}: {missing[0]} is missing; it must be {CHECKS[missing[0]][1]}.")
    check_together(settings, origin)
    values: dict[str, Any] = {name: float(value) if name in NUMBERS else value for name, value in settings.items()}
    return Recipe(**values)
