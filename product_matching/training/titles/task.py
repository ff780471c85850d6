"""The task on titles: a sentence network with an ArcFace head over the products."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from product_matching.networks.arcface import ArcFaceHead
from product_matching.networks.title_network import TitleNetwork
from product_matching.search.neighbours import RowArray
from product_matching.training.loop import autocast
from product_matching.training.task import Task, build_arcface_head
from product_matching.training.titles.batches import TitleBatch, Tokens
from product_matching.training.titles.recipe import TitleRecipe

_EMBED_BATCH = 256


class TitleTask(Task[TitleBatch]):
    """Separate the products by their titles.

    Parameters
    ----------
    network
        Tokens to embeddings.
    head
        Embeddings and classes to a loss.
    """

    def __init__(self, network: TitleNetwork, head: ArcFaceHead) -> None:
        super().__init__()
        self.network = network
        self.head = head

    def forward(self, batch: TitleBatch) -> Tensor:
        """Mean loss of a batch."""
        loss: Tensor = self.head(self.network(batch.tokens, batch.mask), batch.labels)
        return loss


def build_title_task(recipe: TitleRecipe, network: TitleNetwork, tokens: Tokens, classes: RowArray) -> TitleTask:
    """Build what a recipe trains, where the network lies.

    Parameters
    ----------
    recipe
        Decides the head, and the precision that titles are embedded in.
    network
        The sentence network as it came.
    tokens, classes
        Training titles and their products. The class weights start as the mean embedding of each, which a few epochs
        can build on.
    """
    head = build_arcface_head(recipe, network.dimension, classes)
    head.weight.data.copy_(_class_means(recipe, network, tokens, classes))
    return TitleTask(network, head).to(_device(network))


def precision(recipe: TitleRecipe) -> torch.dtype | None:
    """Precision that the network is computed in; None: float32."""
    return torch.bfloat16 if recipe.bfloat16 else None


def _class_means(recipe: TitleRecipe, network: TitleNetwork, tokens: Tokens, classes: RowArray) -> Tensor:
    """Mean direction of each class under the network as it is; shape (C, D)."""
    order, device = np.argsort([len(ids) for ids in tokens], kind="stable"), _device(network)
    sums = torch.zeros(int(classes.max()) + 1, network.dimension)
    network.eval()
    with torch.inference_mode():
        for start in range(0, len(order), _EMBED_BATCH):
            rows = order[start : start + _EMBED_BATCH]
            matrix, mask = network.pad([tokens[row] for row in rows])
            with autocast(device, precision(recipe)):
                embedded = network(matrix.to(device), mask.to(device))
            unit = F.normalize(embedded, dim=1).cpu()
            sums.index_add_(0, torch.from_numpy(classes[rows]), unit)
    return F.normalize(sums, dim=1)


def _device(network: TitleNetwork) -> torch.device:
    return next(network.parameters()).device
