"""The result of a training of photos: its network in the kept epoch, ready to embed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from product_matching.errors import InputError, said
from product_matching.training.checkpoint import count_classes, read_state, restore_checkpoint
from product_matching.training.recipe import Recipe
from product_matching.training.session import BEST
from product_matching.training.start import Preparation
from product_matching.training.tasks import PhotoTask, build_task
from product_matching.validation import validate

REPORT = "report.json"


@dataclass(frozen=True, eq=False)
class TrainedTask:
    """The network of a training, ready to embed photos.

    Attributes
    ----------
    recipe, preparation
        How it was trained, and how photos are prepared for it.
    task
        The network in its kept epoch.
    """

    recipe: Recipe
    preparation: Preparation
    task: PhotoTask


def load_trained(folder: Path) -> TrainedTask:
    """Load the kept epoch of a finished training, an autoencoder among them.

    Raises
    ------
    InputError
        There is no finished training, or it is damaged or not what its own recipe makes.
    """
    path = folder / BEST
    if not (folder / REPORT).is_file():
        raise InputError(f"{folder} holds no finished training (no {REPORT}): run or resume product-matching train.")
    state = read_state(path)
    if not isinstance(state.get("recipe"), dict):
        raise InputError(f"The checkpoint {path} holds no recipe.")
    recipe = validate(Recipe, state["recipe"], f"The recipe in the checkpoint {path}")
    preparation = read_preparation(state, path)
    classes = np.arange(count_classes(path), dtype=np.int64)
    task = build_task(recipe, preparation, classes)
    restore_checkpoint(path, task)
    return TrainedTask(recipe, preparation, task)


def read_preparation(state: Mapping[str, Any], path: Path) -> Preparation:
    """Read how photos are prepared from the state of the checkpoint `path`.

    Raises
    ------
    InputError
        The state does not say it.
    """
    try:
        values = dict(state["preparation"])
        return Preparation(**{**values, "mean": tuple(values["mean"]), "std": tuple(values["std"])})
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"The checkpoint {path} holds no preparation of photos ({said(error, 80)}).") from error
