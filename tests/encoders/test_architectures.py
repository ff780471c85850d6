"""Photos and projections of published towers are those of timm's own configuration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_data_config

from product_matching.encoders import model_sources
from product_matching.encoders.architectures import architecture_settings, check_image_size
from product_matching.encoders.model_folder import PhotoModel, read_model_folder
from product_matching.encoders.model_sources import resolve_model
from product_matching.encoders.photo import PhotoEncoder
from product_matching.encoders.preprocess import MAX_RATIO, as_batch, normalise, resize_photo
from product_matching.encoders.presets import PRESETS, SHIPPED_MODEL, SMALL_TOWER, model_of_preset
from product_matching.errors import InputError

TOWERS = [SMALL_TOWER, PRESETS["best"], PRESETS["multilingual"]]
SIZES = [(64, 64), (640, 480), (333, 512), (500, 31), (257, 1024), (1200, 1200)]


def transform_of(name: str) -> Callable[[Image.Image], torch.Tensor]:
    """What timm does to a photo for the published weights of an architecture."""
    transform: Callable[[Image.Image], torch.Tensor] = create_transform(
        **resolve_data_config(pretrained_cfg=timm.get_pretrained_cfg(name).to_dict())
    )
    return transform


@pytest.mark.parametrize("name", TOWERS)
@pytest.mark.parametrize("size", SIZES)
def test_a_tower_is_given_the_pixels_of_timms_transform(
    name: str, size: tuple[int, int], make_photo: Callable[..., Image.Image]
) -> None:
    photo = make_photo(3, *size)
    settings = architecture_settings(name)
    pixels = resize_photo(photo, settings["image_size"], settings["interpolation"], settings["crop"])
    ours = normalise(as_batch(pixels[None].copy(), torch.device("cpu")), settings["mean"], settings["std"])[0]
    assert torch.allclose(ours, transform_of(name)(photo), atol=1e-5)


def test_the_presets_name_the_shipped_model_and_architectures_of_timm(monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_of_preset("fast") == SHIPPED_MODEL
    assert (Path(__file__).parents[2] / "models" / SHIPPED_MODEL / "model.json").is_file()
    assert all(timm.get_pretrained_cfg(name).hf_hub_id for name in TOWERS)
    assert model_of_preset("tiny") == "tiny"
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", "/nowhere")
    assert model_of_preset("fast") == SMALL_TOWER


@pytest.mark.parametrize(
    ("name", "projection", "crop"),
    [
        (SMALL_TOWER, True, 1.0),
        (PRESETS["best"], False, 0.9),
        (PRESETS["multilingual"], False, 0.9),
        ("vit_base_patch32_clip_224.openai_ft_in1k", False, 0.9),
    ],
)
def test_towers_of_clip_keep_their_projection_and_others_have_none(name: str, projection: bool, crop: float) -> None:
    settings = architecture_settings(name)
    assert (settings["projection"], settings["crop"]) == (projection, crop)


def test_other_architectures_are_given_the_whole_photo() -> None:
    assert set(architecture_settings("mobilenetv2_100")) == {"image_size", "mean", "std", "interpolation"}


@pytest.fixture
def small_towers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transformer of 30,000 random weights in place of the pretrained ones."""
    create_model = timm.create_model

    def create(name: str, *, pretrained: bool = False, **arguments: object) -> torch.nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return create_model(name, pretrained=False, embed_dim=32, depth=1, num_heads=2, **arguments)

    monkeypatch.setattr(timm, "create_model", create)
    monkeypatch.setattr(model_sources, "check_weights_in_reach", lambda name: None)


@pytest.mark.parametrize(("preset", "dimension"), [("fast", 512), ("multilingual", 32)])
def test_a_preset_embeds_as_timms_network_with_timms_transform_does(
    small_towers: None, preset: str, dimension: int, make_photo: Callable[..., Image.Image],
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path))
    folder = resolve_model(preset)
    model = read_model_folder(folder)
    encoder = PhotoEncoder.load(folder, device="cpu")
    assert (model.dimension, encoder.dimension, model.licence) == (dimension, dimension, "apache-2.0")
    whole = {"num_classes": 512} if preset == "fast" else {"num_classes": 0}
    network = timm.create_model(model_of_preset(preset), **whole).eval()
    photo = make_photo(5, 300, 420)
    with torch.inference_mode():
        expected = torch.nn.functional.normalize(network(transform_of(model_of_preset(preset))(photo)[None]))[0]
    assert np.allclose(encoder.encode(photo), expected.numpy(), atol=1e-5)
    with pytest.raises(InputError, match=r"takes photos of 256 pixels only, not 224: leave the size out"):
        resolve_model(preset, image_size=224)


def test_fields_without_effect_leave_the_fingerprint_as_it_was() -> None:
    plain = PhotoModel(name="m", backbone="test_efficientnet", weights_sha256="0" * 64, dimension=3)
    assert not {"crop", "projection"} & plain.identity().keys()
    cropped = PhotoModel(name="m", backbone="test_efficientnet", weights_sha256="0" * 64, dimension=3, crop=1.0)
    assert cropped.fingerprint != plain.fingerprint


def test_a_size_is_checked_against_the_architecture() -> None:
    assert check_image_size("mobilenetv2_100", 320) == 320
    with pytest.raises(InputError, match=r"out of range: give 32 to 1024 pixels"):
        check_image_size("mobilenetv2_100", 4000)


@pytest.mark.parametrize("size", [(30_000, 1), (1, 30_000), (5000, 20)])
def test_a_very_long_photo_is_cut_before_it_is_enlarged(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    resized: list[tuple[int, int]] = []
    resize = Image.Image.resize

    def watched(self: Image.Image, to: tuple[int, int], *arguments: object, **options: object) -> Image.Image:
        resized.append(to)
        return resize(self, to, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Image.Image, "resize", watched)
    assert resize_photo(Image.new("RGB", size), 64, "bicubic", 1.0).shape == (64, 64, 3)
    assert max(resized[0]) <= 64 * MAX_RATIO
