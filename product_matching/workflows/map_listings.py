"""Maps of a catalogue: every listing at a place in two dimensions, near those that look or read alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from product_matching.encoders.plane import PCA_NAME, Points, has_tsne, neighbour_plane, principal_plane, tsne_name
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled
from product_matching.search.joins.dense import DenseJoin
from product_matching.search.joins.sparse import SparseJoin
from product_matching.search.neighbours import Neighbours
from product_matching.store.amend import amend_bundle, check_amendable
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.manifest import MAP_FILES, PHOTO_MAP_FILE, TITLE_MAP_FILE, Manifest, SideMaps
from product_matching.store.maps import StoredMap, write_map

Side = Literal["photo", "title"]
SIDES: tuple[Side, ...] = ("photo", "title")
#: Listings that are placed in one go.
_BLOCK_ROWS = 256
_FILES: dict[Side, str] = {"photo": PHOTO_MAP_FILE, "title": TITLE_MAP_FILE}


def sides_of(bundle: Bundle) -> list[Side]:
    """The sides that a bundle can be mapped by: those with vectors, photos first."""
    return [side for side in SIDES if _vectors(bundle, side) is not None]


def has_vector(bundle: Bundle, side: Side) -> npt.NDArray[np.bool_]:
    """Which listings have a vector of a side, and so a place on its map; shape (N,)."""
    vectors = _vectors(bundle, side)
    if side == "photo" or vectors is None:
        return bundle.has_photo
    filled: npt.NDArray[np.bool_] = np.diff(vectors.indptr) > 0
    return filled


def map_at_once(bundle: Bundle, side: Side) -> StoredMap:
    """The map that the bundle holds, else one by principal components, which takes about a second.

    Raises
    ------
    ValueError
        The bundle has no such side.
    """
    stored = bundle.photo_map if side == "photo" else bundle.title_map
    return _principal(bundle, side) if stored is None else stored


def map_by_neighbours(bundle: Bundle, side: Side, *, progress: Progress = NO_PROGRESS) -> StoredMap:
    """A map by t-SNE, in which neighbours stay near; by principal components where the extra ``map`` is not installed.

    Raises
    ------
    Cancelled
        Somebody stopped it.
    ValueError
        The bundle has no such side.
    """
    if not has_tsne():
        return _principal(bundle, side)
    placed = has_vector(bundle, side)
    return StoredMap(_scatter(placed, neighbour_plane(_rows(bundle, side, placed), progress=progress)), tsne_name())


def add_map(folder: Path, *, progress: Progress = NO_PROGRESS) -> Manifest:
    """Compute the maps of a bundle by photos and by titles, as far as it has them, and write them into it.

    Parameters
    ----------
    folder
        The bundle; its folder is replaced whole at the end, all other files byte for byte the same.
    progress
        Shows progress in iterations.

    Returns
    -------
    Manifest
        Of the bundle with its maps.

    Raises
    ------
    Cancelled
        Somebody stopped it.
    InputError
        There is no bundle at `folder`, or it cannot be written.
    """
    bundle = open_bundle(folder)
    check_amendable(folder)
    maps = {side: map_by_neighbours(bundle, side, progress=progress) for side in sides_of(bundle)}

    def write(new: Path) -> None:
        for side, one in maps.items():
            write_map(new / _FILES[side], one.points)

    methods = SideMaps(**{side: one.method for side, one in maps.items()})
    return amend_bundle(bundle, write, names=MAP_FILES, maps=methods)


def place_missing(bundle: Bundle, side: Side) -> Points:
    """The map that a bundle holds; listings that were added since are at the place of the nearest one that was there.

    Raises
    ------
    ValueError
        The bundle holds no such map.
    """
    stored, vectors = bundle.photo_map if side == "photo" else bundle.title_map, _vectors(bundle, side)
    if stored is None or vectors is None:
        raise ValueError(f"the bundle holds no map of its {side}s")
    points = stored.points.copy()
    placed = np.isfinite(points[:, 0])
    missing = np.flatnonzero(has_vector(bundle, side) & ~placed)
    if placed.any():
        known, others = points[placed], vectors[np.flatnonzero(placed)].T
        for start in range(0, len(missing), _BLOCK_ROWS):
            rows = missing[start : start + _BLOCK_ROWS]
            cosines = vectors[rows] @ others
            points[rows] = known[np.asarray(cosines.argmax(axis=1)).ravel()]
    return points if placed.any() else _principal(bundle, side).points


def nearest_listing(bundle: Bundle, side: Side, *, progress: Progress = NO_PROGRESS) -> npt.NDArray[np.float64]:
    """Distance of the nearest other listing of each listing, 1 where none has anything in common; shape (N,).

    NaN for a listing without a vector.

    Raises
    ------
    Cancelled
        The progress was cancelled before the work began.
    ValueError
        The bundle has no such side.
    """
    stop_if_cancelled(progress)
    progress.begin("comparing listings", 0)
    placed = has_vector(bundle, side)
    near = (DenseJoin if side == "photo" else SparseJoin)().nearest(_rows(bundle, side, placed), 2)
    return _scatter(placed, nearest_distances(near))


def nearest_distances(near: Neighbours) -> npt.NDArray[np.float64]:
    """Distance of the nearest other row of each row; 1 where none was found. Shape (N,)."""
    queries = near.queries()
    other = queries != near.rows
    nearest = np.ones(len(near))
    np.minimum.at(nearest, queries[other], near.distances[other])
    return nearest


def rows_inside(points: Points, area: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Rows of the points inside a polygon, by the even-odd rule.

    Parameters
    ----------
    points
        Shape (N, 2); a point without a place is in no polygon.
    area
        Corners in order, shape (C, 2); the last one joins the first.
    """
    x, y = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64)
    inside = np.zeros(len(points), dtype=np.bool_)
    for (x0, y0), (x1, y1) in zip(area, np.roll(area, -1, axis=0), strict=True):
        if y0 != y1:
            crossed = (y0 > y) != (y1 > y)
            inside ^= crossed & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return np.flatnonzero(inside)


def _vectors(bundle: Bundle, side: Side) -> Any:
    return bundle.photo_vectors if side == "photo" else bundle.title_matrix


def _rows(bundle: Bundle, side: Side, placed: npt.NDArray[np.bool_]) -> Any:
    """The vectors of the listings that have a place; the mapped file itself where all have one."""
    vectors = _vectors(bundle, side)
    if vectors is None:
        raise ValueError(f"the bundle has no {side}s")
    return vectors if placed.all() else vectors[np.flatnonzero(placed)]


def _principal(bundle: Bundle, side: Side) -> StoredMap:
    placed = has_vector(bundle, side)
    return StoredMap(_scatter(placed, principal_plane(_rows(bundle, side, placed))), PCA_NAME)


def _scatter(placed: npt.NDArray[np.bool_], values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Values by row of the catalogue, NaN where there is none."""
    by_row = np.full((len(placed), *values.shape[1:]), np.nan, dtype=values.dtype)
    by_row[placed] = values
    return by_row
