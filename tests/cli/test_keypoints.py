"""``keypoints`` on the command line, and ``build`` without them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from product_matching.cli import main
from product_matching.store.bundle import open_bundle

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with some arguments; returns exit status, and stdout and stderr together."""

    def run_command(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["product-matching", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out + captured.err

    return run_command


def test_a_bundle_built_without_keypoints_gets_them(
    run: Run, small_catalogue: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out, images = tmp_path / "small", small_catalogue / "images"
    status, said = run(
        "build", small_catalogue / "listings.csv", "--images", images, "--model", tiny_model,
        "--device", "cpu", "--batch-size", 8, "--no-keypoints", "--out", out,
    )  # fmt: skip
    assert status == 0, said
    assert open_bundle(out).manifest.keypoints is None
    status, said = run("keypoints", out, "--images", images)
    assert status == 0
    assert said.startswith(f"{out}: keypoints of 24 photos, 0.0 MB.\n")
    assert open_bundle(out).manifest.keypoints is not None
    status, said = run("keypoints", out, "--json")
    assert status == 0
    size = (out / "keypoints.bin").stat().st_size
    assert json.loads(said.partition("\n")[0]) == {"bundle": str(out), "photos": 24, "bytes": size}


def test_a_folder_without_a_bundle_is_one_sentence(run: Run, tmp_path: Path) -> None:
    status, said = run("keypoints", tmp_path / "nothing")
    assert status == 1
    assert said.count("\n") == 1
