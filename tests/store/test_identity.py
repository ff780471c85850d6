"""The id of a catalogue: derived once, kept by rebuilds, and derived for bundles of the format before."""

import json
import logging
import shutil
import uuid
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.store.bundle import open_bundle
from product_matching.store.identity import derive_catalogue_id
from product_matching.store.manifest import Manifest, read_manifest
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.find import Finder, default_thresholds
from product_matching.workflows.verify import verify_bundle
from tests.store.forgery import edit_manifest

ANEW = BuildOptions(overwrite=True)


def build(out: Path, *posting_ids: str, options: BuildOptions | None = None) -> Manifest:
    titles = [f"Red lamp {posting_id}" for posting_id in posting_ids]
    listings = pd.DataFrame({"posting_id": posting_ids, "title": titles})
    return build_bundle(Catalogue(listings, None), out, options=options)


def as_format_1(folder: Path) -> None:
    """Turn a bundle into one of the format before there were ids and indexes."""

    def forget(manifest: dict[str, object]) -> None:
        manifest["format"] = 1
        del manifest["catalogue_id"], manifest["index"]
        for side in ("photo_threshold", "title_threshold"):
            threshold = manifest[side]
            if isinstance(threshold, dict):
                del threshold["precision"], threshold["recall"]

    edit_manifest(folder, forget)


def as_known_before(manifest: Manifest) -> Manifest:
    """The manifest without what the format before did not know of a threshold: precision and recall at it."""
    photo, title = (
        None if threshold is None else replace(threshold, precision=None, recall=None)
        for threshold in (manifest.photo_threshold, manifest.title_threshold)
    )
    return replace(manifest, photo_threshold=photo, title_threshold=title)


def test_the_id_is_a_uuid_that_depends_on_name_and_listings_and_not_on_their_order() -> None:
    first = derive_catalogue_id("shop", ["a", "b"])
    assert str(uuid.UUID(first)) == first == derive_catalogue_id("shop", ["b", "a"])
    others = [("shop", ["a"]), ("shop", ["a", "b", "c"]), ("store", ["a", "b"]), ("shop", ["a, b"]), ("shop", ["ab"])]
    assert len({first, *(derive_catalogue_id(name, ids) for name, ids in others)}) == 6


def test_the_id_stays_as_bundles_hold_it() -> None:
    assert derive_catalogue_id("shop", ["a", "b"]) == "acda690f-723f-546b-bf04-9564ab8f673c"


def test_the_same_input_gives_the_same_id_and_other_catalogues_have_others(tmp_path: Path) -> None:
    first = build(tmp_path / "one" / "shop", "a", "b")
    assert build(tmp_path / "two" / "shop", "a", "b").catalogue_id == first.catalogue_id
    assert build(tmp_path / "other", "a", "b").catalogue_id != first.catalogue_id
    assert build(tmp_path / "three" / "shop", "c", "d").catalogue_id != first.catalogue_id


def test_a_rebuild_with_other_listings_keeps_the_id(tmp_path: Path) -> None:
    first = build(tmp_path / "shop", "a", "b")
    for posting_ids in (("a", "b", "c"), ("x",)):
        rebuilt = build(tmp_path / "shop", *posting_ids, options=ANEW)
        assert rebuilt.catalogue_id == first.catalogue_id == read_manifest(tmp_path / "shop").catalogue_id
        assert rebuilt.n_listings == len(posting_ids)


def test_a_rebuild_over_a_bundle_of_the_format_before_keeps_the_id_that_it_had(tmp_path: Path) -> None:
    build(tmp_path / "shop", "a", "b")
    as_format_1(tmp_path / "shop")
    before = read_manifest(tmp_path / "shop").catalogue_id
    assert build(tmp_path / "shop", "a", "c", options=ANEW).catalogue_id == before


def test_a_damaged_manifest_is_rebuilt_with_a_derived_id_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = build(tmp_path / "shop", "a", "b")
    (tmp_path / "shop" / "manifest.json").write_text("{")
    with caplog.at_level(logging.WARNING):
        assert build(tmp_path / "shop", "a", "b", options=ANEW).catalogue_id == first.catalogue_id
    assert "gets a new id" in caplog.text


def test_a_bundle_of_the_format_before_opens_and_answers_as_before(small_bundle: Path, tmp_path: Path) -> None:
    new, old = open_bundle(small_bundle), tmp_path / "small"
    shutil.copytree(small_bundle, old)
    as_format_1(old)
    bundle = open_bundle(old)
    assert json.loads((old / "manifest.json").read_text())["format"] == 1
    assert bundle.manifest == as_known_before(new.manifest)
    assert verify_bundle(old) == []
    thresholds = default_thresholds(new)
    found = [Finder(one).matches(Finder(one).listing_query(4), thresholds).rows.tolist() for one in (bundle, new)]
    assert found[0] == found[1]
    assert found[0]


def test_the_demo_catalogue_that_ships_opens() -> None:
    demo = Path(__file__).parents[2] / "embeddings" / "demo"
    manifest = read_manifest(demo)
    assert manifest.catalogue_id == derive_catalogue_id("demo", open_bundle(demo).listings["posting_id"])


@pytest.mark.parametrize("content", [None, b"no parquet", b""])
def test_a_bundle_of_the_format_before_without_listings_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    build(tmp_path / "shop", "a", "b")
    as_format_1(tmp_path / "shop")
    listings = tmp_path / "shop" / "listings.parquet"
    listings.unlink()
    if content is not None:
        listings.write_bytes(content)
    with pytest.raises(InputError, match=r"(is incomplete|is damaged).*listings\.parquet.*[Bb]uild it anew") as caught:
        open_bundle(tmp_path / "shop")
    assert "\n" not in str(caught.value)
