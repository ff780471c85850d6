"""From a name to a model folder: ``models/``, a weights file, or timm's own weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import load_file

from product_matching.encoders import model_sources
from product_matching.encoders.model_folder import read_model_folder
from product_matching.encoders.model_lookup import find_model_folder
from product_matching.encoders.model_sources import open_photo_encoder, resolve_model
from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.files import file_sha256

HALVES = (0.5, 0.5, 0.5)


@pytest.fixture
def models(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))
    return tiny_model.parent


def test_a_name_is_looked_up_in_models_and_as_a_path(models: Path, tiny_model: Path) -> None:
    assert resolve_model("tiny") == tiny_model
    assert resolve_model(str(tiny_model)) == tiny_model


def test_a_folder_from_elsewhere_is_kept_where_the_app_looks(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path))
    model = read_model_folder(tiny_model)
    assert find_model_folder(model) is None
    kept = resolve_model(str(tiny_model))
    assert kept != tiny_model
    assert find_model_folder(model) == kept
    assert resolve_model(str(kept)) == kept


def test_a_folder_has_weights_of_its_own(models: Path, tiny_model: Path) -> None:
    with pytest.raises(InputError, match="leave --weights out"):
        resolve_model("tiny", weights=tiny_model / "weights.safetensors")


def test_another_image_size_is_another_model(models: Path, tiny_model: Path) -> None:
    folder = resolve_model("tiny", image_size=96)
    model = read_model_folder(folder)
    assert model.image_size == 96
    assert model.fingerprint != read_model_folder(tiny_model).fingerprint
    assert resolve_model("tiny", image_size=96) == folder


def test_imported_weights_are_kept_in_the_users_folder(tiny_model: Path) -> None:
    weights = tiny_model / "weights.safetensors"
    folder = resolve_model("test_efficientnet", weights=weights)
    model = read_model_folder(folder)
    config = timm.get_pretrained_cfg("test_efficientnet")
    assert model.weights_sha256 == file_sha256(weights)
    assert (model.image_size, model.mean, model.std) == (config.input_size[-1], config.mean, config.std)
    assert load_file(folder / "weights.safetensors").keys() == load_file(weights).keys()


def test_weights_that_are_known_bring_their_own_preparation(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tiny_model / "weights.safetensors"
    known = {file_sha256(weights): {"image_size": 72, "mean": (0.1, 0.2, 0.3), "licence": "Apache-2.0"}}
    monkeypatch.setattr(model_sources, "KNOWN_WEIGHTS", known)
    model = read_model_folder(resolve_model("test_efficientnet", weights=weights))
    assert (model.image_size, model.mean, model.licence) == (72, (0.1, 0.2, 0.3), "Apache-2.0")


def test_pretrained_weights_are_downloaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    downloads = []
    create_model = timm.create_model

    def download(name: str, *, pretrained: bool = False, **arguments: object) -> torch.nn.Module:
        if pretrained:
            downloads.append(name)
        return create_model(name, pretrained=False, **arguments)

    monkeypatch.setattr(timm, "create_model", download)
    monkeypatch.setattr(model_sources, "check_weights_in_reach", lambda name: None)
    first = resolve_model("test_efficientnet")
    assert resolve_model("test_efficientnet") == first
    assert downloads == ["test_efficientnet"]
    assert PhotoEncoder.load(first, device="cpu").dimension == 256


def test_a_hub_out_of_reach_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(timm, "create_model", fail)
    monkeypatch.setattr(model_sources, "check_weights_in_reach", lambda name: None)
    with pytest.raises(InputError, match=r"could not be had \(OSError\): connect to the model hub, or give a file"):
        resolve_model("test_efficientnet")


def test_a_bundles_model_is_found_by_what_it_is_not_by_its_name(models: Path, tiny_model: Path) -> None:
    model = read_model_folder(tiny_model)
    assert find_model_folder(model) == tiny_model
    assert open_photo_encoder(model, device="cpu").model == model


def test_a_model_that_is_not_here_is_named(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.json").write_text("{")
    with pytest.raises(InputError, match=r"tiny, the model .* not on this machine.* without it\. Copy its folder"):
        open_photo_encoder(read_model_folder(tiny_model))


@pytest.mark.data
def test_the_lite2_weights_bring_their_preparation_and_are_widened(
    data_folder: Path, make_photo: Callable[..., Image.Image]
) -> None:
    weights = data_folder.parent / "weights" / "tf_efficientnet_lite2.safetensors"
    if not weights.is_file():
        pytest.skip(f"the weights are not at {weights}")
    assert {tensor.dtype for tensor in load_file(weights).values() if tensor.ndim > 1} == {torch.float16}
    encoder = PhotoEncoder.load(resolve_model("tf_efficientnet_lite2", weights=weights), device="cpu")
    model = encoder.model
    assert (model.image_size, model.mean, model.std, model.interpolation) == (260, HALVES, HALVES, "bicubic")
    assert model.licence == "Apache-2.0"
    assert model.dimension == 1280
    assert {parameter.dtype for parameter in encoder.network.parameters()} == {torch.float32}
    assert np.linalg.norm(encoder.encode(make_photo(1))) == pytest.approx(1, abs=1e-6)
