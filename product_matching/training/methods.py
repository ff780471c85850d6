"""From a recipe file to the training that it names: of a network, or of a projection of a frozen tower."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from product_matching.training.projection.recipe import METHOD, read_projection_recipe
from product_matching.training.projection.training import train_projection
from product_matching.training.recipe import read_recipe
from product_matching.training.recipe_base import read_settings
from product_matching.training.run import train


def training_of(path: Path) -> Callable[..., dict[str, Any]]:
    """Read a recipe of photos, and give `train` or `train_projection` with it.

    Raises
    ------
    InputError
        It is no TOML, or a field is unknown, missing, out of range or without effect.
    """
    if read_settings(path).get("method") == METHOD:
        return partial(train_projection, read_projection_recipe(path))
    return partial(train, read_recipe(path))
