"""The colours of a photo as a small grid, read where two photos were found to show the same thing."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

#: Cells of the grid in each direction.
GRID = 10
_MIDDLE = slice(3, 7)
#: The bytes of a black, and what a step of a byte is worth.
_ZERO, _UNITS = np.array([0, 128, 128], np.float32), np.array([100 / 255, 1, 1], np.float32)
Colours = npt.NDArray[np.uint8]


def colour_cells(photo: Image.Image) -> npt.NDArray[np.uint8]:
    """Mean colour of each cell of a photo; shape (`GRID`, `GRID`, 3), uint8, red, green and blue."""
    return np.asarray(photo.convert("RGB").resize((GRID, GRID), Image.Resampling.BOX))


def colour_grid(photo: Image.Image) -> Colours:
    """Mean colour of each cell of a photo in CIE Lab, as OpenCV writes it in bytes.

    Returns
    -------
    numpy.ndarray
        Shape (`GRID`, `GRID`, 3), uint8: lightness times 2.55, and both colour axes plus 128.
    """
    import cv2

    return np.asarray(cv2.cvtColor(colour_cells(photo), cv2.COLOR_RGB2LAB), dtype=np.uint8)


def colours_at(grid: Colours, places: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Colours at places of a photo, interpolated between the cells.

    Parameters
    ----------
    grid
        As of `colour_grid`.
    places
        Shares of width and height; shape (K, 2).

    Returns
    -------
    numpy.ndarray
        Lightness from 0 to 100 and the two colour axes; shape (K, 3), float32.
    """
    cells = np.clip(places * GRID - 0.5, 0, GRID - 1)
    corner = np.minimum(cells.astype(np.int64), GRID - 2)
    shares = (cells - corner).astype(np.float32)
    right, down = shares[:, :1], shares[:, 1:]
    x, y = corner.T
    lab = grid.astype(np.float32)
    above = lab[y, x] * (1 - right) + lab[y, x + 1] * right
    below = lab[y + 1, x] * (1 - right) + lab[y + 1, x + 1] * right
    return _in_units(above * (1 - down) + below * down)


def middle_colour(grid: Colours) -> npt.NDArray[np.float32]:
    """Mean colour of the middle of a photo, two fifths of its width and height; shape (3,), as of `colours_at`."""
    middle = grid[_MIDDLE, _MIDDLE].reshape(-1, 3)
    return _in_units(middle.mean(axis=0, dtype=np.float32))


def colour_difference(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> tuple[float, float]:
    """How far apart two colours are: in colour (hue and strength) and in lightness, both in units of CIE Lab."""
    lightness, a, b = (first - second).tolist()
    return math.hypot(a, b), abs(lightness)


def _in_units(bytes_of_lab: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return (bytes_of_lab - _ZERO) * _UNITS
