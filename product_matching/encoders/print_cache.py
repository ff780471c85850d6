"""Print already read, by photo content and reader: a run that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from product_matching.encoders.photo_cache import PhotoCache, cache_folder
from product_matching.encoders.print_reader import PrintReader
from product_matching.errors import InputError
from product_matching.listings.prints import PhotoPrint, parse_print, write_print


class PrintCache:
    """What one reader has read, by the SHA-256 of the photo's bytes.

    Parameters
    ----------
    reader
        The reader; each has its own file.
    folder
        Where the files lie; None takes the user's data folder, or a temporary one where that cannot be written.
    """

    def __init__(self, reader: PrintReader, folder: Path | None = None) -> None:
        digest = hashlib.sha256(reader.name.encode("utf-8")).hexdigest()
        path = (folder or cache_folder("prints")) / f"{digest[:32]}.sqlite"
        self._kept = PhotoCache(path, what="cache of print", spare=folder is None)

    def keys(self) -> set[str]:
        """The photos (SHA-256, hexadecimal) that were read."""
        return self._kept.keys()

    def get(self, photos: Iterable[str]) -> dict[str, PhotoPrint]:
        """The print of those of the given photos (SHA-256, hexadecimal) that were read; damaged ones are forgotten."""
        kept = self._kept.get(photos)
        sound = {photo: read for photo, text in kept.items() if (read := _parse(text)) is not None}
        if len(sound) < len(kept):
            self._kept.drop(kept.keys() - sound.keys())
        return sound

    def put(self, prints: Mapping[str, PhotoPrint]) -> None:
        """Keep the print of photos; that of photos already there stays as it is."""
        self._kept.put({photo: write_print(read).encode("utf-8") for photo, read in prints.items()})


def _parse(text: object) -> PhotoPrint | None:
    try:
        return parse_print(text.decode("utf-8")) if isinstance(text, bytes) else None
    except (InputError, UnicodeDecodeError):
        return None
