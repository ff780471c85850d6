"""The print of a bundle's photos, read once and kept as one more side of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from product_matching.errors import InputError, said
from product_matching.listings.prints import PhotoPrint, parse_print, write_print
from product_matching.parquet_files import read_parquet
from product_matching.store.manifest import PRINTS_FILE, QUERY_PRINTS_FILE, Manifest
from product_matching.store.segments import LiveRows

_COLUMN = "print"


class StoredPrints:
    """What was read on photos, by row; a row is parsed when it is asked for.

    Parameters
    ----------
    texts
        Each row's print as `write_print` writes it; "" for a row that was not read.
    origin
        What an error about a damaged row begins with.
    """

    def __init__(self, texts: Sequence[str], origin: str) -> None:
        self._texts, self._origin = tuple(texts), origin

    def __len__(self) -> int:
        return len(self._texts)

    def get(self, row: int) -> PhotoPrint | None:
        """The print of one photo; None if it was not read.

        Raises
        ------
        InputError
            It is damaged.
        """
        text = self._texts[row]
        if not text:
            return None
        try:
            return parse_print(text)
        except InputError as error:
            raise InputError(f"{self._origin} is damaged (row {row}: {said(error)}). Read it anew.") from error

    def all(self) -> list[PhotoPrint | None]:
        """The print of every photo, in order of row; see `get`."""
        return [self.get(row) for row in range(len(self))]


def read_prints(folder: Path, manifest: Manifest, live: LiveRows) -> tuple[StoredPrints | None, StoredPrints | None]:
    """The print of the listings and of the sample queries; None where there is none.

    Raises
    ------
    ValueError
        A file does not hold one text a row.
    """
    if manifest.prints is None:
        return None, None
    parts = manifest.parts
    texts = [text for part in parts for text in _read(folder / part.folder / PRINTS_FILE, part.n)]
    listings = StoredPrints([texts[row] for row in live.rows], str(folder / PRINTS_FILE))
    if manifest.n_queries == 0:
        return listings, None
    path = folder / parts[0].folder / QUERY_PRINTS_FILE
    return listings, StoredPrints(_read(path, manifest.n_queries), str(path))


def write_prints(path: Path, prints: Sequence[PhotoPrint | None]) -> None:
    """Write the print of photos, one row each, None for one that was not read."""
    texts = ["" if read is None else write_print(read) for read in prints]
    pd.DataFrame({_COLUMN: pd.Series(texts, dtype="str")}).to_parquet(path, index=False)


def _read(path: Path, count: int) -> list[str]:
    texts: list[str] = read_parquet(path, count, [_COLUMN])[_COLUMN].tolist()
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{path.name} does not hold {count} texts")
    return texts
