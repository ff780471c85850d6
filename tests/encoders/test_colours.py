"""The colours of a photo: a small grid in CIE Lab, read at any place."""

import numpy as np
import pytest
from PIL import Image

from product_matching.encoders.colours import GRID, colour_difference, colour_grid, colours_at, middle_colour

HALVES = Image.new("RGB", (200, 100), (255, 0, 0))
HALVES.paste((0, 0, 255), (100, 0, 200, 100))


def test_places_have_the_colours_that_are_there() -> None:
    grid = colour_grid(HALVES)
    assert grid.shape == (GRID, GRID, 3)
    left, right = colours_at(grid, np.array([[0.1, 0.5], [0.9, 0.5]], dtype=np.float32))
    np.testing.assert_allclose(left, [53.2, 80.1, 67.2], atol=1.0)  # red
    np.testing.assert_allclose(right, [32.3, 79.2, -107.9], atol=1.0)  # blue


def test_between_two_cells_the_colour_is_between_theirs() -> None:
    grid = colour_grid(HALVES)
    left, middle, right = colours_at(grid, np.array([[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]], dtype=np.float32))
    np.testing.assert_allclose(middle, (left + right) / 2, atol=0.01)


@pytest.mark.parametrize("place", [[0.0, 0.0], [1.0, 1.0]])
def test_the_corners_are_places(place: list[float]) -> None:
    assert np.isfinite(colours_at(colour_grid(HALVES), np.array([place], dtype=np.float32))).all()


def test_black_and_white_differ_in_lightness_alone() -> None:
    black, white = (middle_colour(colour_grid(Image.new("RGB", (50, 50), name))) for name in ("black", "white"))
    colour, lightness = colour_difference(black, white)
    assert colour == pytest.approx(0, abs=1.5)
    assert lightness == pytest.approx(100, abs=0.5)
