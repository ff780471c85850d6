"""Make the basis that keypoint descriptors are projected on, from every fourth photo of the demo's part train.

    python -m recipes.data.keypoint_basis

It writes ``product_matching/encoders/keypoint_basis.npy``: the mean RootSIFT descriptor, and below it the principal
axes, divided by the fourth root of the variance along them and scaled so that one component in a thousand is cut.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from product_matching.encoders.keypoints import (
    BASIS_FILE,
    DIMENSION,
    LARGEST,
    MAX_KEYPOINTS,
    detect,
    root_sift,
    scaled_size,
)
from product_matching.listings.catalogue import read_catalogue
from product_matching.listings.photos import decode_photo, read_photo

DEMO = Path("demo")
EVERY = 4
_WITHIN = 99.9


def make_basis(descriptors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Mean and scaled principal axes of RootSIFT descriptors (M, 128); shape (1 + `DIMENSION`, 128), float32."""
    mean = descriptors.mean(axis=0, dtype=np.float64)
    variances, axes = np.linalg.eigh(np.cov(descriptors.astype(np.float64).T))
    order = np.argsort(-variances)[:DIMENSION]
    axes = axes[:, order].T
    axes *= np.sign(axes[np.arange(DIMENSION), np.abs(axes).argmax(axis=1)])[:, None]
    axes /= variances[order, None] ** 0.25
    reach = np.percentile(np.abs((descriptors - mean) @ axes.T), _WITHIN)
    return np.vstack([mean, axes * (LARGEST / reach)]).astype(np.float32)


def strongest_descriptors(path: Path) -> npt.NDArray[np.float32]:
    """RootSIFT descriptors of the strongest keypoints of a photo; shape (K, 128)."""
    photo = decode_photo(read_photo(path), name=path.name)
    _, responses, descriptors = detect(photo, scaled_size(photo.size))
    return root_sift(descriptors[np.argsort(-responses, kind="stable")[:MAX_KEYPOINTS]])


def main() -> None:
    """Write the basis."""
    catalogue = read_catalogue(DEMO / "listings.csv", images=DEMO / "images")
    train = np.flatnonzero((catalogue.listings["part"] == "train").to_numpy())[::EVERY]
    paths = [path for row in train.tolist() if (path := catalogue.photo_path(row)) is not None]
    descriptors = np.concatenate([strongest_descriptors(path) for path in paths])
    np.save(BASIS_FILE, make_basis(descriptors), allow_pickle=False)


if __name__ == "__main__":
    main()
