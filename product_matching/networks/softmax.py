"""The linear classifier with softmax: the plain way to train an embedding on classes."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from product_matching.networks.arcface import as_full_precision


class SoftmaxHead(nn.Module):
    """A linear classifier and its cross entropy.

    Parameters
    ----------
    dimension
        Length of an embedding.
    n_classes
        Number of classes.
    label_smoothing
        Share of each target that is spread over all classes, 0 to 1.
    """

    def __init__(self, dimension: int, n_classes: int, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.classifier = nn.Linear(dimension, n_classes)
        self.label_smoothing = label_smoothing

    def logits(self, embeddings: Tensor) -> Tensor:
        """Scores of the classes: (B, dimension) to (B, n_classes), float32 under autocast too."""
        with torch.autocast(embeddings.device.type, enabled=False):
            scores: Tensor = self.classifier(as_full_precision(embeddings))
        return scores

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss of a batch: embeddings (B, dimension) and labels (B,) to a scalar."""
        return F.cross_entropy(self.logits(embeddings), labels, label_smoothing=self.label_smoothing)
