"""The task of a training: a network and its loss on batches of some kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from product_matching.networks.arcface import ArcFaceHead
from product_matching.search.neighbours import RowArray
from product_matching.training.recipe_base import TrainingRecipe
from product_matching.training.schedule import margin_at

BatchT = TypeVar("BatchT")


class Task(nn.Module, ABC, Generic[BatchT]):
    """A network under training; its parts are children, an ArcFace head among them is given its margin."""

    @abstractmethod
    def forward(self, batch: BatchT) -> Tensor:
        """Mean loss of a batch, a scalar."""

    def margin(self, recipe: TrainingRecipe, time: float) -> float:
        """Margin that the head has at a time in epochs, in radians; 0 without an ArcFace head."""
        return margin_at(recipe, time) if self._arcface_heads() else 0.0

    def set_time(self, recipe: TrainingRecipe, time: float) -> None:
        """Set what changes with the epochs since the start: the margin."""
        for head in self._arcface_heads():
            head.margin = self.margin(recipe, time)

    def _arcface_heads(self) -> list[ArcFaceHead]:
        return [part for part in self.children() if isinstance(part, ArcFaceHead)]


def build_arcface_head(recipe: TrainingRecipe, dimension: int, labels: RowArray) -> ArcFaceHead:
    """Build the head of a recipe with random class weights.

    Parameters
    ----------
    recipe
        Its scale, margins and label smoothing are used.
    dimension
        Length of an embedding.
    labels
        Class of each training listing, shape (N,), from 0 without gaps.
    """
    class_sizes = torch.from_numpy(np.bincount(labels))
    return ArcFaceHead(
        dimension,
        len(class_sizes),
        scale=recipe.scale,
        margin=margin_at(recipe, 0),
        class_sizes=class_sizes,
        class_margin_exponent=recipe.class_margin_exponent,
        label_smoothing=recipe.label_smoothing,
    )
