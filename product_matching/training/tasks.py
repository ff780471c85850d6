"""Tasks on photos: a classifier on embeddings, or an autoencoder; both embed photos for retrieval."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from product_matching.errors import InputError, said
from product_matching.networks.arcface import ArcFaceHead
from product_matching.networks.autoencoder import ConvolutionalAutoencoder, reconstruction_loss
from product_matching.networks.build import EmbeddingNetwork, build_network
from product_matching.networks.softmax import SoftmaxHead
from product_matching.networks.weights import load_weights
from product_matching.search.neighbours import RowArray
from product_matching.training.batches import Batch
from product_matching.training.recipe import Recipe
from product_matching.training.start import Preparation
from product_matching.training.task import Task, build_arcface_head


class ClassTask(Task[Batch]):
    """Separate the products: an embedding network and the head that trains it.

    Parameters
    ----------
    network
        Photos to embeddings.
    head
        Embeddings and classes to a loss.
    freeze_batchnorm
        Keep the backbone's BatchNorm statistics while training; their scale and shift are trained all the same.
    """

    def __init__(
        self, network: EmbeddingNetwork, head: ArcFaceHead | SoftmaxHead, *, freeze_batchnorm: bool = False
    ) -> None:
        super().__init__()
        self.network = network
        self.head = head
        self._freeze_batchnorm = freeze_batchnorm

    def train(self, mode: bool = True) -> ClassTask:  # noqa: FBT001, FBT002 - the signature of torch
        """Set training mode, in which the backbone's BatchNorm layers stay in evaluation mode if they are frozen."""
        super().train(mode)
        if self._freeze_batchnorm:
            for module in self.network.backbone.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def forward(self, batch: Batch) -> Tensor:
        """Mean loss of a batch, of mixed photos by their shares."""
        embeddings, labels, mix = self.network(batch.pixels), batch.labels, batch.mix
        if mix is None:
            return cast(Tensor, self.head(embeddings, labels))
        own, others = self.head(embeddings, labels), self.head(embeddings, labels[mix.partners])
        return cast(Tensor, mix.share * own + (1 - mix.share) * others)

    def embed(self, pixels: Tensor) -> Tensor:
        """Embed photos (B, 3, S, S): (B, D), float32, not normalised."""
        return cast(Tensor, self.network(pixels))


class ReconstructionTask(Task[Batch]):
    """Draw each photo again from its latent vector, which is its embedding; classes play no part."""

    def __init__(self, autoencoder: ConvolutionalAutoencoder) -> None:
        super().__init__()
        self.network = autoencoder

    def forward(self, batch: Batch) -> Tensor:
        """Mean squared error of a batch."""
        return reconstruction_loss(self.network, batch.pixels)

    def embed(self, pixels: Tensor) -> Tensor:
        """Latent vectors of photos (B, 3, S, S): (B, D), float32, not normalised."""
        return self.network.encode(pixels)


PhotoTask = ClassTask | ReconstructionTask


def build_task(recipe: Recipe, preparation: Preparation, labels: RowArray, *, weights: Path | None = None) -> PhotoTask:
    """Build what a recipe trains, the same random weights for the same seed.

    Parameters
    ----------
    recipe, preparation
        Decide the networks.
    labels
        Class of each training photo, shape (N,), from 0 without gaps.
    weights
        Starting weights of the backbone; random without.

    Raises
    ------
    InputError
        timm cannot build the backbone or it does not take photos of this size, or the weights are not its own.
    """
    torch.manual_seed(recipe.seed)
    if recipe.method == "autoencoder":
        return ReconstructionTask(ConvolutionalAutoencoder(recipe.image_size, cast(int, recipe.dimension)))
    network = build_network(
        recipe.backbone,
        backbone_arguments=preparation.backbone_arguments,
        pooling=recipe.pooling,
        neck=recipe.neck,
        dimension=recipe.dimension,
    )
    if weights is not None:
        load_weights(network.backbone, weights, recipe.backbone)
    _check_fit(network, recipe)
    head = _build_head(recipe, network.dimension, labels)
    return ClassTask(network, head, freeze_batchnorm=recipe.freeze_batchnorm)


def _build_head(recipe: Recipe, dimension: int, labels: RowArray) -> ArcFaceHead | SoftmaxHead:
    if recipe.method == "softmax":
        return SoftmaxHead(dimension, int(labels.max()) + 1, label_smoothing=recipe.label_smoothing)
    return build_arcface_head(recipe, dimension, labels)


def _check_fit(network: EmbeddingNetwork, recipe: Recipe) -> None:
    """Embed one black photo, so that a network that cannot is found before anything is decoded."""
    edge = recipe.image_size
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, 3, edge, edge))
    except InputError:
        raise
    except Exception as error:  # each architecture fails in its own way at a size that is not its own
        raise InputError(
            f"The backbone {recipe.backbone!r} does not take photos of image_size {edge} ({said(error, 100)})."
        ) from error
