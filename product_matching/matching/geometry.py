"""Geometric verification: which keypoints of two photos lie alike, up to one affine transform.

The keypoints of both photos are matched by descriptor (nearest to each other, and clearly nearer than the second
nearest), then RANSAC finds the affine transform that most matches agree on: the inliers. Nothing here is drawn at
random anew: the same two photos give the same inliers, in either order and in any thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from product_matching.encoders.colours import colour_difference, colours_at, middle_colour
from product_matching.encoders.keypoints import Keypoints
from product_matching.progress import NO_PROGRESS, Progress, stop_if_cancelled

FloatArray = npt.NDArray[np.float32]
RowArray = npt.NDArray[np.int64]

#: Largest ratio of the distances to the nearest and to the second nearest descriptor (Lowe's test).
RATIO = 0.8
#: Largest distance of an inlier from where the transform puts it, in pixels of `Keypoints.size`.
TOLERANCE = 5.0
#: Inliers from which on what two photos share is worth being shown: of the 40 nearest by photo in the demo, 94 of 100
#: listings of the same product have as many, and 18 of 100 of other products.
ENOUGH = 8
#: Three matches always fit an affine transform.
_MIN_MATCHES = 3
#: Largest change of lengths in any direction that a transform may make.
_MAX_STRETCH = 8.0
#: Largest ratio of the changes of lengths in two directions.
_MAX_DISTORTION = 4.0
_BLOCK_PAIRS = 256
#: Samples that RANSAC draws at most: enough where one match in five is an inlier.
_MAX_SAMPLES = 500

#: The features of a pair; every one is the same in either order of the photos.
GEOMETRY_FEATURES = (
    "keypoints that lie alike",
    "keypoints matched",
    "share of the matches that lie alike",
    "share of the keypoints that lie alike",
    "change of scale",
    "rotation",
    "distortion",
    "smaller area that lies alike",
    "larger area that lies alike",
    "colour difference where they lie alike",
    "lightness difference where they lie alike",
    "colour difference of the middle",
    "lightness difference of the middle",
)
#: From this difference on, in units of CIE Lab, photos differ in colour: chosen on the demo's validation part among
#: pairs with eight inliers or more, where it is reached by 38 of 100 pairs of other products and by 4 of the same.
COLOUR_DIFFERS = 15.0
_LIGHTNESS_DIFFERS = 30.0
_COLOUR = GEOMETRY_FEATURES.index("colour difference where they lie alike")


@dataclass(frozen=True, eq=False, kw_only=True)
class Verification:
    """What two photos share.

    Attributes
    ----------
    matches
        Keypoints that were matched by descriptor.
    inliers
        Matches that one affine transform explains.
    first, second
        Where the inliers are in both photos, as shares of width and height; shape (inliers, 2), float32.
    transform
        The affine map from pixels of the first photo to those of the second, both on the scale of `Keypoints.size`;
        shape (2, 3), float64; None without inliers.
    features
        Values of `GEOMETRY_FEATURES`, float32; those of the transform are NaN without inliers.
    """

    matches: int
    inliers: int
    first: FloatArray
    second: FloatArray
    transform: npt.NDArray[np.float64] | None
    features: FloatArray

    @property
    def differs_in_colour(self) -> bool:
        """Whether what lies alike has another colour; false where too little lies alike to tell."""
        colour, lightness = self.features[_COLOUR : _COLOUR + 2].tolist()
        return self.inliers >= ENOUGH and (colour >= COLOUR_DIFFERS or lightness >= _LIGHTNESS_DIFFERS)


def verify(query: Keypoints, candidates: Sequence[Keypoints | None], *, threads: int = 2) -> list[Verification | None]:
    """Compare a photo with others.

    Parameters
    ----------
    query
        Keypoints of the photo.
    candidates
        Keypoints of the others; None for a listing without a photo.
    threads
        Threads that compare.

    Returns
    -------
    list
        One for each candidate, in their order; None for a candidate without a photo.
    """
    with ThreadPoolExecutor(threads, thread_name_prefix="geometry") as pool:
        return list(pool.map(lambda other: None if other is None else verify_pair(query, other), candidates))


def verify_pair(first: Keypoints, second: Keypoints) -> Verification:
    """Compare two photos; in the other order the inliers are the same and the transform is the inverse."""
    if _order(first) <= _order(second):
        return _verify(first, second)
    return _reversed(_verify(second, first))


def features_of(verification: Verification | None) -> FloatArray:
    """The features of a pair, all of them NaN where a photo is missing; shape (len(`GEOMETRY_FEATURES`),)."""
    if verification is None:
        return np.full(len(GEOMETRY_FEATURES), np.nan, dtype=np.float32)
    return verification.features


def pair_features(
    keypoints: Callable[[int], Keypoints | None],
    pairs: npt.NDArray[np.int64],
    *,
    threads: int = 2,
    progress: Progress = NO_PROGRESS,
) -> FloatArray:
    """Features of many pairs of a catalogue.

    Parameters
    ----------
    keypoints
        Gives the keypoints of a row, None without a photo; called by several threads at once.
    pairs
        Rows of the catalogue; shape (M, 2).
    threads
        Threads that compare.
    progress
        Shows progress in pairs.

    Returns
    -------
    numpy.ndarray
        Shape (M, len(`GEOMETRY_FEATURES`)), float32; NaN where a photo is missing.

    Raises
    ------
    Cancelled
        Somebody stopped it.
    """
    features = np.full((len(pairs), len(GEOMETRY_FEATURES)), np.nan, dtype=np.float32)

    def fill(start: int) -> int:
        block = pairs[start : start + _BLOCK_PAIRS]
        for number, rows in enumerate(block.tolist(), start):
            first, second = (keypoints(row) for row in rows)
            if first is not None and second is not None:
                features[number] = verify_pair(first, second).features
        return len(block)

    progress.begin("comparing keypoints", len(pairs), unit="pair")
    pool = ThreadPoolExecutor(threads, thread_name_prefix="geometry")
    try:
        for done in pool.map(fill, range(0, len(pairs), _BLOCK_PAIRS)):
            progress.advance(done)
            stop_if_cancelled(progress)
    finally:
        pool.shutdown(cancel_futures=True)
    return features


def _order(keypoints: Keypoints) -> tuple[int, bytes, bytes, tuple[int, int]]:
    """An order of photos by content: a pair is always compared in the same one."""
    return len(keypoints), keypoints.points.tobytes(), keypoints.descriptors.tobytes(), keypoints.size


def _verify(first: Keypoints, second: Keypoints) -> Verification:
    rows, columns = _match(first.descriptors, second.descriptors)
    source, target = first.pixels()[rows], second.pixels()[columns]
    transform, inside = _fit(source, target)
    places = (_shares(source[inside], first.size), _shares(target[inside], second.size))
    inliers, keypoints = len(places[0]), min(len(first), len(second))
    areas = [_area(shares) for shares in places]
    features = (
        *(inliers, len(rows), inliers / max(len(rows), 1), inliers / max(keypoints, 1)),
        *_motion(transform),
        *(min(areas), max(areas)),
        *_colours_alike(first, second, places),
        *colour_difference(middle_colour(first.colours), middle_colour(second.colours)),
    )
    return Verification(
        matches=len(rows),
        inliers=inliers,
        first=places[0],
        second=places[1],
        transform=transform,
        features=np.array(features, dtype=np.float32),
    )


def _reversed(verification: Verification) -> Verification:
    transform = None if verification.transform is None else _inverse(verification.transform)
    return replace(verification, first=verification.second, second=verification.first, transform=transform)


def _inverse(transform: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    linear = np.linalg.inv(transform[:, :2])
    return np.column_stack([linear, -linear @ transform[:, 2]])


def _match(first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]) -> tuple[RowArray, RowArray]:
    """Keypoints that are nearest to each other and pass the ratio test from at least one side."""
    if min(len(first), len(second)) < _MIN_MATCHES:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    one, other = first.astype(np.float32), second.astype(np.float32)  # whole numbers: their products are exact
    distances = (one * one).sum(axis=1)[:, None] + (other * other).sum(axis=1) - 2 * (one @ other.T)
    nearest, clear = _nearest(distances)
    nearest_back, clear_back = _nearest(distances.T)
    mutual = nearest_back[nearest] == np.arange(len(first))
    rows = np.flatnonzero(mutual & (clear | clear_back[nearest]))
    return rows, nearest[rows]


def _nearest(squares: FloatArray) -> tuple[RowArray, npt.NDArray[np.bool_]]:
    """Nearest column of each row, and whether it is clearly nearer than the second nearest."""
    rows = np.arange(len(squares))
    nearest = squares.argmin(axis=1)
    rest = squares.copy()
    rest[rows, nearest] = np.inf
    return nearest, squares[rows, nearest] < RATIO**2 * rest.min(axis=1)


def _fit(source: FloatArray, target: FloatArray) -> tuple[npt.NDArray[np.float64] | None, npt.NDArray[np.bool_]]:
    """The transform that most matches agree on, and which of them do: affine, else a similarity, else none.

    A line of print fits many affine transforms that crush everything beside it; a similarity cannot.
    """
    import cv2

    if len(source) >= _MIN_MATCHES:
        for estimate in (cv2.estimateAffine2D, cv2.estimateAffinePartial2D):
            transform, inside = estimate(
                source, target, method=cv2.RANSAC, ransacReprojThreshold=TOLERANCE, maxIters=_MAX_SAMPLES
            )
            if transform is not None and _is_plausible(transform):
                return np.asarray(transform, dtype=np.float64), inside.reshape(-1) > 0
    return None, np.zeros(len(source), dtype=np.bool_)


def _is_plausible(transform: npt.NDArray[Any]) -> bool:
    """Whether two photos of one thing can differ by it."""
    large, small = _stretches(transform)  # NaN where the transform is degenerate: no comparison holds
    return large <= _MAX_STRETCH and small * _MAX_STRETCH >= 1 and large <= _MAX_DISTORTION * small


def _stretches(transform: npt.NDArray[Any]) -> tuple[float, float]:
    """Largest and smallest change of lengths: the singular values of the linear part."""
    (a, b, _), (c, d, _) = transform.tolist()
    turn, mirror = math.hypot(a + d, c - b), math.hypot(a - d, c + b)
    return (turn + mirror) / 2, abs(turn - mirror) / 2


def _motion(transform: npt.NDArray[np.float64] | None) -> tuple[float, float, float]:
    """Change of scale in octaves, rotation in degrees, and distortion (ratio of the two stretches) in octaves."""
    if transform is None:
        return math.nan, math.nan, math.nan
    large, small = _stretches(transform)
    (a, b, _), (c, d, _) = transform.tolist()
    return abs(math.log2(large * small)) / 2, abs(math.degrees(math.atan2(c - b, a + d))), math.log2(large / small)


def _shares(pixels: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Pixels as shares of width and height."""
    return np.asarray(pixels / np.array(size), dtype=np.float32)


def _area(places: FloatArray) -> float:
    """Area of the convex hull of places in shares of width and height: a share of the photo's area."""
    import cv2

    return 0.0 if len(places) < _MIN_MATCHES else cv2.contourArea(cv2.convexHull(places))


def _colours_alike(first: Keypoints, second: Keypoints, places: tuple[FloatArray, FloatArray]) -> tuple[float, float]:
    """How far the mean colours at the inliers are apart; NaN without inliers."""
    if not len(places[0]):
        return math.nan, math.nan
    one, other = (colours_at(photo.colours, where) for photo, where in zip((first, second), places, strict=True))
    return colour_difference(one.mean(axis=0), other.mean(axis=0))
