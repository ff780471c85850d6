"""``add``, ``remove`` and ``compact``, run as a user runs them."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from product_matching.cli import main
from product_matching.workflows.verify import verify_bundle

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tiny_model: Path) -> Run:
    """Run the command line with some arguments; returns exit status, stdout and stderr."""
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(tiny_model.parent))

    def run_command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["product-matching", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run_command


@pytest.fixture
def new(small_catalogue: Path, tmp_path: Path) -> Path:
    """Two listings of known products and one of none, under ids of their own."""
    with (small_catalogue / "listings.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    chosen = [{**rows[row], "posting_id": f"new{row}"} for row in (0, 4)]
    chosen.append({**rows[24], "posting_id": "odd", "title": "Kursi Taman Besi"})
    with (tmp_path / "new.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(chosen)
    return tmp_path / "new.csv"


def test_listings_are_added_found_removed_and_the_bundle_compacted(
    run: Run, small_bundle: Path, small_catalogue: Path, new: Path, tmp_path: Path
) -> None:
    folder, images = tmp_path / "small", small_catalogue / "images"
    shutil.copytree(small_bundle, folder)
    status, out, err = run(
        "add", folder, new, "--images", images, "--device", "cpu", "--json", "--report", tmp_path / "r.csv"
    )
    assert status == 0, err
    told = json.loads(out)
    assert told["placed"] == {"joins": 2, "founds": 0, "bridges": 0, "alone": 1}
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as stream:
        placed = [(row["posting_id"], row["placement"], row["group"]) for row in csv.DictReader(stream)]
    assert placed == [("new0", "joins a group", "0a"), ("new4", "joins a group", "1a"), ("odd", "alone", "odd")]
    assert {name: told[name] for name in ("added", "replaced", "listings")} == {
        "added": 3, "replaced": 0, "listings": 28,
    }  # fmt: skip
    _, out, _ = run("find", folder, "--listing", "new4", "--json")
    assert [match["posting_id"] for match in json.loads(out)["matches"]][:1] == ["1b"]
    status, _, err = run("add", folder, new, "--images", images, "--device", "cpu")
    assert (status, err.count("\n")) == (1, 1)
    assert "has 'new0', 'new4', 'odd' already" in err
    status, _, err = run("remove", folder, "new0", "nobody")
    assert (status, err) == (1, "The catalogue small has no listing 'nobody': nothing is removed.\n")
    (tmp_path / "ids.txt").write_text("new0\nnew4\n")
    status, out, _ = run("remove", folder, "odd")
    assert (status, out) == (0, f"{folder}: 1 listing removed, 27 left.\n")
    status, out, _ = run("remove", folder, "--from", tmp_path / "ids.txt")
    assert (status, out) == (0, f"{folder}: 2 listings removed, 25 left.\n")
    assert run("remove", folder)[0] == 2
    status, out, _ = run("compact", folder, "--json")
    assert status == 0
    assert json.loads(out)["parts_before"] == 2
    assert "nothing to compact" in run("compact", folder)[1]
    assert verify_bundle(folder) == []
