"""What the answers of a catalogue rest on, and the cautions beside it."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from product_matching.cli import main
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import MANIFEST_FILE, Manifest, TunedThreshold, rewrite_manifest
from product_matching.workflows.description.basis import describe_basis, say_shift
from product_matching.workflows.remove_listings import remove_listings


def tuned_for(n: int) -> dict[str, TunedThreshold]:
    return {f"{side}_threshold": TunedThreshold(distance=0.3, n=n, protocol="by hand") for side in ("photo", "title")}


@pytest.fixture
def folder(small_bundle: Path, tmp_path: Path) -> Path:
    """A bundle whose thresholds were tuned for twice its listings."""
    copied = tmp_path / "copied"
    shutil.copytree(small_bundle, copied)

    def change(manifest: Manifest) -> Manifest:
        return replace(manifest, **tuned_for(2 * manifest.n_listings))

    rewrite_manifest(copied, change)
    return copied


def test_thresholds_of_another_size_are_told_with_the_one_to_try(folder: Path) -> None:
    bundle = open_bundle(folder)
    n = len(bundle)
    found = {each.name: each for each in describe_basis(bundle, None)}
    assert found["Threshold by photo"].caution == (
        f"The photo threshold 0.3 was tuned for {2 * n} listings, and there are {n}: the best one rises as a catalogue "
        "shrinks, so try 0.34."
    )
    assert found["Threshold by title"].caution.endswith("so try 0.356.")
    assert found["Threshold by title"].value == f"0.3, tuned for {2 * n} listings (by hand)"
    assert found["Search by photo"].value == "exact: a query is compared with every listing"
    assert found["Photo model"].value.startswith(f"{bundle.manifest.photo_model.name} (")  # type: ignore[union-attr]
    assert found["Unreadable photos"].value.split(":")[0] in {"none", str(len(bundle.manifest.unreadable_photos))}
    assert bundle.manifest.catalogue_id in found["Bundle"].value


def test_what_was_added_and_removed_is_counted(folder: Path) -> None:
    ids = open_bundle(folder).listings["posting_id"].tolist()
    remove_listings(folder, ids[:2])
    found = {each.name: each.value for each in describe_basis(open_bundle(folder), None)}
    assert found["Listings"].startswith(f"{len(ids) - 2}: ")
    assert found["Listings"].endswith("; since the build 0 added, 2 removed")


def test_thresholds_of_about_this_size_are_not_cautioned_of(small_bundle: Path) -> None:
    manifest = open_bundle(small_bundle).manifest
    for n in (manifest.n_listings, manifest.n_listings + 1):
        assert say_shift(replace(manifest, **tuned_for(n)), "title") == ""
    assert say_shift(replace(manifest, title_threshold=None), "title") == ""


def test_the_basis_of_a_bundle_that_was_removed_since_is_still_told(folder: Path) -> None:
    bundle = open_bundle(folder)
    (folder / MANIFEST_FILE).unlink()
    assert describe_basis(bundle, None)[-1].value == f"format 2, {bundle.manifest.catalogue_id}"


def test_verify_tells_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def verify(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["product-matching", "verify", str(folder), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    manifest = open_bundle(folder).manifest
    cautions = [say_shift(manifest, "photo"), say_shift(manifest, "title")]
    assert json.loads(verify("--json"))["cautions"] == cautions
    assert verify().splitlines()[-2:] == cautions
