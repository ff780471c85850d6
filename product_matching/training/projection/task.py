"""The task on vectors: a projection with an ArcFace head over the products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from product_matching.encoders.photo import FloatVectors
from product_matching.errors import InputError
from product_matching.networks.arcface import ArcFaceHead
from product_matching.networks.projection import Projection
from product_matching.training.projection.recipe import ProjectionRecipe
from product_matching.training.projection.vectors import LabelledVectors
from product_matching.training.task import Task, build_arcface_head


@dataclass(frozen=True, eq=False)
class VectorBatch:
    """One step's vectors, (B, D) float32, and their classes, (B,)."""

    vectors: Tensor
    labels: Tensor


class ProjectionTask(Task[VectorBatch]):
    """Separate the products by projected vectors.

    Parameters
    ----------
    network
        Vectors to embeddings.
    head
        Embeddings and classes to a loss.
    dropout
        Chance of each value to be left out while training.
    """

    def __init__(self, network: Projection, head: ArcFaceHead, dropout: float) -> None:
        super().__init__()
        self.network = network
        self.head = head
        self._dropout = dropout

    def forward(self, batch: VectorBatch) -> Tensor:
        """Mean loss of a batch."""
        kept = F.dropout(batch.vectors, self._dropout, self.training)
        loss: Tensor = self.head(self.network(kept), batch.labels)
        return loss

    def embed(self, vectors: FloatVectors) -> FloatVectors:
        """Project vectors (N, D) to unit vectors (N, dimension), float32."""
        device = next(self.parameters()).device
        self.eval()
        with torch.inference_mode():
            projected = F.normalize(self.network(torch.from_numpy(vectors).to(device)), dim=1)
        embedded: FloatVectors = projected.cpu().numpy()
        return embedded


def build_projection_task(recipe: ProjectionRecipe, train: LabelledVectors) -> ProjectionTask:
    """Build what a recipe trains, on the processor, the same for the same vectors.

    The projection starts as the principal directions of the vectors, which keep the cosines nearly as they are, and the
    class weights as the mean of each class.

    Raises
    ------
    InputError
        The embedding would be longer than the tower's vectors.
    """
    n_features = train.vectors.shape[1]
    if recipe.dimension > n_features:
        raise InputError(
            f"The recipe's dimension is {recipe.dimension}, but must be at most {n_features}, the length of the "
            f"vectors of {recipe.tower}."
        )
    network = Projection(n_features, recipe.dimension)
    network.projection.weight.data.copy_(torch.from_numpy(principal_directions(train.vectors, recipe.dimension)))
    head = build_arcface_head(recipe, recipe.dimension, train.labels)
    task = ProjectionTask(network, head, recipe.dropout)
    sums = torch.zeros_like(head.weight.data)
    sums.index_add_(0, torch.from_numpy(train.labels), torch.from_numpy(task.embed(train.vectors)))
    head.weight.data.copy_(F.normalize(sums, dim=1))
    return task


def principal_directions(vectors: FloatVectors, count: int) -> FloatVectors:
    """The orthonormal directions along which vectors (N, D) are longest, shape (count, D), the longest first."""
    squared = vectors.astype(np.float64).T @ vectors.astype(np.float64)
    return np.ascontiguousarray(np.linalg.eigh(squared)[1][:, ::-1][:, :count].T).astype(np.float32)
