"""Keypoints added to a bundle that is there: nothing else of it changes."""

import shutil
from pathlib import Path

import pytest

from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.listings.catalogue import read_catalogue
from product_matching.progress import Cancelled
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import MANIFEST_FILE, read_manifest
from product_matching.workflows.add_keypoints import add_keypoints
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.verify import verify_bundle
from tests.recorded_progress import RecordedProgress


def content(folder: Path) -> dict[str, bytes]:
    """What was built, without what other tests keep beside it."""
    built = [folder / MANIFEST_FILE, *(folder / name for name in read_manifest(folder).files)]
    return {path.name: path.read_bytes() for path in built}


@pytest.fixture
def plain(small_catalogue: Path, tiny_model: Path, tmp_path: Path) -> Path:
    """The bundle of the small catalogue, built without keypoints."""
    images = small_catalogue / "images"
    build_bundle(
        read_catalogue(small_catalogue / "listings.csv", images=images),
        tmp_path / "small",
        encoder=PhotoEncoder.load(tiny_model, device="cpu", batch_size=8),
        options=BuildOptions(keypoints=False),
    )
    return tmp_path / "small"


def test_a_bundle_built_without_becomes_the_one_built_with_them(
    plain: Path, small_bundle: Path, small_catalogue: Path
) -> None:
    before = content(plain)
    assert "keypoints.bin" not in before
    assert open_bundle(plain).manifest.keypoints is None
    progress = RecordedProgress()
    add_keypoints(plain, images=small_catalogue / "images", progress=progress)
    after = content(plain)
    assert progress.stages == {"keypoints": [25, 25]}
    assert {name: after[name] for name in before if name != "manifest.json"} == {
        name: before[name] for name in before if name != "manifest.json"
    }
    assert after == content(small_bundle)
    add_keypoints(plain, images=small_catalogue / "images")
    assert content(plain) == after


def test_without_the_photos_the_thumbnails_are_taken(plain: Path) -> None:
    opened = open_bundle(plain)
    expected = opened.keypoints(0)
    add_keypoints(plain)
    found = open_bundle(plain).keypoints(0)
    assert found is not None
    assert expected is not None
    assert found.to_bytes() == expected.to_bytes()
    assert verify_bundle(plain) == []


def test_a_cancelled_run_leaves_the_bundle_as_it_was(plain: Path) -> None:
    before = content(plain)
    with pytest.raises(Cancelled):
        add_keypoints(plain, progress=RecordedProgress(cancel_in="keypoints", cancel_after=5))
    assert content(plain) == before


def test_a_catalogue_without_photos_has_no_keypoints(small_catalogue: Path, tmp_path: Path) -> None:
    shutil.copy(small_catalogue / "listings.csv", tmp_path / "listings.csv")
    build_bundle(read_catalogue(tmp_path / "listings.csv"), tmp_path / "titles", encoder=None)
    assert open_bundle(tmp_path / "titles").keypoints(0) is None
    with pytest.raises(InputError, match="The catalogue titles has no photos to find keypoints on"):
        add_keypoints(tmp_path / "titles")
