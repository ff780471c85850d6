"""Maps of a bundle: kept in it, checked when it is opened and verified; areas, and the nearest other listing."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_distances

from product_matching.encoders import plane
from product_matching.encoders.plane import PCA_NAME, tsne_name
from product_matching.errors import InputError
from product_matching.progress import Cancelled
from product_matching.store.bundle import open_bundle
from product_matching.store.pair_scores import PAIR_SCORES_FILE
from product_matching.store.segments import LOCK_FILE
from product_matching.workflows import map_listings
from product_matching.workflows.map_listings import (
    add_map,
    has_vector,
    map_at_once,
    nearest_listing,
    rows_inside,
    sides_of,
)
from product_matching.workflows.verify import verify_bundle
from tests.recorded_progress import RecordedProgress
from tests.store.forgery import check_that_damage_is_named, name_new_sizes


@pytest.fixture(autouse=True)
def few_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane, "_EARLY", 30)
    monkeypatch.setattr(plane, "_LATE", 30)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != LOCK_FILE}


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the small bundle: 25 listings, the last one without a photo."""
    return shutil.copytree(small_bundle, tmp_path / "small")


def test_maps_are_added_and_nothing_else_changes(bundle: Path) -> None:
    (bundle / PAIR_SCORES_FILE).write_bytes(b"scores")
    before = content(bundle)
    assert open_bundle(bundle).photo_map is None
    add_map(bundle)
    after = content(bundle)
    assert {name: after[name] for name in before if name != "manifest.json"} == {
        name: before[name] for name in before if name != "manifest.json"
    }
    assert set(after) - set(before) == {"photo_map.npy", "title_map.npy"}
    opened = open_bundle(bundle)
    assert opened.photo_map is not None
    assert opened.title_map is not None
    assert opened.photo_map.method == opened.title_map.method == tsne_name()
    assert np.isnan(opened.photo_map.points).tolist() == [[False, False]] * 24 + [[True, True]]
    assert np.isfinite(opened.title_map.points).all()
    assert map_at_once(opened, "photo") is opened.photo_map
    assert verify_bundle(bundle) == []
    add_map(bundle)
    assert content(bundle) == after


def test_without_the_extra_the_maps_are_by_principal_components(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_listings, "has_tsne", lambda: False)
    at_once = map_at_once(open_bundle(bundle), "photo")
    maps = add_map(bundle).maps
    assert maps is not None
    assert (maps.photo, maps.title) == (PCA_NAME, PCA_NAME)
    stored = open_bundle(bundle).photo_map
    assert stored is not None
    np.testing.assert_array_equal(stored.points, at_once.points)


def test_a_cancelled_map_leaves_the_bundle_as_it_was(bundle: Path) -> None:
    before = content(bundle)
    with pytest.raises(Cancelled):
        add_map(bundle, progress=RecordedProgress(cancel_in="placing listings", cancel_after=20))
    assert content(bundle) == before


def test_a_damaged_map_is_named(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_listings, "has_tsne", lambda: False)
    add_map(bundle)
    points = np.load(bundle / "photo_map.npy")
    half = points.copy()
    half[3, 1] = np.inf
    for wrong in (points[:-1], points.astype(np.float64), half):
        np.save(bundle / "photo_map.npy", wrong)
        name_new_sizes(bundle, "photo_map.npy")
        with pytest.raises(InputError, match=r"photo_map\.npy"):
            open_bundle(bundle)
    points[3] = np.nan
    np.save(bundle / "photo_map.npy", points)
    name_new_sizes(bundle, "photo_map.npy")
    assert verify_bundle(bundle) == [
        "photo_map.npy is not the file that the manifest names (SHA-256 differs).",
        "The map by photos does not have a place for exactly the listings with a vector.",
    ]
    check_that_damage_is_named(bundle, "title_map.npy")


def test_an_area_holds_what_a_plain_ray_finds_in_it() -> None:
    rng = np.random.default_rng(5)
    points = rng.uniform(size=(400, 2)).astype(np.float32)
    points[7] = np.nan
    area = np.array([(0.1, 0.2), (0.9, 0.1), (0.5, 0.5), (0.8, 0.9), (0.2, 0.8), (0.9, 0.3)])  # crosses itself

    def is_inside(x: float, y: float) -> bool:
        crossings = 0
        for (x0, y0), (x1, y1) in zip(area, [*area[1:], area[0]], strict=True):
            if min(y0, y1) <= y < max(y0, y1) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
                crossings += 1
        return crossings % 2 == 1

    expected = [row for row, (x, y) in enumerate(points.astype(float).tolist()) if is_inside(x, y)]
    assert 50 < len(expected) < 350
    assert rows_inside(points, area).tolist() == expected


def test_the_nearest_other_listing_is_that_of_all_distances(small_bundle: Path) -> None:
    opened = open_bundle(small_bundle)
    for side, vectors in (("photo", opened.photo_vectors), ("title", opened.title_matrix)):
        distances = cosine_distances(vectors) + 9 * np.eye(len(opened))
        placed = has_vector(opened, side)
        nearest = nearest_listing(opened, side)
        assert np.isnan(nearest).tolist() == (~placed).tolist()
        np.testing.assert_allclose(nearest[placed], distances.min(axis=1)[placed], atol=2e-6)
    assert sides_of(opened) == ["photo", "title"]
