"""ArcFace: a classifier on angles with a margin that pulls each class together."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from product_matching.errors import InputError

#: How far a cosine is kept from -1 and 1, where the angle has no gradient.
COSINE_MARGIN = 1e-6


class ArcFaceHead(nn.Module):
    """Additive angular margin loss: ``s cos(theta_y + m)`` for the true class, ``s cos(theta_j)`` for the others.

    Where ``theta_y + m`` exceeds pi, ``cos(theta_y) - m sin(pi - m)`` takes the place of the first, so that the loss
    keeps falling with the angle. Angles are those between embedding and class weights, neither of which needs
    unit norm. Everything is computed in float32, under autocast too, and with the cosine strictly inside (-1, 1):
    gradients are finite for an embedding that equals its class.

    Parameters
    ----------
    dimension
        Length of an embedding.
    n_classes
        Number of classes.
    scale
        s; it sets the temperature of the softmax.
    margin
        m in radians, 0 to below pi; it can be set anew while training.
    class_sizes
        Shape (n_classes,): number of photos of each class, at least 1.
    class_margin_exponent
        x of the margin ``m * n_c^-x`` of a class of n_c photos, which gives small classes the larger margin; None
        gives all classes m.
    label_smoothing
        Share of each target that is spread over all classes, 0 to 1.

    Raises
    ------
    InputError
        The margin is out of range, or the exponent is given without a size for each class.

    References
    ----------
    J. Deng, J. Guo, N. Xue and S. Zafeiriou. "ArcFace: additive angular margin loss for deep face recognition."
    CVPR, 2019. arXiv:1801.07698

    Q. Ha, B. Liu, F. Liu and P. Liao. "Google landmark recognition 2020 competition third place solution."
    2020 (margins by class size). arXiv:2010.05350
    """

    relative_margins: Tensor

    def __init__(
        self,
        dimension: int,
        n_classes: int,
        *,
        scale: float = 30.0,
        margin: float = 0.5,
        class_sizes: Tensor | None = None,
        class_margin_exponent: float | None = None,
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.margin = margin
        self.label_smoothing = label_smoothing
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_classes, dimension)))
        relative = _relative_margins(n_classes, class_sizes, class_margin_exponent)
        self.register_buffer("relative_margins", relative, persistent=False)

    @property
    def margin(self) -> float:
        """Angular margin m in radians."""
        return self._margin

    @margin.setter
    def margin(self, margin: float) -> None:
        if not 0 <= margin < math.pi:
            raise InputError(f"The margin {margin} is out of range: give 0 to below pi radians, such as 0.5.")
        self._margin = float(margin)

    def logits(self, embeddings: Tensor) -> Tensor:
        """Scores of the classes without a margin, ``s cos(theta)``: (B, dimension) to (B, n_classes)."""
        return self.scale * self._cosines(embeddings)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Mean loss of a batch: embeddings (B, dimension) and labels (B,) to a scalar."""
        with torch.autocast(embeddings.device.type, enabled=False):
            cosines = self._cosines(embeddings)
            own = labels[:, None]
            margins = (self.margin * self.relative_margins[labels])[:, None]
            logits = self.scale * cosines.scatter(1, own, add_margin(cosines.gather(1, own), margins))
            return F.cross_entropy(logits, labels, label_smoothing=self.label_smoothing)

    def _cosines(self, embeddings: Tensor) -> Tensor:
        with torch.autocast(embeddings.device.type, enabled=False):
            unit = F.normalize(as_full_precision(embeddings))
            cosines = unit @ F.normalize(as_full_precision(self.weight)).T
        return cosines.clamp(COSINE_MARGIN - 1, 1 - COSINE_MARGIN)


def add_margin(cosines: Tensor, margins: Tensor) -> Tensor:
    """Cosine of the angle enlarged by a margin, or the fallback of `ArcFaceHead` where that exceeds pi.

    Parameters
    ----------
    cosines
        Strictly inside (-1, 1).
    margins
        Radians, of the same shape.
    """
    sines = (1 - cosines.square()).sqrt()
    enlarged = cosines * margins.cos() - sines * margins.sin()
    fallback = cosines - margins * margins.sin()  # sin(pi - m) = sin(m)
    return torch.where(cosines > -margins.cos(), enlarged, fallback)  # cos(pi - m) = -cos(m)


def as_full_precision(values: Tensor) -> Tensor:
    """Widen half precision to float32; float32 and float64 stay as they are."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


def _relative_margins(n_classes: int, sizes: Tensor | None, exponent: float | None) -> Tensor:
    if exponent is None:
        return torch.ones(n_classes)
    if sizes is None or sizes.shape != (n_classes,) or bool((sizes < 1).any()):
        shape = None if sizes is None else tuple(sizes.shape)
        raise InputError(f"Margins by class size need {n_classes} sizes of at least 1, one a class (given: {shape}).")
    return sizes.float().pow(-exponent)
