"""The optimizer: AdamW with its own learning rate for the class weights, and weight decay for matrices only."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from product_matching.training.recipe_base import TrainingRecipe


def parameter_groups(task: nn.Module, recipe: TrainingRecipe) -> list[dict[str, Any]]:
    """Parameters by highest learning rate and weight decay, in an order that does not change.

    Biases, normalisations and the exponent of GeM (everything of one dimension) are not decayed; what lies in
    ``head.`` has the learning rate of the class weights. `highest` keeps each group's rate for the schedule.
    """
    head_rate = recipe.learning_rate if recipe.head_learning_rate is None else recipe.head_learning_rate
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in task.named_parameters():
        rate = head_rate if name.startswith("head.") else recipe.learning_rate
        decay = recipe.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "highest": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]


def build_optimizer(task: nn.Module, recipe: TrainingRecipe) -> torch.optim.AdamW:
    """AdamW over `parameter_groups`.

    References
    ----------
    I. Loshchilov and F. Hutter. "Decoupled weight decay regularization." ICLR, 2019. arXiv:1711.05101
    """
    return torch.optim.AdamW(parameter_groups(task, recipe), fused=True)


def set_learning_rate(optimizer: torch.optim.Optimizer, factor: float) -> None:
    """Set every group to a share of its highest learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = factor * group["highest"]
