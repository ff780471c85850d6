import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from product_matching.encoders.model_folder import read_model_folder
from product_matching.encoders.photo import PhotoEncoder, pick_device
from product_matching.errors import InputError


@pytest.fixture(scope="module")
def encoder(tiny_model: Path) -> PhotoEncoder:
    return PhotoEncoder.load(tiny_model, device="cpu", batch_size=4)


def copy_of(tiny_model: Path, tmp_path: Path, **settings: object) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(tiny_model, folder)
    content = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**content, **settings}))
    return folder


def test_the_vector_is_the_networks_own_output_of_length_one(
    encoder: PhotoEncoder, tiny_model: Path, make_photo: Callable[..., Image.Image]
) -> None:
    photo = make_photo(3, 200, 120)
    network = timm.create_model("test_efficientnet", num_classes=0).eval()
    network.load_state_dict(load_file(tiny_model / "weights.safetensors"))
    resized = np.asarray(photo.resize((64, 64), Image.Resampling.BICUBIC, reducing_gap=3.0), dtype=np.float32)
    with torch.inference_mode():
        features = network(torch.from_numpy((resized / 255 - 0.5) / 0.5).permute(2, 0, 1)[None])[0].numpy()
    np.testing.assert_allclose(encoder.encode(photo), features / np.linalg.norm(features), atol=1e-5)
    assert np.linalg.norm(encoder.encode(photo)) == pytest.approx(1, abs=1e-6)


def test_a_photos_vector_does_not_depend_on_the_others_of_its_batch(
    encoder: PhotoEncoder, make_photo: Callable[..., Image.Image]
) -> None:
    pixels = [encoder.prepare(make_photo(seed)) for seed in range(7)]
    together = encoder.encode_pixels(pixels)
    np.testing.assert_array_equal(together[2:], encoder.encode_pixels(pixels[2:]))
    np.testing.assert_allclose(together[0], encoder.encode(make_photo(0)), atol=1e-6)


@pytest.mark.parametrize(("fits", "device", "batch"), [(2, "cuda", 2), (0, "cpu", 16)])
def test_a_gpu_without_memory_embeds_fewer_photos_at_once_or_none(
    tiny_model: Path,
    make_photo: Callable[..., Image.Image],
    monkeypatch: pytest.MonkeyPatch,
    fits: int,
    device: str,
    batch: int,
) -> None:
    encoder = PhotoEncoder.load(tiny_model, device="cpu", batch_size=8)
    pixels = [encoder.prepare(make_photo(seed)) for seed in range(11)]
    expected, once = encoder.encode_pixels(pixels), encoder._pass

    def on_gpu(some: list[np.ndarray], size: int) -> np.ndarray:
        if encoder.device.type == "cuda" and size > fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        with monkeypatch.context() as patch:
            patch.setattr(encoder, "device", torch.device("cpu"))  # there is no GPU here
            return once(some, size)

    monkeypatch.setattr(encoder, "_pass", on_gpu)
    encoder.device = torch.device("cuda")
    np.testing.assert_allclose(encoder.encode_pixels(pixels), expected, atol=1e-6)
    assert (encoder.device.type, encoder.batch_size) == (device, batch)
    np.testing.assert_allclose(encoder.encode_square(pixels[3]), expected[3], atol=1e-6)


def test_no_photos_make_no_vectors(encoder: PhotoEncoder) -> None:
    assert encoder.encode_pixels([]).shape == (0, encoder.dimension)


def test_a_classifier_in_the_weights_is_left_out_and_half_precision_widened(
    tiny_model: Path, tmp_path: Path, make_photo: Callable[..., Image.Image]
) -> None:
    from product_matching.encoders.model_sources import resolve_model

    tensors = load_file(tiny_model / "weights.safetensors")
    tensors |= {"classifier.weight": torch.zeros(10, 256), "classifier.bias": torch.zeros(10)}
    narrow = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    save_file(narrow, tmp_path / "narrow.safetensors")
    folder = resolve_model("test_efficientnet", weights=tmp_path / "narrow.safetensors", image_size=64)
    assert read_model_folder(folder).dimension == 256
    vector = PhotoEncoder.load(folder, device="cpu").encode(make_photo(1))
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"format": 9}, "has format 9, but this version reads 1"),
        ({"image_size": 0}, "image_size is 0, but must be at least 16"),
        ({"mean": [0.5, 0.5]}, r"mean\[2\] is missing"),
        ({"std": [0.5, 0.5, 0.0]}, r"std\[2\] is 0.0, but must be above 0"),
        ({"interpolation": "nearest"}, "interpolation is 'nearest', but must be 'bilinear', 'bicubic' or 'lanczos'"),
        ({"backbone": "no_such_network"}, "timm cannot build the backbone 'no_such_network'"),
        ({"backbone": "test_resnet"}, "are not of the backbone test_resnet"),
        ({"backbone_arguments": {"no_such_argument": 1}}, "timm cannot build the backbone 'test_efficientnet'"),
        ({"backbone_arguments": {"a": [1]}}, r"backbone_arguments.a: it is \[1\], but must be a text, a number"),
        ({"dimension": 12}, "names dimension 12, but test_efficientnet has 256"),
        ({"weights_sha256": "0" * 64}, "is not the file that model.json beside it names"),
        ({"weights_sha256": "../../etc"}, r"weights_sha256 is .*, but must be a text of the pattern .*\{64\}"),
        ({"name": ""}, "name is '', but must be a text of at least 1 characters"),
    ],
)
def test_a_model_folder_that_does_not_fit_is_refused(
    tiny_model: Path, tmp_path: Path, settings: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        PhotoEncoder.load(copy_of(tiny_model, tmp_path, **settings), device="cpu")


def test_a_missing_field_is_named(tiny_model: Path, tmp_path: Path) -> None:
    folder = copy_of(tiny_model, tmp_path)
    content = json.loads((folder / "model.json").read_text())
    del content["dimension"]
    (folder / "model.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"model\.json: dimension is missing"):
        read_model_folder(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a pickle", b"\xff" * 64])
def test_weights_that_are_no_safetensors_are_refused(tmp_path: Path, content: bytes) -> None:
    from product_matching.encoders.model_sources import resolve_model

    (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as safetensors"):
        resolve_model("test_efficientnet", weights=tmp_path / "weights.bin")
    assert not list((tmp_path / "home").glob("**/*"))


def test_weights_with_a_value_that_is_no_number_are_refused(tiny_model: Path, tmp_path: Path) -> None:
    from product_matching.encoders.model_sources import resolve_model

    tensors = load_file(tiny_model / "weights.safetensors")
    tensors[next(name for name in tensors if name.endswith("weight"))].fill_(float("nan"))
    save_file(tensors, tmp_path / "nan.safetensors")
    with pytest.raises(InputError, match="values that are not finite numbers"):
        resolve_model("test_efficientnet", weights=tmp_path / "nan.safetensors")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(InputError, match="The device 'tpu' is unknown: give auto, cpu or cuda"):
        pick_device("tpu")
