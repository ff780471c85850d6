"""A model folder with a network that was trained here: backbone, pooling and neck, in half precision."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from product_matching.encoders.model_folder import PhotoModel, read_model_folder, write_model_folder
from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.networks.build import EmbeddingNetwork, build_network
from product_matching.networks.weights import save_weights

HALVES = (0.5, 0.5, 0.5)


def trained_network(pooling: Any, neck: Any, dimension: int | None) -> EmbeddingNetwork:
    """A network whose neck has statistics of its own, as training leaves them."""
    torch.manual_seed(0)
    network = build_network("test_efficientnet", pooling=pooling, neck=neck, dimension=dimension)
    with torch.no_grad():
        for module in network.neck.modules():
            if isinstance(module, torch.nn.BatchNorm1d):
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.2, 3)
                module.weight.uniform_(0.5, 2)
                module.bias.normal_(0, 0.3)
        for exponent in network.pooling.parameters():
            exponent.fill_(2.5)
    return network


def write_trained(folder: Path, network: EmbeddingNetwork, *, half: bool = True, **settings: Any) -> Path:
    weights = folder.with_suffix(".safetensors")
    save_weights(network, weights, half=half)
    model = PhotoModel(
        name=folder.name,
        backbone="test_efficientnet",
        weights_sha256=file_sha256(weights),
        dimension=network.dimension,
        image_size=64,
        mean=HALVES,
        std=HALVES,
        **settings,
    )
    write_model_folder(folder, model, weights, card="# A trained model\n")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with GeM, a linear layer to 24 dimensions and its batch normalisation."""
    network = trained_network("gem", "linear-batchnorm", 24)
    return write_trained(tmp_path_factory.mktemp("trained") / "arc", network, pooling="gem", neck="linear-batchnorm")


def rounded(network: EmbeddingNetwork) -> EmbeddingNetwork:
    """The network with its matrices and convolutions rounded to half precision, for use."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim > 1:
                parameter.copy_(parameter.half().float())
    return network.eval()


@pytest.mark.parametrize(
    ("pooling", "neck", "dimension"),
    [("avg", "none", None), ("avg", "batchnorm", None), ("gem", "none", None), ("gem", "linear-batchnorm", 24)],
)
def test_the_vector_is_the_networks_embedding_in_use(
    tmp_path: Path, make_photo: Callable[..., Image.Image], pooling: str, neck: str, dimension: int | None
) -> None:
    network = trained_network(pooling, neck, dimension)
    folder = write_trained(tmp_path / "m", network, pooling=pooling, neck=neck)
    photo = make_photo(3, 64, 64)
    pixels = torch.from_numpy((np.asarray(photo, dtype=np.float32) / 255 - 0.5) / 0.5).permute(2, 0, 1)[None]
    with torch.inference_mode():
        embedding = rounded(network)(pixels)[0].numpy()
    vector = PhotoEncoder.load(folder, device="cpu").encode(photo)
    assert vector.dtype == np.float32
    assert vector.shape == (dimension or 256,)
    np.testing.assert_allclose(vector, embedding / np.linalg.norm(embedding), atol=1e-5)


def test_a_vector_does_not_depend_on_the_batch(trained: Path, make_photo: Callable[..., Image.Image]) -> None:
    few, many = (PhotoEncoder.load(trained, device="cpu", batch_size=size) for size in (2, 5))
    pixels = [few.prepare(make_photo(seed)) for seed in range(7)]
    vectors = few.encode_pixels(pixels)
    np.testing.assert_allclose(many.encode_pixels(pixels), vectors, atol=1e-6)
    np.testing.assert_array_equal(few.encode_pixels(pixels[4:]), vectors[4:])
    np.testing.assert_allclose([few.encode(make_photo(seed)) for seed in range(7)], vectors, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_the_neck_decides_the_vector(trained: Path, tmp_path: Path, make_photo: Callable[..., Image.Image]) -> None:
    photo = make_photo(1)
    tensors = load_file(trained / "weights.safetensors")
    tensors["neck.normalisation.running_mean"] = tensors["neck.normalisation.running_mean"] + 1
    other = respell(trained, tmp_path, tensors)
    vectors = [PhotoEncoder.load(folder, device="cpu").encode(photo) for folder in (trained, other)]
    assert vectors[0] @ vectors[1] < 0.99


def test_all_half_precision_is_widened(trained: Path, tmp_path: Path, make_photo: Callable[..., Image.Image]) -> None:
    tensors = load_file(trained / "weights.safetensors")
    narrow = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    encoder = PhotoEncoder.load(respell(trained, tmp_path, narrow), device="cpu")
    assert all(p.dtype == torch.float32 for p in encoder.network.parameters())
    expected = PhotoEncoder.load(trained, device="cpu").encode(make_photo(2))
    assert encoder.encode(make_photo(2)) @ expected > 0.999


def respell(trained: Path, tmp_path: Path, weights: dict[str, torch.Tensor] | bytes, **settings: object) -> Path:
    """A copy of a model folder with other weights, which its settings name as the right ones."""
    folder = tmp_path / "copy"
    shutil.copytree(trained, folder)
    path = folder / "weights.safetensors"
    if isinstance(weights, bytes):
        path.write_bytes(weights)
    else:
        save_file(weights, path)
    content = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**content, "weights_sha256": file_sha256(path), **settings}))
    return folder


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"neck": "batchnorm"}, "are not of the backbone test_efficientnet with pooling gem and neck batchnorm: .* of"),
        ({"neck": "none"}, "with pooling gem and neck none: .*first: neck.normalisation.bias"),
        (
            {"pooling": "avg"},
            "with pooling avg and neck linear-batchnorm: missing.*: 1 of the tensors .first: pooling.p",
        ),
        ({"dimension": 25}, "are not of the backbone .* of another shape"),
        ({"backbone": "test_resnet"}, "are not of the backbone test_resnet with"),
        ({"backbone": "hf-hub:someone/something"}, "timm cannot build the backbone 'hf-hub:someone/something'"),
        ({"backbone_arguments": {"checkpoint_path": "/tmp/w.pth"}}, "checkpoint_path is no argument of an arch"),
        ({"backbone_arguments": {"in_chans": 1}}, "in_chans is no argument of an architecture"),
    ],
)
def test_settings_that_the_weights_do_not_fit_are_refused(
    trained: Path, tmp_path: Path, settings: dict[str, object], sentence: str
) -> None:
    tensors = load_file(trained / "weights.safetensors")
    with pytest.raises(InputError, match=sentence):
        PhotoEncoder.load(respell(trained, tmp_path, tensors, **settings), device="cpu")


def test_a_backbone_alone_has_no_neck(trained: Path, tmp_path: Path) -> None:
    tensors = load_file(trained / "weights.safetensors")
    bare = {name.removeprefix("backbone."): value for name, value in tensors.items() if name.startswith("backbone.")}
    sentence = "are of a backbone alone, but the model has pooling gem and neck linear-batchnorm"
    with pytest.raises(InputError, match=sentence):
        PhotoEncoder.load(respell(trained, tmp_path, bare), device="cpu")


@pytest.mark.parametrize("damage", ["cut short", "pickle", "empty", "header", "nan"])
def test_damaged_weights_are_refused_even_when_the_settings_name_them(
    trained: Path, tmp_path: Path, damage: str
) -> None:
    content = (trained / "weights.safetensors").read_bytes()
    tensors = load_file(trained / "weights.safetensors")
    tensors["neck.projection.weight"][0, 0] = float("nan")
    spoilt: dict[str, torch.Tensor] | bytes = {
        "cut short": content[: len(content) // 2],
        "pickle": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        "empty": b"",
        "header": (2**60).to_bytes(8, "little") + content[8:],
        "nan": tensors,
    }[damage]
    with pytest.raises(InputError, match=r"cannot be read as safetensors|hold values that are not finite numbers"):
        PhotoEncoder.load(respell(trained, tmp_path, spoilt), device="cpu")


def test_weights_that_the_settings_do_not_name_are_refused(trained: Path, tmp_path: Path) -> None:
    folder = respell(trained, tmp_path, load_file(trained / "weights.safetensors"), weights_sha256="0" * 64)
    with pytest.raises(InputError, match=r"is not the file that model\.json beside it names"):
        read_model_folder(folder)


def test_another_image_size_keeps_neck_and_training(
    trained: Path, tmp_path: Path, make_photo: Callable[..., Image.Image]
) -> None:
    from product_matching.encoders.model_sources import resolve_model

    folder = respell(trained, tmp_path, load_file(trained / "weights.safetensors"), training={"recipe": "arcface"})
    model = read_model_folder(resolve_model(str(folder), image_size=96))
    assert (model.image_size, model.neck, model.training) == (96, "linear-batchnorm", {"recipe": "arcface"})
    assert PhotoEncoder.load(resolve_model(str(folder), image_size=96)).encode(make_photo(0)).shape == (24,)
