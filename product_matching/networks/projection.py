"""A linear projection of the vectors of a network that stays as it is."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F


class Projection(nn.Module):
    """Unit vectors to shorter ones by a matrix; what is learnt of a frozen tower.

    Parameters
    ----------
    n_features
        Length of a vector.
    dimension
        Length of a projected one.
    """

    def __init__(self, n_features: int, dimension: int) -> None:
        super().__init__()
        self.projection = nn.Linear(n_features, dimension, bias=False)

    @property
    def dimension(self) -> int:
        """Length of a projected vector."""
        return self.projection.out_features

    def forward(self, vectors: Tensor) -> Tensor:
        """Project vectors of any length: (B, n_features) to (B, dimension), float32, not normalised."""
        return cast(Tensor, self.projection(F.normalize(vectors.float(), dim=1)))


class ProjectedTower(nn.Module):
    """A network and the projection of its vectors: photos (B, 3, S, S) to embeddings (B, dimension)."""

    def __init__(self, tower: nn.Module, projection: Projection) -> None:
        super().__init__()
        self.tower = tower
        self.projection = projection

    @property
    def dimension(self) -> int:
        """Length of an embedding."""
        return self.projection.dimension

    def forward(self, pixels: Tensor) -> Tensor:
        """Embed photos; float32, not normalised."""
        return cast(Tensor, self.projection(self.tower(pixels)))
