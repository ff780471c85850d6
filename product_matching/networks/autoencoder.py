"""A convolutional autoencoder: the latent vector that a photo can be drawn from again as its embedding."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from product_matching.errors import InputError

_CHANNELS = (3, 32, 64, 128, 256)
_REDUCTION = 2 ** (len(_CHANNELS) - 1)


class ConvolutionalAutoencoder(nn.Module):
    """Four strided convolutions down to a latent vector, and their mirror image up again.

    Photos come in and reconstructions go out in the same normalised units, so the mean squared error between the two
    is the loss.

    Parameters
    ----------
    image_size
        Edge of the square photos in pixels, a multiple of 16.
    latent_dimension
        Length of the latent vector.

    Raises
    ------
    InputError
        The image size is no multiple of 16, or the latent vector has no length.

    References
    ----------
    J. Masci, U. Meier, D. Ciresan and J. Schmidhuber. "Stacked convolutional auto-encoders for hierarchical feature
    extraction." ICANN, 2011.
    """

    def __init__(self, image_size: int, latent_dimension: int) -> None:
        super().__init__()
        if image_size < _REDUCTION or image_size % _REDUCTION:
            raise InputError(f"The image size {image_size} does not fit: give a multiple of {_REDUCTION} pixels.")
        if latent_dimension < 1:
            raise InputError(f"The latent dimension {latent_dimension} does not fit: give a whole number above 0.")
        self.dimension = latent_dimension
        edge = image_size // _REDUCTION
        self._smallest = (_CHANNELS[-1], edge, edge)
        n_values = _CHANNELS[-1] * edge * edge
        steps = list(pairwise(_CHANNELS))
        self.encoder = nn.Sequential(*(_down(wide, deep) for wide, deep in steps))
        self.to_latent = nn.Linear(n_values, latent_dimension)
        self.from_latent = nn.Linear(latent_dimension, n_values)
        self.decoder = nn.Sequential(*(_up(deep, wide, last=wide == 3) for wide, deep in reversed(steps)))

    def encode(self, pixels: Tensor) -> Tensor:
        """Latent vectors of photos: (B, 3, S, S) to (B, latent_dimension), float32."""
        latent: Tensor = self.to_latent(self.encoder(pixels).flatten(1))
        return latent.float()

    def decode(self, latent: Tensor) -> Tensor:
        """Photos of latent vectors: (B, latent_dimension) to (B, 3, S, S), float32."""
        pixels: Tensor = self.decoder(self.from_latent(latent).unflatten(1, self._smallest))
        return pixels.float()

    def forward(self, pixels: Tensor) -> Tensor:
        """Reconstruct photos: (B, 3, S, S) to (B, 3, S, S), float32."""
        return self.decode(self.encode(pixels))


def reconstruction_loss(autoencoder: ConvolutionalAutoencoder, pixels: Tensor) -> Tensor:
    """Mean squared error per value between photos (B, 3, S, S) and their reconstructions, a scalar."""
    return F.mse_loss(autoencoder(pixels), pixels.to(torch.float32))


def _down(n_in: int, n_out: int) -> nn.Module:
    convolution = nn.Conv2d(n_in, n_out, 3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(n_out), nn.ReLU(inplace=True))


def _up(n_in: int, n_out: int, *, last: bool) -> nn.Module:
    convolution = nn.ConvTranspose2d(n_in, n_out, 4, stride=2, padding=1, bias=last)
    return convolution if last else nn.Sequential(convolution, nn.BatchNorm2d(n_out), nn.ReLU(inplace=True))
