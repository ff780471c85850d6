"""Common fields of recipes of photos and of titles, and reading them from TOML."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from product_matching.errors import InputError, said
from product_matching.validation import Number, validate


def _check_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise ValueError(
            f"it is {name!r:.80}, but must be a name of letters, digits, dots, hyphens and underscores that begins "
            "with a letter or digit, of at most 100 characters"
        )
    return name


RecipeName = Annotated[str, Field(strict=True), AfterValidator(_check_name)]
Switch = Annotated[bool, Field(strict=True)]
Rate = Annotated[Number, Field(gt=0, le=10)]
Epochs = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Time = Annotated[Number, Field(ge=0, le=10_000)]
Chance = Annotated[Number, Field(ge=0, le=1)]
UpTo90Percent = Annotated[Number, Field(ge=0, le=0.9)]
Margin = Annotated[Number, Field(ge=0, le=1.5)]

RECIPE_CONFIG = ConfigDict(extra="forbid")
R = TypeVar("R", bound="TrainingRecipe")


@dataclass(frozen=True, kw_only=True, config=RECIPE_CONFIG)
class TrainingRecipe:
    """Recipe of a network that separates products. Times are in epochs and may be fractions.

    Attributes
    ----------
    name
        Name of the recipe; without one that of the file.
    epochs, warmup_epochs, seed
        Passes over the training data; those over which the learning rate rises; the source of all chance.
    batch_size
        Photos or titles per step.
    learning_rate, head_learning_rate, weight_decay, clip_norm
        AdamW's highest rate for the network and for the class weights, its weight decay (convolutions and matrices
        only), and the largest length of the gradient.
    sampler_exponent
        `a` of the sampling weight ``n_c ** -a``: 0 takes each listing once an epoch, 1 each class equally often.
    scale, margin_start, margin_end, margin_epochs, class_margin_exponent
        ArcFace: scale of the cosines; margin in radians, rising over so many epochs; ``x`` of the class-size margin
        ``margin * n_c ** -x``.
    label_smoothing
        Share of the target that is spread over all classes.
    """

    #: Fields that decide how much memory a step takes.
    memory_fields: ClassVar[tuple[str, ...]] = ("batch_size",)

    name: RecipeName
    epochs: Epochs
    batch_size: Annotated[int, Field(strict=True, ge=2, le=4096)]
    learning_rate: Rate
    warmup_epochs: Time = 1.0
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)] = 0
    head_learning_rate: Rate | None = None
    weight_decay: Chance = 0.0001
    clip_norm: Annotated[Number, Field(gt=0, le=1e6)] = 5.0
    sampler_exponent: Annotated[Number, Field(ge=0, le=2)] = 0.0
    scale: Annotated[Number, Field(ge=1, le=1000)] = 30.0
    margin_start: Margin = 0.2
    margin_end: Margin = 0.5
    margin_epochs: Time = 0.0
    class_margin_exponent: Chance | None = None
    label_smoothing: UpTo90Percent = 0.0

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        for name in ("warmup_epochs", "margin_epochs"):
            value = getattr(self, name)
            if value > self.epochs:
                raise ValueError(f"{name} is {value:g}, but must be at most epochs, {self.epochs}")
        return self


def read_settings(path: Path) -> dict[str, Any]:
    """Read a recipe file in TOML; a recipe that gives no name is named after its file.

    Raises
    ------
    InputError
        It cannot be read, is not text in UTF-8, or no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"The recipe {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The recipe {path} is not text in UTF-8.") from error
    try:
        return {"name": path.stem, **tomllib.loads(text)}
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"The recipe {path} is not TOML: {said(error)}.") from error


def parse_settings(kind: type[R], settings: dict[str, Any], origin: str) -> R:
    """Turn settings into a recipe.

    Parameters
    ----------
    kind
        Of photos or of titles.
    settings
        As read from TOML.
    origin
        What the sentences call the recipe.

    Raises
    ------
    InputError
        A field is unknown, missing or out of range; the sentence names origin, field, value and what is accepted.
    """
    known = sorted(entry.name for entry in fields(kind))
    unknown = sorted(settings.keys() - set(known))
    if unknown:
        raise InputError(f"{origin}: the field {unknown[0]!r} is unknown; accepted are {', '.join(known)}.")
    return validate(kind, settings, origin)
