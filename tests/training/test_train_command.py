"""``train`` on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from product_matching.cli import app

RECIPE = """
method = "softmax"
backbone = "test_efficientnet"
pretrained = false
image_size = 32
epochs = 1
batch_size = 8
learning_rate = 0.001
singles = true
"""


@pytest.fixture
def arguments(tmp_path: Path, photo_folder: Path) -> list[str]:
    """Everything but the catalogues."""
    recipe = tmp_path / "small.toml"
    recipe.write_text(RECIPE)
    return ["train", str(recipe), "--out", str(tmp_path / "out"), "--device", "cpu"]


def test_several_catalogues_with_their_own_label_columns(arguments: list[str], photo_folder: Path) -> None:
    pair = ["--catalogue", str(photo_folder / "listings.csv"), "--images", str(photo_folder / "images")]
    columns = ["--label-column", "label_group", "--label-column", "posting_id"]
    result = CliRunner().invoke(app, [*arguments, *pair, *pair, *columns, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["data"]["classes"] == 6 + 18
    assert len(report["data"]["catalogues"]) == 2
    assert report["recipe"]["name"] == "small"
    assert Path(report["out"], "model", "model.json").is_file()
    assert "Epoch 1/1: loss" in result.stderr


def test_the_table_names_model_and_figures(arguments: list[str], photo_folder: Path) -> None:
    pair = ["--catalogue", str(photo_folder / "listings.csv"), "--images", str(photo_folder / "images")]
    result = CliRunner().invoke(app, [*arguments, *pair], catch_exceptions=False)
    assert "kept epoch   1 of 1" in result.stdout
    assert "validation   F1 1.0000" in result.stdout
    assert "test         not measured: the same command with --resume --test adds its figures" in result.stdout
    again = CliRunner().invoke(app, [*arguments, *pair, "--resume", "--test"], catch_exceptions=False)
    assert "test         F1 0." in again.stdout
    assert "not measured" not in again.stdout
    assert "Epoch" not in again.stderr


def test_catalogues_and_folders_come_in_pairs(arguments: list[str], photo_folder: Path) -> None:
    one = ["--catalogue", str(photo_folder / "listings.csv")]
    folder = ["--images", str(photo_folder / "images")]
    wrong = CliRunner().invoke(app, [*arguments, *one, *one, *folder])
    assert wrong.exit_code == 2
    assert "--catalogue is given 2 times and --images 1 times" in wrong.stderr
    columns = ["--label-column", "a", "--label-column", "b"]
    wrong = CliRunner().invoke(app, [*arguments, *one, *folder, *columns])
    assert wrong.exit_code == 2
    assert "--label-column is given 2 times for 1 catalogues" in wrong.stderr
