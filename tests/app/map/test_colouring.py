"""Colours of the map: the most frequent values, and the nearest other listing in steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from product_matching.app.components.map import CATEGORIES, STEPS
from product_matching.app.map.colouring import (
    LABELS,
    NEAREST,
    by_column,
    by_distance,
    by_labels,
    by_probability,
    colour_choices,
)
from product_matching.app.map.places import MARGIN, fitting_box, places_of, rows_in_area
from product_matching.search.neighbours import sort_neighbours
from product_matching.store.bundle import Bundle, open_bundle


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    """The small bundle with two columns more: one of three values, one of a value for each listing."""
    opened = open_bundle(small_bundle)
    opened.listings["type_of_good"] = [*["a_b"] * 9, *["c"] * 12, *[""] * 4]
    opened.listings["colour"] = [f"c{row}" for row in range(25)]
    return opened


def test_the_most_frequent_values_have_colours_and_the_legend_counts_them(bundle: Bundle) -> None:
    colouring = by_column(bundle, "column type_of_good")
    assert colouring.colours.tolist() == [*[1] * 9, *[0] * 12, *[CATEGORIES + 1] * 4]
    legend = [(entry.label, entry.count, entry.colour) for entry in colouring.legend(np.arange(25))]
    assert legend == [("C", 12, 0), ("A b", 9, 1), ("Without one", 4, CATEGORIES + 1)]
    assert [entry.count for entry in colouring.legend(np.arange(8, 25))] == [12, 1, 4]


def test_what_is_beyond_the_largest_values_shares_one_colour(bundle: Bundle) -> None:
    colouring = by_column(bundle, "column colour")
    assert colouring.colours.tolist() == [*range(CATEGORIES), *[CATEGORIES] * (25 - CATEGORIES)]
    labels = by_labels(bundle)
    assert labels.colours.tolist() == [row // 3 for row in range(24)] + [8]
    assert labels.labels[1] == "Nescafe Eclair Latte 220ml"


def test_columns_with_few_values_can_be_chosen_and_come_first(bundle: Bundle) -> None:
    assert list(colour_choices(bundle, grouped=False)) == ["column type_of_good", LABELS, NEAREST]
    assert "groups" in colour_choices(bundle, grouped=True)


def test_a_distance_is_coloured_by_its_share_of_the_threshold() -> None:
    nearest = np.array([0.0, 0.2, 0.21, 0.4, 0.41, 0.5, 0.51, 1.0, np.nan])
    assert by_distance(nearest, 0.4).colours.tolist() == [4, 3, 2, 2, 1, 1, 0, 0, STEPS + 1]


def test_a_listing_is_coloured_by_its_likeliest_duplicate() -> None:
    pairs = ((0, 1, 0.05), (0, 2, 0.5), (2, 3, 0.95))
    both = [
        *pairs,
        *((second, first, distance) for first, second, distance in pairs),
        *((row, row, 0.0) for row in range(5)),
    ]
    first, second, distances = (np.array(column) for column in zip(*both, strict=True))
    colouring = by_probability(sort_neighbours(first, second, distances, 5))
    assert colouring.colours.tolist() == [3, 3, 2, 0, 0]


def test_places_fill_the_map_and_an_area_lists_from_its_middle_outwards(small_bundle: Path) -> None:
    places = places_of(open_bundle(small_bundle), "photo")
    assert places.points.rows is not None
    assert places.placed.tolist() == places.points.rows.tolist() == list(range(24))
    sent = places.points.places.astype(int)
    reach = sent.max(axis=0) - sent.min(axis=0)
    assert abs(reach.max() - (1 - 2 * MARGIN) * 65535) <= 1
    left, top, right, bottom = places.points.fit
    assert (left, top) == tuple(sent.min(axis=0))
    assert (right, bottom) == tuple(sent.max(axis=0))
    whole = rows_in_area(places, (0, 0, 65535, 0, 65535, 65535, 0, 65535))
    assert sorted(whole.tolist()) == list(range(24))
    assert (np.diff(np.square(sent[whole] - 65535 / 2).sum(axis=1)) >= 0).all()


def test_a_first_view_leaves_out_a_few_points_far_from_all_others() -> None:
    many = np.random.default_rng(0).integers(20_000, 30_000, (2_000, 2)).astype(np.uint16)
    far = np.array([[65_000, 25_000], [25_000, 100], [64_000, 64_000]], dtype=np.uint16)
    left, top, right, bottom = fitting_box(np.concatenate([many, far]))
    assert all(18_900 <= each <= 20_100 for each in (left, top))
    assert all(29_900 <= each <= 31_100 for each in (right, bottom))
    assert fitting_box(many) == (*many.min(axis=0).tolist(), *many.max(axis=0).tolist())
    assert fitting_box(np.zeros((0, 2), dtype=np.uint16)) == (0, 0, 65_535, 65_535)
