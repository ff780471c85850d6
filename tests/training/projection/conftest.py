"""Recipes of projections for tests."""

from __future__ import annotations

from typing import Any

from product_matching.training.projection.recipe import ProjectionRecipe

TINY: dict[str, Any] = {
    "name": "projected",
    "method": "projection",
    "tower": "tiny",
    "dimension": 16,
    "epochs": 4,
    "batch_size": 8,
    "learning_rate": 0.003,
    "head_learning_rate": 0.01,
    "warmup_epochs": 0.5,
}


def projection_recipe(**changes: Any) -> ProjectionRecipe:
    """The recipe above with some fields changed."""
    return ProjectionRecipe(**{**TINY, **changes})
