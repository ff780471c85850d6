"""What the map says of listings without a place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from product_matching.app.components.map import MapPoints
from product_matching.app.map.places import MapPlaces
from product_matching.app.map.words import say_left_out
from product_matching.store.bundle import open_bundle
from product_matching.workflows.map_listings import has_vector


def test_listings_without_a_photo_and_those_that_came_later_are_told_apart(small_bundle: Path) -> None:
    bundle = open_bundle(small_bundle)
    placed = np.flatnonzero(has_vector(bundle, "photo"))
    points = MapPoints(version="1", places=np.zeros((len(placed), 2), dtype=np.uint16), rows=placed, fit=(0, 0, 1, 1))
    places = MapPlaces(side="photo", method="drawn", placed=placed, points=points)
    assert say_left_out(bundle, places) == "1 listing without a photo is not on this map."
    said = say_left_out(bundle, replace(places, placed=placed[:-3]))
    assert said.endswith("3 listings were added since it was made: compact the catalogue to place them.")
    assert say_left_out(bundle, replace(places, side="title", placed=np.arange(25))) == ""
