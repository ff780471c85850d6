"""The options of the engine on the command line, and what is said where Spark is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.engines.session import SparkPlace, open_session
from product_matching.errors import InputError

DEMO = str(Path(__file__).parents[2] / "embeddings" / "demo")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "spark", "--master", "local[2]"], "--engine spark needs --work"),
        (["--engine", "spark", "--work", "shards"], "--engine spark needs --master"),
        (["--work", "shards"], "--master and --work belong to --engine spark"),
        (
            ["--engine", "spark", "--master", "local[2]", "--work", "shards", "--chain"],
            "on Spark thresholds or a pair scorer decide",
        ),
        (["--visits", "8"], "--visits belongs to --engine spark and --decide distances"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: list[str], message: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["match", DEMO, "--out", str(tmp_path / "out.csv"), *options])
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())


def test_a_build_on_spark_needs_photos(tmp_path: Path) -> None:
    catalogue = tmp_path / "listings.csv"
    catalogue.write_text("posting_id,title\na,lamp\n", encoding="utf-8")
    command = ["build", str(catalogue), "--out", str(tmp_path / "bundle")]
    result = CliRunner().invoke(app, [*command, "--engine", "spark", "--master", "local", "--work", str(tmp_path)])
    assert result.exit_code == 2
    assert "Spark embeds photos" in " ".join(result.output.split())


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with (
        pytest.raises(InputError, match=r"^Builds and matches on Spark need the extra spark: pip install"),
        open_session(SparkPlace(master="local", work=tmp_path)),
    ):
        pass


def test_without_java_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with (
        pytest.raises(InputError, match=r"^Spark needs Java 17 or newer, but there is none at JAVA_HOME="),
        open_session(SparkPlace(master="local", work=tmp_path)),
    ):
        pass
