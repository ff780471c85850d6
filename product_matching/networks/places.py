"""An embedding taken apart: what each place of the last map of features adds to it."""

from __future__ import annotations

from typing import Any, cast

from torch import Tensor, nn

from product_matching.errors import InputError
from product_matching.networks.build import EmbeddingNetwork
from product_matching.networks.pooling import AveragePooling, GeM

#: Largest difference, relative to the largest value, between an embedding and the sum of its parts.
_TOLERANCE = 1e-3


def place_parts(network: nn.Module, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Take the embeddings of photos apart by the places of the last map of features.

    The parts are exact: a mean is the sum of what each place adds, a generalised mean ``g`` is ``sum_i x_i dg/dx_i``
    (Euler's theorem, as it is homogeneous of degree one), and the neck is affine.

    Parameters
    ----------
    network
        An `EmbeddingNetwork`, or a timm backbone whose embedding is the mean of its last map; in evaluation mode.
    pixels
        Prepared photos (B, 3, S, S).

    Returns
    -------
    tuple of torch.Tensor and torch.Tensor
        Parts (B, D, h, w), and the offset (D,) that is of no place: the sum of both is the embedding.

    Raises
    ------
    InputError
        The network is of another kind, such as a transformer.
    """
    if isinstance(network, EmbeddingNetwork):
        features = _checked(network.backbone(pixels)).float()
        if not isinstance(network.pooling, AveragePooling | GeM):
            raise _no_places()
        return _through_neck(network.neck, network.pooling.parts(features))
    if not hasattr(network, "forward_features") or not hasattr(network, "forward_head"):
        raise _no_places()
    backbone = cast(Any, network)
    features = _checked(backbone.forward_features(pixels)).float()
    parts = AveragePooling().parts(features)
    embedding = backbone.forward_head(features)
    if embedding.shape != parts.shape[:2]:
        raise _no_places()
    if (embedding - parts.sum(dim=(2, 3))).abs().max() > _TOLERANCE * embedding.abs().max():
        raise _no_places()
    return parts, features.new_zeros(parts.shape[1])


def _through_neck(neck: nn.Module, parts: Tensor) -> tuple[Tensor, Tensor]:
    """Apply an affine neck to each part; its constant is taken out once."""
    count, channels, height, width = parts.shape
    offset = neck(parts.new_zeros(1, channels))[0]
    places = parts.permute(0, 2, 3, 1).reshape(-1, channels)
    moved = (neck(places) - offset).reshape(count, height, width, -1)
    return moved.permute(0, 3, 1, 2), offset


def _checked(features: Tensor) -> Tensor:
    if features.ndim != 4:
        raise _no_places()
    return features


def _no_places() -> InputError:
    return InputError("This network has no map of features that its embedding is the mean of: places cannot be shown.")
