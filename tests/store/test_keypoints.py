"""Keypoints of a bundle: those it holds, those of its thumbnails, and damage."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from product_matching.encoders.keypoints import find_keypoints
from product_matching.errors import InputError
from product_matching.listings.photos import decode_photo, read_photo
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.verify import verify_bundle
from tests.store.forgery import edit_manifest, name_new_sizes


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Path:
    shutil.copytree(small_bundle, tmp_path / "bundle")
    return tmp_path / "bundle"


def without_keypoints(folder: Path) -> Bundle:
    """The bundle as it was written before there were keypoints."""
    for name in ("keypoints.bin", "keypoint_offsets.npy"):
        (folder / name).unlink()
        edit_manifest(folder, lambda manifest, name=name: manifest["files"].pop(name))
    edit_manifest(folder, lambda manifest: manifest.pop("keypoints"))
    return open_bundle(folder)


def test_a_bundle_holds_the_keypoints_of_its_photos(small_bundle: Path, small_catalogue: Path) -> None:
    bundle = open_bundle(small_bundle)
    for row in (0, 7, 23):
        photo = decode_photo(read_photo(small_catalogue / "images" / bundle.listings["image"][row]))
        held, found = bundle.keypoints(row), find_keypoints(photo)
        assert held is not None
        for name in ("points", "descriptors", "colours"):
            np.testing.assert_array_equal(getattr(held, name), getattr(found, name))
        assert held.size == found.size
    assert bundle.keypoints(24) is None


def test_a_bundle_from_before_gives_those_of_its_thumbnails(bundle: Path) -> None:
    older = without_keypoints(bundle)
    assert older.thumbnails is not None
    found = older.keypoints(0)
    assert found is not None
    expected = find_keypoints(decode_photo(older.thumbnails.get(0) or b""))
    np.testing.assert_array_equal(found.points, expected.points)
    assert older.keypoints(0) is found
    assert older.keypoints(24) is None
    assert verify_bundle(bundle) == []


def test_keypoints_of_another_kind_are_left_aside(bundle: Path) -> None:
    edit_manifest(bundle, lambda manifest: manifest.update(keypoints="orb-500"))
    opened = open_bundle(bundle)
    found = opened.keypoints(0)
    assert found is not None
    assert opened.keypoints(0) is found


def test_a_sample_photo_has_keypoints(sampled_bundle: Path) -> None:
    bundle = open_bundle(sampled_bundle)
    expected = find_keypoints(decode_photo(bundle.sample("q3").picture))
    found = bundle.keypoints_of_sample("q3")
    assert found is not None
    assert found.to_bytes() == expected.to_bytes()
    assert bundle.keypoints_of_sample("no such") is None


def test_a_damaged_row_is_one_sentence_when_it_is_read_and_when_the_bundle_is_verified(bundle: Path) -> None:
    content = bytearray((bundle / "keypoints.bin").read_bytes())
    content[:2] = b"\xff\xff"
    (bundle / "keypoints.bin").write_bytes(content)
    name_new_sizes(bundle, "keypoints.bin")
    opened = open_bundle(bundle)
    with pytest.raises(InputError, match=r"keypoints\.bin is damaged \(row 0: .*: find the keypoints anew\."):
        opened.keypoints(0)
    assert opened.keypoints(1) is not None
    differs, damaged = verify_bundle(bundle)
    assert differs == "keypoints.bin is not the file that the manifest names (SHA-256 differs)."
    assert "is damaged (row 0" in damaged


def test_verify_finds_a_photo_without_keypoints(bundle: Path) -> None:
    offsets = np.load(bundle / "keypoint_offsets.npy")
    content = (bundle / "keypoints.bin").read_bytes()
    (bundle / "keypoints.bin").write_bytes(content[offsets[1] :])
    np.save(bundle / "keypoint_offsets.npy", np.maximum(offsets - offsets[1], 0))
    name_new_sizes(bundle, "keypoints.bin", "keypoint_offsets.npy")
    assert verify_bundle(bundle)[-1] == "There are not keypoints for exactly the listings with a photo."
