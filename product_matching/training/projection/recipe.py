"""A recipe of a projection: which frozen tower, and how the projection of its vectors is learnt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from product_matching.training.curves import Keep
from product_matching.training.recipe_base import (
    RECIPE_CONFIG,
    Switch,
    TrainingRecipe,
    UpTo90Percent,
    parse_settings,
    read_settings,
)
from product_matching.validation import Name

#: What a recipe of a projection has as its method.
METHOD = "projection"


@dataclass(frozen=True, kw_only=True, config=RECIPE_CONFIG)
class ProjectionRecipe(TrainingRecipe):
    """Recipe of a projection, which is trained with ArcFace; see `TrainingRecipe` for the other fields.

    Attributes
    ----------
    method
        ``"projection"``.
    tower
        The frozen photo model: a preset, a folder, or a timm architecture (see `resolve_model`).
    dimension
        Length of an embedding, at most that of the tower.
    keep
        Which epoch is kept: the one with the best validation F1, or the last.
    singles
        Whether classes of one photo are trained on.
    dropout
        Chance of each value of a tower's vector to be left out of a training step.
    licence
        Terms of the model, in words, for its card; without it those of the tower.
    """

    method: Literal["projection"]
    tower: Name
    dimension: Annotated[int, Field(strict=True, ge=2, le=4096)]
    keep: Keep = "best"
    singles: Switch = False
    dropout: UpTo90Percent = 0.0
    licence: Annotated[str, Field(strict=True, max_length=500)] = ""


def read_projection_recipe(path: Path) -> ProjectionRecipe:
    """Read a recipe file.

    Raises
    ------
    InputError
        It is no TOML, or a field is unknown, missing or out of range; the sentence names the file, the field, its
        value and what is accepted.
    """
    return parse_settings(ProjectionRecipe, read_settings(path), f"The recipe {path}")
