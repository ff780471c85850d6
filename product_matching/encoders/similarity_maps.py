"""Where in two photos the likeness lies: the cosine of their embeddings, divided among the places of each photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FeatureMap:
    """The embedding of a photo, taken apart by the places of the last map of features.

    Attributes
    ----------
    places
        What each place adds, before normalisation; shape (h, w, D), float32. Row 0 is the top of the photo.
    offset
        What is of no place, shape (D,), float32.
    """

    places: FloatArray
    offset: FloatArray

    @property
    def sum(self) -> npt.NDArray[np.float64]:
        """The embedding before normalisation, shape (D,)."""
        return np.asarray(self.places.sum(axis=(0, 1), dtype=np.float64) + self.offset)

    @property
    def embedding(self) -> FloatArray:
        """The embedding, shape (D,), of unit norm, up to rounding what `PhotoEncoder.encode` gives."""
        return _unit(self.sum).astype(np.float32)


def similarity_maps(first: FeatureMap, second: FeatureMap) -> tuple[FloatArray, FloatArray]:
    """Divide the cosine of two photos among the places of each.

    Parameters
    ----------
    first, second
        Both photos, by the same encoder.

    Returns
    -------
    tuple of numpy.ndarray and numpy.ndarray
        Shares of the cosine, shapes (h, w) of the first and of the second; each sums up to the cosine. A negative
        share speaks against the likeness. What is of no place is spread evenly.

    References
    ----------
    A. Stylianou, R. Souvenir and R. Pless. "Visualizing deep similarity networks." WACV, 2019. arXiv:1901.00536
    (for the mean; here also for the generalised mean and a layer behind it, see
    `product_matching.networks.places.place_parts`)
    """
    return _shares(first, _unit(second.sum)), _shares(second, _unit(first.sum))


def _shares(photo: FeatureMap, other: npt.NDArray[np.float64]) -> FloatArray:
    height, width, _ = photo.places.shape
    at_places = photo.places @ other + photo.offset @ other / (height * width)
    return np.asarray(at_places / _norm(photo.sum), dtype=np.float32)


def _unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(vector / _norm(vector))


def _norm(vector: npt.NDArray[np.float64]) -> float:
    return max(float(np.linalg.norm(vector)), float(np.finfo(np.float32).tiny))
