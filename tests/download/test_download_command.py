"""``download`` on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.download import shopee
from product_matching.errors import InputError
from tests.download.conftest import SMALL, Kaggle
from tests.download.test_shopee import refusal


@pytest.fixture
def small(kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch) -> Kaggle:
    """The small competition in place of the real one."""
    monkeypatch.setattr(shopee, "SHOPEE", SMALL)
    return kaggle


def test_the_folders_that_train_takes_are_named(small: Kaggle, tmp_path: Path) -> None:
    arguments = ["download", "shopee", "--out", str(tmp_path / "data")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert f"catalogue    {tmp_path / 'data' / 'train.csv'} (5 listings in 2 groups)" in result.stdout
    assert f"photos       {tmp_path / 'data' / 'train_images'}" in result.stdout
    again = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "(complete already)" in again.stdout


def test_an_archive_of_ones_own_and_json(small: Kaggle, tmp_path: Path, archive: Path) -> None:
    arguments = ["download", "shopee", "--archive", str(archive), "--out", str(tmp_path / "data"), "--json"]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert json.loads(result.stdout) == {
        "data": "shopee",
        "out": str(tmp_path / "data"),
        "listings": 5,
        "groups": 2,
        "fresh": True,
    }
    assert small.asked == []


def test_other_names_and_a_refusal(small: Kaggle, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["download", "imagenet", "--out", str(tmp_path)]).exit_code == 2
    small.error = refusal(403)
    with pytest.raises(InputError, match="accepted the competition's rules"):
        CliRunner().invoke(app, ["download", "shopee", "--out", str(tmp_path / "data")], catch_exceptions=False)


def test_the_keyboard_stops_it_and_the_next_one_goes_on(small: Kaggle, tmp_path: Path) -> None:
    arguments = ["download", "shopee", "--out", str(tmp_path / "data")]
    small.error = KeyboardInterrupt()
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 130
    assert "the same command continues" in result.stderr
    assert [path.name for path in tmp_path.glob(".data.*")] == [".data.kagglehub"]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    assert small.asked[0] == small.asked[1]
