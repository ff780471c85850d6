"""The index of photos by budget, end to end: chosen at build, said, measured again, kept while the bundle grows."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.cli import main
from product_matching.encoders.cache import EmbeddingCache
from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.matching.thresholds import Thresholds
from product_matching.search import budget
from product_matching.search.budget import SearchBudget
from product_matching.store.bundle import open_bundle
from product_matching.store.manifest import PHOTO_CODES_FILE, PHOTO_INDEX_FILES, read_manifest
from product_matching.workflows.add_listings import add_listings
from product_matching.workflows.build import BuildOptions, build_bundle
from product_matching.workflows.compact_bundle import compact_bundle
from product_matching.workflows.find import Finder, default_thresholds
from product_matching.workflows.photo_index import measure_photo_index
from product_matching.workflows.remove_listings import remove_listings
from product_matching.workflows.verify import verify_bundle

#: More than an inverted file of the small catalogue takes, and less than its vectors: see the fixture.
MEGABYTES = 0.024
Build = Callable[..., Path]


@pytest.fixture
def small_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of 25 listings is searched exactly at any budget; without the fixed costs it is not."""
    monkeypatch.setattr(budget, "BASE_BYTES", 0)
    monkeypatch.setattr(budget, "BASE_MS", 0.0)


@pytest.fixture
def build(small_costs: None, small_catalogue: Path, tiny_model: Path, tmp_path: Path) -> Build:
    def build_small(megabytes: float) -> Path:
        catalogue = read_catalogue(small_catalogue / "listings.csv", images=small_catalogue / "images")
        encoder = PhotoEncoder.load(tiny_model, device="cpu", batch_size=8)
        options = BuildOptions(budget=SearchBudget(memory_mb=megabytes), keypoints=False)
        cache = EmbeddingCache(encoder.model, tmp_path / "cache")
        build_bundle(catalogue, tmp_path / "small", encoder=encoder, cache=cache, options=options)
        return tmp_path / "small"

    return build_small


def test_a_catalogue_beyond_the_budget_is_searched_by_lists_that_find_the_same(
    build: Build, small_bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build(MEGABYTES)
    bundle, exact = open_bundle(folder), open_bundle(small_bundle)
    assert bundle.manifest.index.photo.kind == "ivf"
    assert set(PHOTO_INDEX_FILES) < set(bundle.manifest.files)
    assert verify_bundle(folder) == []
    ours, theirs = Finder(bundle), Finder(exact)
    for row in range(25):
        found, true = (one.matches(one.listing_query(row), default_thresholds(exact)) for one in (ours, theirs))
        np.testing.assert_array_equal(found.rows, true.rows)
        np.testing.assert_array_equal(found.photo, true.photo)
    monkeypatch.setattr(sys, "argv", ["product-matching", "verify", str(folder), "--json"])
    with pytest.raises(SystemExit):
        main()
    answer = json.loads(capsys.readouterr().out)
    assert answer["problems"] == []
    spec = bundle.manifest.index.photo.ivf
    assert f"finds {spec.recall:.3f} of the neighbours within {spec.distance:g}" in answer["index"]["photo"]
    assert f"measured again: {spec.recall:.3f}" in answer["index"]["photo"]
    measured = measure_photo_index(bundle)
    assert measured is not None
    assert measured.measured is not None
    worse = measured._replace(measured=measured.measured._replace(recall=0.9))
    assert worse.problem == (
        f"The index of the photos finds 0.900 of the neighbours, but the manifest has {spec.recall:.3f}: "
        "build the bundle anew."
    )
    codes = folder / PHOTO_CODES_FILE
    codes.write_bytes(codes.read_bytes()[:-3] + b"abc")
    assert verify_bundle(folder) == [f"{PHOTO_CODES_FILE} is not the file that the manifest names (SHA-256 differs)."]


def test_a_bundle_with_lists_is_searched_whole_while_it_shrinks_and_grows(
    build: Build, small_catalogue: Path, tiny_model: Path
) -> None:
    folder = build(MEGABYTES)
    thresholds = default_thresholds(open_bundle(folder))
    everything = read_catalogue(small_catalogue / "listings.csv", images=small_catalogue / "images")
    again = Catalogue(everything.listings.iloc[4:5].reset_index(drop=True), everything.image_folder)
    remove_listings(folder, ["1b"])
    assert found_by_photo(folder, thresholds, "1a") == {"1c"}
    add_listings(folder, again, open_encoder=lambda _: PhotoEncoder.load(tiny_model, device="cpu"))
    assert found_by_photo(folder, thresholds, "1a") == {"1b", "1c"}
    assert found_by_photo(folder, thresholds, "1b") == {"1a", "1c"}
    assert verify_bundle(folder) == []
    assert compact_bundle(folder).index.photo.kind == "ivf"
    assert verify_bundle(folder) == []
    assert found_by_photo(folder, thresholds, "1a") == {"1b", "1c"}


def found_by_photo(folder: Path, thresholds: Thresholds, posting_id: str) -> set[str]:
    """Ids of the matches by photo."""
    bundle = open_bundle(folder)
    finder = Finder(bundle)
    query = replace(finder.listing_query(bundle.row_of(posting_id)), title=None)
    found = finder.matches(query, Thresholds(thresholds.photo, None)).rows
    return set(bundle.listings["posting_id"].iloc[found])


def test_a_budget_that_the_exact_index_fits_changes_nothing_but_the_manifest(build: Build, small_bundle: Path) -> None:
    manifest = read_manifest(build(10.0))
    assert manifest.index == read_manifest(small_bundle).index
    assert manifest.budget == SearchBudget(memory_mb=10.0)
    assert "budget" not in json.loads((small_bundle / "manifest.json").read_text())


def test_a_budget_that_nothing_fits_is_refused_before_a_photo_is_read(build: Build, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="25 photos of 256 numbers do not fit the budget"):
        build(0.01)
    assert not (tmp_path / "small").exists()
