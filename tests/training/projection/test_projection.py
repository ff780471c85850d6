"""From photos to a model folder that holds a projection and names its tower."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.encoders.model_folder import read_model_folder
from product_matching.encoders.model_lookup import find_model_folder
from product_matching.encoders.model_sources import resolve_model
from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.files import file_sha256
from product_matching.listings.catalogue import Catalogue
from product_matching.training.options import TrainingOptions
from product_matching.training.projection.recipe import read_projection_recipe
from product_matching.training.projection.training import train_projection
from tests.training.projection.conftest import projection_recipe

CPU = TrainingOptions(device="cpu")


@pytest.fixture
def models(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))
    return tiny_model


def test_the_encoder_is_the_tower_and_the_projection_normalised(
    models: Path, photos: dict[str, Catalogue], tmp_path: Path, make_photo: Callable[..., Image.Image]
) -> None:
    report = train_projection(projection_recipe(), photos, tmp_path / "out", CPU)
    folder = tmp_path / "out" / "model"
    model, tower = read_model_folder(folder), PhotoEncoder.load(models, device="cpu")
    encoder = PhotoEncoder.load(folder, device="cpu")
    assert (model.dimension, encoder.dimension, model.image_size) == (16, 16, 64)
    assert model.tower == tower.model
    assert model.tower.weights_sha256 == file_sha256(models / "weights.safetensors")
    assert (folder / "weights.safetensors").stat().st_size < 20_000
    photo = make_photo(7, 90, 70)
    projection = load_file(folder / "weights.safetensors")["projection.weight"].float().numpy()
    expected = projection @ tower.encode(photo)
    assert np.allclose(encoder.encode(photo), expected / np.linalg.norm(expected), atol=1e-5)
    assert report["figures"]["validation"]["f1"] == model.training["figures"]["validation"]["f1"]
    assert "test" not in report["figures"]
    assert model.tower.weights_sha256 in (folder / "README.md").read_text(encoding="utf-8")


def test_every_photo_is_embedded_once_whatever_is_trained_on_it(
    models: Path, photos: dict[str, Catalogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_projection(projection_recipe(), photos, tmp_path / "one", CPU)
    monkeypatch.setattr(PhotoEncoder, "encode_pixels", lambda *_: pytest.fail("embedded again"))
    train_projection(projection_recipe(seed=1), photos, tmp_path / "two", CPU)


def test_a_finished_training_is_scored_on_test_and_built_with(
    models: Path, photos: dict[str, Catalogue], photo_folder: Path, tmp_path: Path
) -> None:
    recipe = tmp_path / "projected.toml"
    fields = {name: value for name, value in projection_recipe().__dict__.items() if name in ("method", "tower")}
    recipe.write_text(
        "".join(f'{name} = "{value}"\n' for name, value in fields.items())
        + "dimension = 16\nepochs = 2\nbatch_size = 8\nlearning_rate = 0.003\n"
    )
    data = ["--catalogue", str(photo_folder / "listings.csv"), "--images", str(photo_folder / "images")]
    train = ["train", str(recipe), *data, "--out", str(tmp_path / "out"), "--device", "cpu", "--json"]
    result = CliRunner().invoke(app, [*train, "--test"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["figures"]["test"]["n"] > 0
    files = [str(photo_folder / "listings.csv"), "--images", str(photo_folder / "images"), "--device", "cpu"]
    build = ["build", *files, "--model", str(tmp_path / "out" / "model"), "--out", str(tmp_path / "bundle")]
    result = CliRunner().invoke(app, build, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found = ["find", str(tmp_path / "bundle"), "--photo", str(photo_folder / "images" / "0_0.png"), "--json"]
    result = CliRunner().invoke(app, [*found, "--device", "cpu"], catch_exceptions=False)
    assert json.loads(result.stdout)["matches"][0]["posting_id"] == "p0_0"


def test_without_its_tower_a_projection_is_not_here(
    models: Path, photos: dict[str, Catalogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_projection(projection_recipe(), photos, tmp_path / "out", CPU)
    kept = resolve_model(str(tmp_path / "out" / "model"))
    model = read_model_folder(kept)
    assert find_model_folder(model) == kept
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tmp_path))
    assert find_model_folder(model) is None
    with pytest.raises(
        InputError, match=r"a projection of the vectors of tiny .*not on this machine\. Copy its folder"
    ):
        PhotoEncoder.load(kept, device="cpu")


def test_a_training_is_not_written_over(models: Path, photos: dict[str, Catalogue], tmp_path: Path) -> None:
    train_projection(projection_recipe(epochs=1), photos, tmp_path / "out", CPU)
    with pytest.raises(InputError, match="holds a training already: continue with --resume"):
        train_projection(projection_recipe(epochs=1), photos, tmp_path / "out", CPU)
    with pytest.raises(InputError, match="made by another recipe"):
        train_projection(projection_recipe(), photos, tmp_path / "out", TrainingOptions(device="cpu", resume=True))
    with pytest.raises(InputError, match="leave --average-with out"):
        train_projection(projection_recipe(), photos, tmp_path / "two", TrainingOptions(average=(tmp_path / "out",)))


def test_the_recipe_of_the_project_is_read_and_unknown_fields_are_named(tmp_path: Path) -> None:
    recipe = read_projection_recipe(Path(__file__).parents[3] / "recipes" / "projection.toml")
    assert (recipe.method, recipe.tower, recipe.dimension) == ("projection", "multilingual", 256)
    (tmp_path / "odd.toml").write_text('method = "projection"\ntower = "tiny"\nbackbone = "x"\n')
    with pytest.raises(InputError, match="the field 'backbone' is unknown"):
        read_projection_recipe(tmp_path / "odd.toml")
