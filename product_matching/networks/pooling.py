"""From a map of features to one vector: average and generalised mean pooling."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from product_matching.errors import InputError

_SMALLEST = 1e-6


def average_pool(features: Tensor) -> Tensor:
    """Mean over the positions of a feature map.

    Parameters
    ----------
    features
        Shape (B, C, H, W).

    Returns
    -------
    torch.Tensor
        Shape (B, C).
    """
    return features.mean(dim=(-2, -1))


def gem_pool(features: Tensor, p: Tensor | float) -> Tensor:
    """Generalised mean ``(mean x^p)^(1/p)`` over the positions of a feature map.

    One is the average, and the larger p, the nearer the maximum. The map is divided by its maximum before it is
    raised, so that neither a large p nor small features run out of the range of float32.

    Parameters
    ----------
    features
        Shape (B, C, H, W); values below 1e-6 count as 1e-6, as a root has no gradient at zero.
    p
        Exponent, above 0; a number or a tensor of one.

    Returns
    -------
    torch.Tensor
        Shape (B, C).

    References
    ----------
    F. Radenovic, G. Tolias and O. Chum. "Fine-tuning CNN image retrieval with no human annotation."
    IEEE Transactions on Pattern Analysis and Machine Intelligence, 2018. arXiv:1711.02512
    """
    positive = features.clamp(min=_SMALLEST)
    largest = positive.amax(dim=(-2, -1), keepdim=True).detach()  # the result does not depend on it
    power = (positive / largest).pow(p).mean(dim=(-2, -1)).pow(1 / p)
    return power * largest[..., 0, 0]


def average_parts(features: Tensor) -> Tensor:
    """What each position adds to `average_pool`: (B, C, H, W) to (B, C, H, W)."""
    return features / (features.shape[-2] * features.shape[-1])


def gem_parts(features: Tensor, p: Tensor | float) -> Tensor:
    """What each position adds to `gem_pool`: (B, C, H, W) to (B, C, H, W).

    Each value times its derivative; the generalised mean is homogeneous of degree one, so they sum up to it.
    """
    positive = features.clamp(min=_SMALLEST)
    powers = (positive / positive.amax(dim=(-2, -1), keepdim=True)).pow(p)
    shares = powers / powers.sum(dim=(-2, -1), keepdim=True)
    return shares * gem_pool(features, p)[..., None, None]


class AveragePooling(nn.Module):
    """`average_pool` as a module."""

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C)."""
        return average_pool(features)

    def parts(self, features: Tensor) -> Tensor:
        """See `average_parts`."""
        return average_parts(features)


class GeM(nn.Module):
    """`gem_pool` with an exponent that is trained along.

    Parameters
    ----------
    p
        Exponent at the start.
    """

    def __init__(self, p: float = 3.0) -> None:
        super().__init__()
        self.p = nn.Parameter(torch.tensor([p]))

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C)."""
        return gem_pool(features, self.p)

    def parts(self, features: Tensor) -> Tensor:
        """See `gem_parts`."""
        return gem_parts(features, self.p)


def create_pooling(kind: str) -> nn.Module:
    """Build the pooling of a name.

    Raises
    ------
    InputError
        There is none of that name.
    """
    if kind == "avg":
        return AveragePooling()
    if kind == "gem":
        return GeM()
    raise InputError(f"The pooling {kind!r:.40} is unknown: give avg or gem.")
