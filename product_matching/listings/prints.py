"""The print on one listing's photo: the lines that were read, with their places."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from product_matching.errors import InputError, said
from product_matching.listings.titles import title_words
from product_matching.validation import Count, Number, Share, Text, validate

#: Across and down, in pixels of the photo.
Corner = tuple[Number, Number]
#: Corners of a line, clockwise from its own top left.
Box = tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, kw_only=True)
class PrintLine:
    """One line that was read.

    Attributes
    ----------
    text
        As it was read.
    confidence
        Mean probability of its characters, from 0 to 1.
    box
        Its corners.
    """

    text: Text
    confidence: Share
    box: Box

    @property
    def words(self) -> list[str]:
        """Its words, normalised as those of titles."""
        return title_words(self.text)


@dataclass(frozen=True, kw_only=True)
class PhotoPrint:
    """All that was read on a photo.

    Attributes
    ----------
    size
        Width and height of the photo in pixels, which the boxes lie in.
    lines
        From top to bottom; empty where nothing was read.
    """

    size: tuple[Count, Count]
    lines: tuple[PrintLine, ...]

    @property
    def text(self) -> str:
        """All lines, with a space between them."""
        return " ".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[str, ...]:
        """Different words in the order in which they were read, normalised as those of titles.

        Examples
        --------
        >>> box = ((0.0, 0.0), (9.0, 0.0), (9.0, 4.0), (0.0, 4.0))
        >>> lines = tuple(PrintLine(text=text, confidence=0.9, box=box) for text in ("Hand Cream", "50 ML CREAM"))
        >>> PhotoPrint(size=(64, 64), lines=lines).words
        ('hand', 'cream', '50ml')
        """
        return tuple(dict.fromkeys(word for line in self.lines for word in line.words))


def write_print(read: PhotoPrint) -> str:
    """Write what was read as one line of JSON."""
    return json.dumps(asdict(read), ensure_ascii=False, separators=(",", ":"))


def parse_print(text: str) -> PhotoPrint:
    """Read what `write_print` wrote.

    Raises
    ------
    InputError
        It is something else.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise InputError(f"The print of a photo is not JSON ({said(error, 80)}).") from error
    return validate(PhotoPrint, content, "The print of a photo")
