"""Learning rate and margin as functions of the time since the start, in epochs."""

from __future__ import annotations

import math

from product_matching.training.recipe_base import TrainingRecipe


def learning_rate_factor(recipe: TrainingRecipe, time: float) -> float:
    """Share of the highest learning rate at a time: a linear rise over the warm-up, then half a cosine down to 0.

    Parameters
    ----------
    recipe
        Its `warmup_epochs` and `epochs` are used.
    time
        Epochs since the start, counted to the middle of the step, so that no step has rate 0.
    """
    if time < recipe.warmup_epochs:
        return time / recipe.warmup_epochs
    rest = recipe.epochs - recipe.warmup_epochs
    return 0.5 * (1 + math.cos(math.pi * (time - recipe.warmup_epochs) / rest)) if rest else 1.0


def margin_at(recipe: TrainingRecipe, time: float) -> float:
    """ArcFace margin at a time, in radians: a linear rise over `margin_epochs`, then constant."""
    done = min(1.0, time / recipe.margin_epochs) if recipe.margin_epochs else 1.0
    return recipe.margin_start + done * (recipe.margin_end - recipe.margin_start)
