"""Failures in the middle of a training, each as one sentence with what is kept and how to continue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from product_matching.errors import InputError, is_out_of_memory
from product_matching.training.recipe_base import TrainingRecipe


def loss_error(loss: float, epoch: int, step: int, recipe: TrainingRecipe) -> InputError:
    """Say that a loss is no finite number any more; epoch and step are counted from 0."""
    return InputError(
        f"The loss is {loss} at epoch {epoch + 1}, step {step + 1}: lower learning_rate ({recipe.learning_rate:g}) or "
        f"clip_norm ({recipe.clip_norm:g}) in the recipe, or lengthen warmup_epochs ({recipe.warmup_epochs:g})."
    )


@contextmanager
def explained(recipe: TrainingRecipe, epoch: int, checkpoint: Path) -> Iterator[None]:
    """Turn an end of memory or of finite numbers into a sentence with the checkpoint that is kept.

    Parameters
    ----------
    recipe
        Its fields that decide the memory are named.
    epoch
        The running epoch, from 0.
    checkpoint
        The last checkpoint, if it exists.

    Raises
    ------
    InputError
        In place of the original error.
    """
    kept = f" The checkpoint of epoch {epoch} is kept in {checkpoint.parent}." if checkpoint.is_file() else ""
    try:
        yield
    except InputError as error:
        raise InputError(f"{error}{kept}") from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        fields = " or ".join(f"{name} ({getattr(recipe, name)})" for name in recipe.memory_fields)
        raise InputError(
            f"The memory did not suffice in epoch {epoch + 1}: lower {fields} in the recipe and train into another "
            f"folder, or free memory and resume.{kept}"
        ) from error
