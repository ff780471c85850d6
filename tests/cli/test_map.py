"""``map`` on the command line, and ``build --map``."""

import json
import sys
from pathlib import Path

import pytest

from product_matching.cli import main
from product_matching.encoders import plane
from product_matching.encoders.plane import tsne_name


def test_a_bundle_of_titles_is_mapped_by_titles(
    small_catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plane, "_EARLY", 30)
    monkeypatch.setattr(plane, "_LATE", 30)

    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["product-matching", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert not stopped.value.code
        return capsys.readouterr().out

    table = (small_catalogue / "listings.csv").read_text().splitlines()
    (tmp_path / "listings.csv").write_text("\n".join(line.replace("image", "file", 1) for line in table) + "\n")
    out = tmp_path / "titles"
    run("build", tmp_path / "listings.csv", "--out", out, "--map")
    assert json.loads((out / "manifest.json").read_text())["maps"] == {"photo": None, "title": tsne_name()}
    assert run("map", out) == f"{out}: map by titles, {tsne_name()}.\n"
    expected = {"bundle": str(out), "listings": 25, "maps": {"photo": None, "title": tsne_name()}}
    assert json.loads(run("map", out, "--json")) == expected
