"""Maps of a bundle's listings: a place in two dimensions for each, by photos and by titles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.array_files import read_array
from product_matching.store.manifest import PHOTO_MAP_FILE, TITLE_MAP_FILE, Manifest
from product_matching.store.segments import LiveRows


@dataclass(frozen=True, eq=False)
class StoredMap:
    """The places of all listings.

    Attributes
    ----------
    points
        Shape (N, 2), float32; both NaN for a listing that has no place, as it has no vector.
    method
        What computed them.
    """

    points: npt.NDArray[np.float32]
    method: str


def read_maps(folder: Path, manifest: Manifest, live: LiveRows) -> tuple[StoredMap | None, StoredMap | None]:
    """Read the maps by photos and by titles, None for one that the bundle does not hold.

    Raises
    ------
    ValueError
        A file does not hold what it should.
    """
    if manifest.maps is None:
        return None, None

    def read(name: str, method: str | None) -> StoredMap | None:
        if method is None:
            return None
        parts = [_read(folder / part.folder / name, part.n) for part in manifest.parts]
        return StoredMap(np.concatenate(parts)[live.rows], method)

    return read(PHOTO_MAP_FILE, manifest.maps.photo), read(TITLE_MAP_FILE, manifest.maps.title)


def _read(path: Path, n: int) -> npt.NDArray[np.float32]:
    points = read_array(path, shape=(n, 2), dtype=np.float32)
    if not (np.isfinite(points).all(axis=1) | np.isnan(points).all(axis=1)).all():
        raise ValueError(f"{path.name} holds places that are neither whole nor left out")
    return points


def write_map(path: Path, points: npt.NDArray[np.float32]) -> None:
    """Write the places of all listings into a bundle that is being made."""
    np.save(path, np.ascontiguousarray(points, dtype="<f4"), allow_pickle=False)
