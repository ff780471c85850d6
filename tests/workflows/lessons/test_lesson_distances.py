"""Pairs of a catalogue by distance, and the nearest listings of one, against products of the vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from product_matching.search.neighbours import to_distance
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder
from product_matching.workflows.lessons.distances import PairAt, lesson_side, pair_at, pairs_of_listings
from product_matching.workflows.lessons.neighbours import find_neighbours


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


def cosine_distances(finder: Finder, side: str) -> np.ndarray:
    """All distances of a side, shape (N, N)."""
    bundle = finder.bundle
    assert bundle.photo_vectors is not None
    assert bundle.title_matrix is not None
    vectors = bundle.photo_vectors if side == "photo" else bundle.title_matrix.toarray()
    wide = np.asarray(vectors, dtype=np.float64)
    return to_distance(wide @ wide.T)


@pytest.mark.parametrize("side", ["photo", "title"])
def test_pairs_have_their_own_distances_and_come_from_near_to_far(finder: Finder, side: str) -> None:
    pairs = pairs_of_listings(finder, side, [0, 3, 5])  # type: ignore[arg-type]
    expected = cosine_distances(finder, side)
    labels, has = finder.bundle.labels, finder.bundle.has_photo if side == "photo" else finder.bundle.has_title
    assert labels is not None
    assert len(pairs) == sum(int(has.sum()) - 1 for row in (0, 3, 5) if has[row])
    assert [pair.distance for pair in pairs] == sorted(pair.distance for pair in pairs)
    for pair in pairs:
        assert pair.distance == pytest.approx(expected[pair.first, pair.second], abs=2e-6)
        assert pair.same == (labels[pair.first] == labels[pair.second])
        assert has[pair.second]
        assert pair.first != pair.second


def test_the_pair_at_a_distance_is_the_nearest_of_all() -> None:
    pairs = [PairAt(0, row, distance, None) for row, distance in enumerate((0.1, 0.25, 0.25, 0.6), 1)]
    for distance in np.linspace(0, 1, 41):
        found = pair_at(pairs, float(distance))
        assert found is not None
        assert abs(found.distance - distance) == pytest.approx(min(abs(each.distance - distance) for each in pairs))
    assert pair_at([], 0.5) is None


@pytest.mark.parametrize("side", ["photo", "title"])
def test_the_nearest_listings_are_those_of_the_products(finder: Finder, side: str) -> None:
    has = finder.bundle.has_photo if side == "photo" else finder.bundle.has_title
    row = int(np.flatnonzero(has)[2])
    around = find_neighbours(finder, row, 5, side)  # type: ignore[arg-type]
    assert around is not None
    expected = np.delete(cosine_distances(finder, side)[row], row)
    assert around.distances.tolist() == pytest.approx(np.sort(expected)[:5].tolist(), abs=2e-6)
    assert row not in around.rows
    labels = finder.bundle.labels
    assert labels is not None
    assert around.n_same == int((labels == labels[row]).sum()) - 1
    assert around.right is not None
    assert around.right.tolist() == [labels[each] == labels[row] for each in around.rows]


def test_what_is_shown_is_within_the_threshold_and_among_the_k_nearest(finder: Finder) -> None:
    around = find_neighbours(finder, 0, 8, "photo")
    assert around is not None
    at_third = float(around.distances[2])
    assert around.shown(8, at_third) == int((around.distances <= at_third).sum()) >= 3
    assert around.shown(2, at_third) == 2
    assert around.shown(8, 0.0) == int((around.distances == 0).sum())
    assert around.n_right(0) == 0


def test_lessons_take_photos_and_else_titles(finder: Finder, bundles_of_one_side: dict[str, Finder]) -> None:
    assert lesson_side(finder) == "photo"
    titles = bundles_of_one_side["titles"]
    assert lesson_side(titles) == "title"
    assert find_neighbours(titles, 0, 3, "photo") is None
    assert pairs_of_listings(titles, "photo", [0, 1]) == []


@pytest.fixture(scope="module")
def bundles_of_one_side(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finder]:
    from product_matching.listings.catalogue import read_catalogue
    from product_matching.workflows.build import build_bundle

    folder = tmp_path_factory.mktemp("lesson_titles")
    (folder / "listings.csv").write_text("posting_id,title\na,paper bag\nb,paper cup\nc,lamp\n", encoding="utf-8")
    build_bundle(read_catalogue(folder / "listings.csv"), folder / "bundle")
    return {"titles": Finder(open_bundle(folder / "bundle"))}


def test_without_labels_nothing_is_said_to_be_right(bundles_of_one_side: dict[str, Finder]) -> None:
    around = find_neighbours(bundles_of_one_side["titles"], 0, 2, "title")
    assert around is not None
    assert around.right is None
    assert around.rows.tolist() == [1, 2]
    assert around.distances[1] == 1.0
    assert all(pair.same is None for pair in pairs_of_listings(bundles_of_one_side["titles"], "title", [0]))
