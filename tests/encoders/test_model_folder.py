"""The settings of a photo model: what decides its fingerprint, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from product_matching.encoders.model_folder import (
    MAX_MODEL_BYTES,
    PhotoModel,
    parse_model,
    read_model_folder,
    write_model_folder,
)
from product_matching.errors import InputError
from product_matching.files import file_sha256

PLAIN = PhotoModel(name="m", backbone="test_efficientnet", weights_sha256="0" * 64, dimension=3)


def test_fingerprints_of_bare_backbones_stay_as_bundles_hold_them() -> None:
    assert PLAIN.fingerprint == "f6af3eb72f42ad747523dcbe43c41c15a570a14d237da2651a823a336c2c6ebf"
    half = (0.5, 0.5, 0.5)
    padded = replace(PLAIN, dimension=1280, mean=half, std=half, backbone_arguments={"pad_type": "same"})
    assert padded.fingerprint == "33172538a57ab6d3aad3aa4acf5eff8aa5160dff8b5bde92896be75c1889736e"


def test_pooling_and_neck_decide_the_embedding_and_how_it_was_trained_does_not() -> None:
    fingerprints = {
        replace(PLAIN, pooling=pooling, neck=neck).fingerprint
        for pooling in ("avg", "gem")
        for neck in ("none", "batchnorm", "linear-batchnorm")
    }
    assert len(fingerprints) == 6
    assert replace(PLAIN, training={"epochs": 9}, licence="MIT", name="n").fingerprint == PLAIN.fingerprint


def test_settings_from_before_there_were_necks_are_read() -> None:
    settings = {"name": "m", "backbone": "test_efficientnet", "weights_sha256": "0" * 64, "dimension": 3}
    assert parse_model(settings, "model.json") == PLAIN


def test_a_folder_comes_back_as_it_was_written_with_its_card(tmp_path: Path) -> None:
    weights = tmp_path / "w"
    weights.write_bytes(b"weights")
    training = {"recipe": {"name": "arcface", "lr": 1e-3}, "folds": [2, 3, 4], "f1": {"value": 0.7, "protocol": "fold"}}
    model = replace(PLAIN, weights_sha256=file_sha256(weights), pooling="gem", neck="batchnorm", training=training)
    write_model_folder(tmp_path / "m", model, weights, card="# m\n")
    assert read_model_folder(tmp_path / "m") == model
    assert (tmp_path / "m" / "README.md").read_text() == "# m\n"
    write_model_folder(tmp_path / "m", model, weights, card="# m, anew\n")
    assert (tmp_path / "m" / "README.md").read_text() == "# m, anew\n"
    write_model_folder(tmp_path / "m", model, weights)
    assert {path.name for path in (tmp_path / "m").iterdir()} == {"model.json", "weights.safetensors"}
    (tmp_path / "m" / "weights.safetensors").write_bytes(b"damaged")
    write_model_folder(tmp_path / "m", model, weights)
    assert read_model_folder(tmp_path / "m") == model


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"pooling": "max"}, "pooling is 'max', but must be 'avg' or 'gem'"),
        ({"pooling": ["gem"]}, "pooling is .'gem'., but must be 'avg' or 'gem'"),
        ({"neck": "fc"}, "neck is 'fc', but must be 'none', 'batchnorm' or 'linear-batchnorm'"),
        ({"neck": None}, "neck is None, but must be 'none', 'batchnorm'"),
        ({"training": "arcface"}, "training is 'arcface', but must be an object"),
        ({"mean": [10**400, 0, 0]}, r"mean\[0\] is 10+, but must be a number"),
        ({"mean": [float("nan"), 0, 0]}, r"mean\[0\] is nan, but must be a finite number"),
        ({"mean": ["0", 0, 0]}, r"mean\[0\] is '0', but must be a number"),
        ({"dimension": True}, "dimension is True, but must be a whole number"),
        ({"dimension": 3.0}, "dimension is 3.0, but must be a whole number"),
        ({"image_sise": 224}, "image_sise is no field that is known here"),
        ({"licence": "x" * 4001}, "licence is 'xxx.*, but must be a text of at most 4000 characters"),
    ],
)
def test_settings_that_no_model_can_have_are_refused(settings: dict[str, object], sentence: str) -> None:
    good = {"name": "m", "backbone": "b", "weights_sha256": "0" * 64, "dimension": 3}
    with pytest.raises(InputError, match=sentence):
        parse_model({**good, **settings}, "model.json")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b" " * (MAX_MODEL_BYTES + 1), "model.json is too large: it may have at most 1,048,576 bytes"),
        (b"[" * 100_000, "is not JSON in UTF-8"),
        (json.dumps({"format": 1}).encode("utf-16"), "is not JSON in UTF-8"),
        (b'{"format": 1, "name": "m", "training": ' + b'{"a":' * 100_000, "is not JSON in UTF-8"),
        (b"[]", r"is \[\], but must be an object"),
    ],
)
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "model.json").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_model_folder(tmp_path)
