"""`publish`, and what `find`, `add` and `remove` make of a published bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from product_matching.cli import app
from product_matching.listings.catalogue import read_catalogue
from product_matching.search.milvus.connection import ADDRESS_VARIABLE, disconnect
from product_matching.store.bundle import open_bundle
from product_matching.store.milvus_addresses import milvus_address
from product_matching.workflows.build import build_bundle

pytest.importorskip("milvus_lite", reason="the extra 'milvus' is not installed")
TITLES = ["red tea pot", "red tea pot large", "blue tea cup", "green lamp", "green lamp small", "lamp"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def found(folder: Path, title: str) -> tuple[Any, str]:
    """The matches of a title, and what was said on stderr."""
    result = run("find", folder, "--title", title, "--mode", "duplicates", "--title-threshold", "0.6", "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["matches"], result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bundle of `TITLES`."""
    lines = [f"p{number},{title}" for number, title in enumerate(TITLES)]
    (tmp_path / "listings.csv").write_text("\n".join(["posting_id,title", *lines]) + "\n")
    build_bundle(read_catalogue(tmp_path / "listings.csv"), tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path / "lite.db")
    disconnect(str(tmp_path / "lite.db"))


def test_a_published_bundle_is_searched_there_and_follows_what_is_added_and_removed(
    folder: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("publish", folder, "--milvus", address, "--json")
    told = json.loads(result.stdout)
    assert (told["milvus"], told["listings"], told["sent"], told["exact"]) == (address, 6, 6, True)
    assert run("publish", folder).stdout.strip().endswith("(exact); 0 sent, 0 removed.")
    (tmp_path / "new.csv").write_text("posting_id,title\nnew,red tea pot small\n")
    assert run("add", folder, tmp_path / "new.csv", "--no-place").exit_code == 0
    assert run("remove", folder, "p1").exit_code == 0
    served, said = found(folder, "red tea pot")
    assert said == ""
    assert {match["posting_id"] for match in served} >= {"p0", "new"}
    assert "p1" not in {match["posting_id"] for match in served}
    monkeypatch.setenv(ADDRESS_VARIABLE, "off")
    assert found(folder, "red tea pot") == (served, "")


def test_without_its_milvus_a_change_and_a_search_say_so_and_go_on_locally(
    folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    local, _ = found(folder, "red tea pot")
    monkeypatch.setenv(ADDRESS_VARIABLE, address)
    matches, said = found(folder, "red tea pot")
    assert matches == local
    assert (
        said
        == f"There is no Milvus Lite file {address}: publish a bundle to it first. The local index answers instead.\n"
    )
    removed = run("remove", folder, "p5")
    assert removed.exit_code == 0
    assert removed.stderr.startswith(
        "The bundle is changed, but Milvus is not up to date: There is no Milvus Lite file"
    )


def test_a_bundle_is_searched_locally_again(folder: Path, address: str) -> None:
    run("publish", folder, "--milvus", address)
    assert run("publish", folder, "--local").stdout == f"{folder} is searched locally.\n"
    assert milvus_address(open_bundle(folder).manifest.catalogue_id) is None


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ([], 2, "give --milvus ADDRESS: the bundle was not published before"),
        (["--milvus", "db", "--local"], 2, "--local leaves Milvus: leave --milvus out"),
        (["--milvus", "x.db", "--probes", "3"], 2, "--probes is for --index ivf_flat"),
    ],
)
def test_options_that_do_not_fit_are_refused(folder: Path, options: list[str], status: int, message: str) -> None:
    result = run("publish", folder, *options)
    assert result.exit_code == status
    assert message in " ".join(result.output.replace("│", " ").split())
