"""A photo becomes the same tensor wherever a network sees it: in search, in a build, in training and validation."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import ExifTags, Image
from torch import Tensor, nn

from product_matching.encoders.batch import embed_photos
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.photo import PhotoEncoder
from product_matching.encoders.preprocess import FILTERS, normalise, read_pixels, resize_photo
from product_matching.listings.photos import decode_photo, read_photo
from product_matching.training.parts import LabelledPhotos
from product_matching.training.pixels import decode_part
from product_matching.training.start import Preparation
from product_matching.training.trained import TrainedTask
from product_matching.training.validation import embed_part
from tests.training.conftest import tiny_recipe

EDGE = 48
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Recorder(nn.Module):
    """A network that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []
        self.place = nn.Parameter(torch.zeros(1))

    def forward(self, photos: Tensor) -> Tensor:
        self.seen += [photo.clone() for photo in photos]
        return photos.mean(dim=(2, 3)) + 1

    embed = forward


def _file(image: Image.Image, file_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def _turned(image: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return _file(image, "JPEG", quality=90, exif=exif)


@pytest.fixture
def odd_photos(tmp_path: Path, make_photo: Callable[..., Image.Image]) -> list[Path]:
    """Files that decoders treat differently: transparent, turned, thin, grey, four-colour, large enough to halve."""
    photo = make_photo(1, 90, 70)
    transparent = photo.convert("RGBA")
    transparent.putalpha(Image.linear_gradient("L").resize(photo.size))
    contents = {
        "rgba.png": _file(transparent, "PNG"),
        "turned.jpg": _turned(make_photo(2, 400, 250)),
        "thin.png": _file(make_photo(3, 1, 300), "PNG"),
        "grey.jpg": _file(photo.convert("L"), "JPEG"),
        "grey16.png": _file(Image.fromarray((np.arange(4800) * 13).astype(np.uint16).reshape(60, 80)), "PNG"),
        "cmyk.jpg": _file(photo.convert("CMYK"), "JPEG"),
        "palette.gif": _file(photo.convert("P"), "GIF"),
        "large.jpg": _file(make_photo(4, 1600, 1200), "JPEG"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in contents]


def _encoder(interpolation: str) -> PhotoEncoder:
    model = PhotoModel(
        name="recorder",
        backbone="none",
        weights_sha256="0" * 64,
        dimension=3,
        image_size=EDGE,
        mean=MEAN,
        std=STD,
        interpolation=interpolation,
    )
    return PhotoEncoder(model, Recorder(), device=torch.device("cpu"), batch_size=3)


@pytest.mark.parametrize("interpolation", FILTERS)
def test_serving_and_validation_give_a_network_the_same_tensor_bit_for_bit(
    odd_photos: list[Path], tmp_path: Path, interpolation: str
) -> None:
    search, build, validation = _encoder(interpolation), _encoder(interpolation), Recorder()
    for path in odd_photos:
        search.encode(decode_photo(read_photo(path), name=path.name))
    list(embed_photos(odd_photos, build, EmbeddingCache(build.model, tmp_path / "cache")))
    part = LabelledPhotos(tuple(path.name for path in odd_photos), tuple(odd_photos), np.arange(len(odd_photos)))
    decoded = decode_part(part, EDGE, interpolation)
    embed_part(TrainedTask(tiny_recipe(), Preparation(MEAN, STD, interpolation), validation), decoded, batch_size=3)
    one_by_one, in_batches = search.network.seen, build.network.seen[: len(odd_photos)]
    assert len(one_by_one) == len(validation.seen) == len(odd_photos)
    for path, *tensors in zip(odd_photos, one_by_one, in_batches, validation.seen, strict=True):
        first, *others = [tensor.contiguous().numpy().tobytes() for tensor in tensors]
        assert all(other == first for other in others), path.name
    assert len({tensor.numpy().tobytes() for tensor in one_by_one}) == len(odd_photos)


def test_a_photo_is_turned_upright_and_laid_on_white_before_it_is_squared(
    tmp_path: Path, make_photo: Callable[..., Image.Image]
) -> None:
    left_red = Image.new("RGB", (64, 32), "blue")
    left_red.paste("red", (0, 0, 32, 32))
    (tmp_path / "turned.jpg").write_bytes(_turned(left_red))
    pixels = read_pixels(tmp_path / "turned.jpg", 32, "bilinear")
    assert pixels.shape == (32, 32, 3)
    assert pixels.dtype == np.uint8
    assert pixels[2, 16, 0] > 200, "red is above once the photo stands upright"
    assert pixels[-3, 16, 2] > 200, "blue is below"
    Image.new("RGBA", (5, 9), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert (read_pixels(tmp_path / "clear.png", 32, "bicubic") == 255).all()


def test_the_whole_photo_is_resized_without_crop_or_border(make_photo: Callable[..., Image.Image]) -> None:
    photo = make_photo(5, 300, 40)
    expected = photo.resize((64, 64), Image.Resampling.LANCZOS, reducing_gap=3.0)
    assert np.array_equal(resize_photo(photo, 64, "lanczos"), np.asarray(expected))


def test_normalised_photos_are_those_of_torchvision() -> None:
    from torchvision.transforms.v2 import functional as reference

    photos = torch.randint(0, 256, (2, 3, 5, 7), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    expected = reference.normalize(reference.to_dtype(photos, torch.float32, scale=True), list(MEAN), list(STD))
    torch.testing.assert_close(normalise(photos, MEAN, STD), expected, rtol=0, atol=1e-6)
