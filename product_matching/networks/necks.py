"""Layers between the pooled features and the embedding, the same in training and in use."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn

from product_matching.errors import InputError


def create_neck(kind: str, n_features: int, dimension: int | None = None) -> nn.Module:
    """Build a neck: nothing, a batch normalisation, or a linear layer to fewer dimensions before it.

    Parameters
    ----------
    kind
        ``"none"``, ``"batchnorm"`` or ``"linear-batchnorm"``.
    n_features
        Length of the pooled features.
    dimension
        Length of the embedding; for ``"linear-batchnorm"`` alone, the others keep `n_features`.

    Returns
    -------
    torch.nn.Module
        (B, n_features) to (B, n_features) or (B, dimension).

    Raises
    ------
    InputError
        The kind is unknown, or the dimension does not go with it.

    References
    ----------
    H. Luo et al. "Bag of tricks and a strong baseline for deep person re-identification." CVPR workshops, 2019
    (the batch normalisation before the classifier, which the embedding passes as well). arXiv:1903.07071
    """
    if kind == "linear-batchnorm":
        if dimension is None or dimension < 1:
            raise InputError(f"The neck 'linear-batchnorm' has dimension {dimension}: give a whole number above 0.")
        projection = nn.Linear(n_features, dimension, bias=False)
        return nn.Sequential(OrderedDict(projection=projection, normalisation=nn.BatchNorm1d(dimension)))
    if kind not in {"none", "batchnorm"}:
        raise InputError(f"The neck {kind!r:.40} is unknown: give none, batchnorm or linear-batchnorm.")
    if dimension not in {None, n_features}:
        raise InputError(
            f"The neck {kind!r} keeps the {n_features} features of its backbone, not {dimension}: "
            "leave the dimension out, or take the neck linear-batchnorm."
        )
    if kind == "batchnorm":
        return nn.Sequential(OrderedDict(normalisation=nn.BatchNorm1d(n_features)))
    return nn.Identity()
