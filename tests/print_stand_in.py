"""A reader of print that reads what a test says, so that no network is needed."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from product_matching.listings.prints import PhotoPrint, PrintLine


class StandInReader:
    """Reads the given lines on every photo, one below the other.

    Parameters
    ----------
    lines
        The lines, or a function from the photo to them.
    name
        See `PrintReader`.

    Attributes
    ----------
    calls
        How many photos it has read.
    """

    def __init__(self, lines: tuple[str, ...] | Callable[[Image.Image], tuple[str, ...]], name: str = "test") -> None:
        self._lines, self.name, self.calls = lines, name, 0

    def read(self, photo: Image.Image) -> PhotoPrint:
        """See `PrintReader.read`."""
        self.calls += 1
        return print_of(*(self._lines(photo) if callable(self._lines) else self._lines), size=photo.size)


def print_of(*texts: str, size: tuple[int, int] = (96, 80)) -> PhotoPrint:
    """Print of some lines, one below the other."""
    return PhotoPrint(
        size=size,
        lines=tuple(
            PrintLine(
                text=text,
                confidence=0.9,
                box=((4.0, 4.0 + 20 * row), (60.0, 4.0 + 20 * row), (60.0, 20.0 + 20 * row), (4.0, 20.0 + 20 * row)),
            )
            for row, text in enumerate(texts)
        ),
    )
