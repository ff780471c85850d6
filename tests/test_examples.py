"""The examples run as a user runs them, and give what they promise."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name: str, folder: Path) -> str:
    """What an example prints when it is started as a script, with the checkout as the working folder."""
    command = [sys.executable, "-m", f"examples.{name}", str(folder)]
    result = subprocess.run(command, cwd=EXAMPLES.parent, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_own_catalogue_to_groups_puts_each_product_into_one_group(tmp_path: Path) -> None:
    printed = run("own_catalogue_to_groups", tmp_path)
    assert [line for line in printed.splitlines() if line.startswith("same product:")] == [
        "same product: a1, a2, a3",
        "same product: b1, b2",
    ]
    lines = (tmp_path / "groups.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 8
    assert [line.split(",")[1] for line in lines[1:]] == ["a1", "a1", "a1", "b1", "b1", "c1", "d1"]


def test_own_encoder_finds_both_photos_of_the_product_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    printed = run("own_encoder", tmp_path / "work")
    assert [line.partition(":")[0] for line in printed.splitlines()] == ["seagreen_1", "seagreen_2"]
