"""Backbone, pooling and neck in one network: photos to embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import timm
import torch
from torch import Tensor, nn

from product_matching.errors import InputError
from product_matching.networks.kinds import Neck, Pooling
from product_matching.networks.necks import create_neck
from product_matching.networks.pooling import create_pooling
from product_matching.networks.projection import ProjectedTower

#: Arguments of timm that are not of the architecture: ours to set, or paths to other files.
_RESERVED = {
    "pretrained",
    "num_classes",
    "in_chans",
    "features_only",
    "checkpoint_path",
    "pretrained_cfg",
    "pretrained_cfg_overlay",
    "pretrained_strict",
    "cache_dir",
    "scriptable",
    "exportable",
    "no_jit",
}


class EmbeddingNetwork(nn.Module):
    """A backbone, its pooling and its neck.

    Parameters
    ----------
    backbone
        A timm backbone without classifier and pooling: (B, 3, H, W) to a map of features (B, C, H', W').
    pooling
        (B, C, H', W') to (B, C).
    neck
        (B, C) to (B, dimension), as `create_neck` makes it.
    """

    def __init__(self, backbone: nn.Module, pooling: nn.Module, neck: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.pooling = pooling
        self.neck = neck
        self._n_features = n_backbone_features(backbone)

    @property
    def dimension(self) -> int:
        """Length of the embedding."""
        normalisation = getattr(self.neck, "normalisation", None)
        return self._n_features if normalisation is None else int(normalisation.num_features)

    def forward(self, pixels: Tensor) -> Tensor:
        """Embed photos: (B, 3, H, W) to (B, dimension), float32 under autocast too, not normalised.

        Raises
        ------
        InputError
            The backbone makes no map of features with the channels first, as transformers do not.
        """
        features = self.backbone(pixels)
        if features.ndim != 4 or features.shape[1] != self._n_features:
            raise InputError(
                f"The backbone makes features of shape {tuple(features.shape)}, not a map (B, C, H, W) that can be "
                "pooled: give a convolutional architecture, such as mobilenetv2_100."
            )
        with torch.autocast(features.device.type, enabled=False):
            embeddings: Tensor = self.neck(self.pooling(features.float()))
        return embeddings


def build_network(
    backbone_name: str,
    *,
    backbone_arguments: Mapping[str, Any] | None = None,
    pooling: Pooling = "avg",
    neck: Neck = "none",
    dimension: int | None = None,
) -> EmbeddingNetwork:
    """Build an embedding network of random weights on a timm backbone.

    Parameters
    ----------
    backbone_name
        Name of a convolutional timm architecture.
    backbone_arguments
        Further arguments of the architecture, such as ``{"pad_type": "same"}`` or ``{"drop_path_rate": 0.2}``.
    pooling, neck
        See `create_pooling` and `create_neck`.
    dimension
        Length of the embedding, for the neck ``"linear-batchnorm"``; the others keep the backbone's.

    Raises
    ------
    InputError
        timm does not know the architecture or refuses its arguments, or pooling, neck and dimension do not go
        together.
    """
    backbone = create_backbone(backbone_name, backbone_arguments, pooled=False)
    neck_module = create_neck(neck, n_backbone_features(backbone), dimension)
    return EmbeddingNetwork(backbone, create_pooling(pooling), neck_module)


def create_backbone(
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    pretrained: bool = False,
    pooled: bool = True,
    projection: bool = False,
) -> nn.Module:
    """Build a timm architecture without its classifier.

    Parameters
    ----------
    name
        Name of the architecture.
    arguments
        Further arguments of the architecture.
    pretrained
        Fill it with timm's published weights, which are downloaded; otherwise with random ones.
    pooled
        Whether it ends with its own pooling, (B, C), or with the map of features, (B, C, H, W).
    projection
        Whether it ends with its published head, as the image tower of CLIP does, whose head is no classifier.

    Raises
    ------
    InputError
        timm does not know it or refuses its arguments, or its weights cannot be had.
    """
    given = dict(arguments or {})
    if not timm.is_model(name.split(".")[0]):
        raise _cannot_build(name, "no such architecture")
    if _RESERVED & given.keys():
        raise _cannot_build(name, f"{min(_RESERVED & given.keys())} is no argument of an architecture")
    try:
        ending: dict[str, Any] = {} if projection else {"num_classes": 0}
        if not pooled:
            ending["global_pool"] = ""
        return timm.create_model(name, pretrained=pretrained, **given, **ending)
    except Exception as error:  # whatever the hub, the network or the cache raises, the remedy is the same
        if pretrained:
            raise InputError(
                f"The pretrained weights of {name!r} could not be had ({type(error).__name__}): "
                "connect to the model hub, or give a file with --weights or a folder of models/."
            ) from error
        raise _cannot_build(name, str(error)) from error


def embedding_dimension(network: nn.Module) -> int:
    """Length of the vectors of a network of this package, or of a timm backbone without a classifier."""
    if isinstance(network, EmbeddingNetwork | ProjectedTower):
        return network.dimension
    return int(cast(int, getattr(network, "num_classes", 0))) or n_backbone_features(network)


def n_backbone_features(backbone: nn.Module) -> int:
    """Length of the features of a timm backbone without a classifier."""
    return int(cast(int, getattr(backbone, "head_hidden_size", None) or backbone.num_features))


def _cannot_build(name: str, reason: str) -> InputError:
    return InputError(
        f"timm cannot build the backbone {name!r:.80} ({reason:.120}): "
        "give the name of a timm architecture, such as mobilenetv2_100."
    )
