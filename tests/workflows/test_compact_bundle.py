"""A bundle that is compacted is the one that is built of its listings, with its settings and its identity."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.encoders.print_cache import PrintCache
from product_matching.errors import InputError
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import MANIFEST_FILE, read_manifest, rewrite_manifest
from product_matching.workflows.add_keypoints import add_keypoints
from product_matching.workflows.add_listings import add_listings
from product_matching.workflows.compact_bundle import compact_bundle
from product_matching.workflows.map_listings import add_map, has_vector
from product_matching.workflows.read_prints import read_bundle
from product_matching.workflows.remove_listings import remove_listings
from product_matching.workflows.verify import verify_bundle
from tests.print_stand_in import StandInReader
from tests.store.grown import FIRST, Growing, growing

__all__ = ["growing"]


def add(growing: Growing, folder: Path, start: int, stop: int | None = None) -> None:
    new = growing.rows(start, stop)
    add_listings(folder, new, open_encoder=lambda _: growing.encoder, cache=growing.cache)


def test_a_compacted_bundle_is_that_of_a_build_byte_for_byte(growing: Growing, tmp_path: Path) -> None:
    folder = growing.copy(tmp_path)
    add(growing, folder, FIRST, 21)
    add(growing, folder, 21)
    remove_listings(folder, ["1a", "6c"])
    rewrite_manifest(folder, lambda manifest: replace(manifest, photo_threshold=None))
    grown = read_manifest(folder)
    compacted = compact_bundle(folder)
    left = growing.whole.listings[~growing.whole.listings["posting_id"].isin(["1a", "6c"])]
    built = read_manifest(growing.build(growing.of(left), tmp_path / "built" / "small"))
    assert compacted == read_manifest(folder)
    assert compacted.files == built.files
    assert compacted.catalogue_id == grown.catalogue_id
    assert compacted.photo_threshold is None
    assert compacted.title_threshold == grown.title_threshold
    assert compacted.growth is None
    assert {path.name for path in folder.iterdir()} == {*built.files, MANIFEST_FILE, ".lock"}
    assert verify_bundle(folder) == []
    text = (folder / MANIFEST_FILE).read_bytes()
    assert compact_bundle(folder) == compacted  # there is nothing to do
    assert (folder / MANIFEST_FILE).read_bytes() == text


def test_new_listings_get_the_place_of_the_nearest_one_on_a_map(growing: Growing, tmp_path: Path) -> None:
    folder = growing.copy(tmp_path)
    add_map(folder)
    before = open_bundle(folder)
    add(growing, folder, FIRST)
    grown = open_bundle(folder)
    assert grown.photo_map is not None
    assert np.isnan(grown.photo_map.points[FIRST:]).all()
    assert verify_bundle(folder) == []
    with pytest.raises(InputError, match="compact it first"):
        add_keypoints(folder)
    compact_bundle(folder)
    after = open_bundle(folder)
    for old, new, side in ((before.photo_map, after.photo_map, "photo"), (before.title_map, after.title_map, "title")):
        assert np.array_equal(new.points[:FIRST], old.points)
        assert np.isfinite(new.points[:, 0]).tolist() == has_vector(after, side).tolist()
    photos = np.array(after.photo_vectors, dtype=np.float64)
    nearest = [int((photos[:FIRST] @ photo).argmax()) for photo in photos[FIRST:24]]
    assert np.array_equal(after.photo_map.points[FIRST:24], before.photo_map.points[nearest])
    assert verify_bundle(folder) == []


def test_samples_and_a_base_that_was_not_moved_yet_are_kept(
    growing: Growing, small_queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from product_matching.workflows import compact_bundle as module
    from product_matching.workflows.build import build_bundle
    from product_matching.workflows.query_list import read_queries

    folder = tmp_path / "small"
    queries = read_queries(small_queries, images=growing.source / "images")
    build_bundle(growing.rows(0, FIRST), folder, encoder=growing.encoder, cache=growing.cache, queries=queries)
    before = open_bundle(folder)
    add(growing, folder, FIRST, 20)
    with monkeypatch.context() as patch:
        patch.setattr(module, "_move_base", lambda change: change.manifest)
        compact_bundle(folder)
    middle = read_manifest(folder)
    assert middle.growth is not None
    assert middle.growth.base is not None
    assert verify_bundle(folder) == []
    shutil.copytree(folder, tmp_path / "other")
    add(growing, folder, 20)
    add(growing, tmp_path / "other", 20)
    compact_bundle(folder)
    for each in (folder, tmp_path / "other"):
        bundle = open_bundle(each)
        assert len(bundle) == len(growing.whole)
        assert bundle.samples is not None
        assert before.samples is not None
        assert bundle.samples.table.equals(before.samples.table)
        assert verify_bundle(each) == []


def test_print_that_was_read_is_kept_and_that_of_new_photos_may_wait(growing: Growing, tmp_path: Path) -> None:
    from product_matching.workflows.build import build_bundle

    folder = tmp_path / "small"
    build_bundle(growing.rows(0, FIRST), folder, encoder=growing.encoder, cache=growing.cache)
    reader = StandInReader(lambda photo: (f"{photo.width} x {photo.height}",))
    read_bundle(folder, [reader], cache=PrintCache(StandInReader(()), tmp_path / "cache"))
    before = open_bundle(folder)
    add(growing, folder, FIRST)
    compact_bundle(folder)
    after = open_bundle(folder)
    with_photo = np.flatnonzero(after.has_photo)
    assert [after.print_of(row) for row in range(FIRST)] == [before.print_of(row) for row in range(FIRST)]
    assert {after.print_of(int(row)) for row in with_photo[with_photo >= FIRST]} == {None}
    assert verify_bundle(folder) == []
