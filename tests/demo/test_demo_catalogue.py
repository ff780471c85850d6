"""The demo catalogue as it ships: complete, sound, and good for a first search."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.find import Finder, default_thresholds
from product_matching.workflows.verify import verify_bundle

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "demo"
BUNDLE = ROOT / "embeddings" / "demo"


@pytest.fixture(scope="module")
def listings() -> pd.DataFrame:
    return pd.read_csv(CATALOGUE / "listings.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(BUNDLE)


def test_it_is_as_large_as_promised(listings: pd.DataFrame) -> None:
    sizes = listings["label_group"].value_counts()
    assert len(listings) >= 2400
    assert (sizes > 1).sum() >= 500
    assert (sizes == 1).sum() >= 200
    assert listings["kind"].nunique() >= 14


def test_parts_share_no_label_group(listings: pd.DataFrame) -> None:
    assert set(listings["part"]) == {"train", "validation", "test"}
    assert listings.groupby("label_group")["part"].nunique().max() == 1


def test_every_photo_is_there_and_whole(listings: pd.DataFrame) -> None:
    queries = pd.read_csv(CATALOGUE / "queries.csv", keep_default_na=False)
    wanted = {*listings["image"], *queries["image"]}
    assert {path.name for path in (CATALOGUE / "images").iterdir()} == wanted
    for name in sorted(wanted):
        with Image.open(CATALOGUE / "images" / name) as photo:
            assert photo.format == "JPEG"
            assert photo.size == (256, 256)
            assert np.asarray(photo.convert("L")).std() > 5


def test_it_is_small_enough_to_ship() -> None:
    photos = [path.stat().st_size for path in (CATALOGUE / "images").iterdir()]
    assert sum(photos) < 35e6
    assert max(path.stat().st_size for path in BUNDLE.iterdir()) < 25e6


def test_the_bundle_is_of_these_listings_and_sound(bundle: Bundle, listings: pd.DataFrame) -> None:
    assert verify_bundle(BUNDLE) == []
    for column in ("posting_id", "title", "image", "part", "kind"):
        assert bundle.listings[column].tolist() == listings[column].tolist()
    assert bundle.manifest.n_photos == len(listings)
    assert bundle.manifest.n_queries == 40


def test_most_samples_with_a_match_find_one_and_most_others_nothing(bundle: Bundle) -> None:
    finder = Finder(bundle)
    thresholds = default_thresholds(bundle)
    labels = bundle.listings["label_group"].astype(str)
    found_one, other = [], 0
    assert bundle.samples is not None
    for sample in (bundle.samples[row] for row in range(len(bundle.samples))):
        found = finder.matches(finder.sample_query(sample.query_id, with_title=True), thresholds)
        if sample.label_group:
            found_one.append((labels.iloc[found.rows] == sample.label_group).any())
        else:
            other += len(found.rows) > 0
    assert len(found_one) >= 20
    assert np.mean(found_one) > 0.6
    assert other <= 4
