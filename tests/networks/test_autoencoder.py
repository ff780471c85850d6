import pytest
import torch

from product_matching.errors import InputError
from product_matching.networks.autoencoder import ConvolutionalAutoencoder, reconstruction_loss


@pytest.mark.parametrize(("size", "latent"), [(16, 5), (64, 32)])
def test_photos_come_back_in_their_own_shape(size: int, latent: int) -> None:
    autoencoder = ConvolutionalAutoencoder(size, latent)
    pixels = torch.randn(2, 3, size, size)
    assert autoencoder.encode(pixels).shape == (2, latent)
    assert autoencoder(pixels).shape == pixels.shape
    assert autoencoder.dimension == latent


def test_the_reconstruction_is_drawn_from_the_latent_vector_alone() -> None:
    autoencoder = ConvolutionalAutoencoder(32, 8).eval()
    pixels = torch.randn(2, 3, 32, 32)
    torch.testing.assert_close(autoencoder(pixels), autoencoder.decode(autoencoder.encode(pixels)))
    loss = reconstruction_loss(autoencoder, pixels)
    torch.testing.assert_close(loss, (autoencoder(pixels) - pixels).square().mean())


def test_a_few_steps_lower_the_loss() -> None:
    torch.manual_seed(0)
    autoencoder = ConvolutionalAutoencoder(32, 16)
    coarse = torch.randn(8, 3, 4, 4)
    pixels = torch.nn.functional.interpolate(coarse, 32, mode="bilinear")
    optimizer = torch.optim.AdamW(autoencoder.parameters(), lr=1e-3)
    losses = []
    for _ in range(25):
        optimizer.zero_grad()
        loss = reconstruction_loss(autoencoder, pixels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_latent_and_reconstruction_are_single_precision_under_autocast() -> None:
    autoencoder = ConvolutionalAutoencoder(16, 4)
    with torch.autocast("cpu", torch.bfloat16):
        pixels = torch.randn(2, 3, 16, 16)
        assert autoencoder.encode(pixels).dtype == autoencoder(pixels).dtype == torch.float32


@pytest.mark.parametrize(
    ("size", "latent", "sentence"), [(0, 4, "multiple of 16"), (40, 4, "multiple of 16"), (32, 0, "above 0")]
)
def test_sizes_that_do_not_fit_are_refused(size: int, latent: int, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        ConvolutionalAutoencoder(size, latent)
