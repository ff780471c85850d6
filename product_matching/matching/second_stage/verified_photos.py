"""Which candidate pairs have their photos verified by local features, and the features that come of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from product_matching.matching.geometry import GEOMETRY_FEATURES
from product_matching.matching.geometry import pair_features as geometry_features
from product_matching.matching.second_stage.listing_features import ListingFeatures
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.search.neighbours import FloatArray, RowArray

#: Score without geometry from which, and up to which, a pair is verified: the others are decided already.
LEAST, MOST = 0.01, 0.99
#: A pair is verified if one of its listings is among so many nearest of the other by photo.
NEAREST = 40
_RANKS = ("rank of photo alone, own", "rank of photo alone, other")


def near_by_photo(features: npt.NDArray[np.float32], names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which pairs are near enough by photo to be verified; shape (P,)."""
    ranks = features[:, [names.index(name) for name in _RANKS]]
    near: npt.NDArray[np.bool_] = ranks.min(axis=1) < NEAREST
    return near


def in_grey_band(scores: FloatArray) -> npt.NDArray[np.bool_]:
    """Which scores are neither near 0 nor near 1; shape (P,)."""
    return (scores >= LEAST) & (scores <= MOST)


def verify_photos(
    listings: ListingFeatures,
    first: RowArray,
    second: RowArray,
    *,
    features: npt.NDArray[np.float32],
    names: Sequence[str],
    progress: Progress = NO_PROGRESS,
) -> npt.NDArray[np.float32]:
    """The same features of pairs with those of geometry filled in, each unordered pair being verified once; a copy.

    Parameters
    ----------
    listings
        What is known of the catalogue, with keypoints.
    first, second
        Shape (P,).
    features, names
        Shape (P, F), and the F names.
    progress
        Shows progress in pairs.
    """
    if listings.keypoints is None or not len(first):
        return features
    ordered = np.sort(np.column_stack([first, second]), axis=1)
    pairs, places = np.unique(ordered, axis=0, return_inverse=True)
    filled = features.copy()
    columns = [names.index(name) for name in GEOMETRY_FEATURES]
    filled[:, columns] = geometry_features(listings.keypoints, pairs, progress=progress)[places.ravel()]
    return filled
