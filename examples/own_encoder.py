"""A photo encoder of one's own: build a bundle with it and search the bundle.

    python examples/own_encoder.py [FOLDER]

The encoder describes a photo by the colours of a coarse grid. It is an example of any function from a photo to a
vector: a network of another library, a service of your own, a descriptor of classical computer vision. The catalogue is
drawn by the script, so that nothing is downloaded. FOLDER is where the files go; a temporary folder without it.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

import product_matching as pm
from product_matching.encoders.model_folder import PhotoModel

GRID = 8  # cells along each edge


class ColourGridEncoder:
    """Keeps to the protocol `product_matching.encoders.protocol.PhotoEmbedder`, with nothing but NumPy and Pillow."""

    dimension = GRID * GRID * 3
    batch_size = 64

    # The model describes the encoder. Its fingerprint is the key of every vector that is kept, so weights_sha256
    # must change whenever the encoder does: take the digest of the weights or, as here, of a version of the code.
    model = PhotoModel(
        name="colour-grid",
        backbone="colour-grid",
        weights_sha256=hashlib.sha256(b"colour grid, version 1").hexdigest(),
        dimension=dimension,
        image_size=64,
    )

    def prepare(self, photo: Image.Image) -> npt.NDArray[np.uint8]:
        """Resize an RGB photo to what the encoder takes; worker threads call this while others are embedded."""
        edge = self.model.image_size
        return np.asarray(photo.convert("RGB").resize((edge, edge), Image.Resampling.BILINEAR))

    def encode_pixels(self, pixels: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Embed prepared photos: shape (len(pixels), dimension), float32, rows of unit norm."""
        cell = self.model.image_size // GRID
        cells = np.stack(pixels).reshape(len(pixels), GRID, cell, GRID, cell, 3).mean(axis=(2, 4)) / 255
        features = cells.reshape(len(pixels), self.dimension) - 0.5  # centred: dark and bright photos are far apart
        unit: npt.NDArray[np.float32] = (features / np.linalg.norm(features, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def encode(self, photo: Image.Image) -> npt.NDArray[np.float32]:
        """Embed one photo, as a search does."""
        vector: npt.NDArray[np.float32] = self.encode_pixels([self.prepare(photo)])[0]
        return vector


def draw_product(colour: str, *, shift: int) -> Image.Image:
    """A coloured bottle on white; two sellers' photos of one product differ in where it stands."""
    photo = Image.new("RGB", (128, 128), "white")
    ImageDraw.Draw(photo).rounded_rectangle((36 + shift, 12, 84 + shift, 120), radius=14, fill=colour)
    return photo


def write_catalogue(folder: Path) -> Path:
    """Two sellers' photos of each of three products, and the CSV that names them."""
    lines = ["posting_id,image,label_group"]
    for colour in ("crimson", "seagreen", "navy"):
        for seller, shift in enumerate((0, 4), start=1):
            name = f"{colour}_{seller}"
            draw_product(colour, shift=shift).save(folder / f"{name}.png")
            lines.append(f"{name},{name}.png,{colour}")
    path = folder / "listings.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def main(folder: Path) -> list[str]:
    """Build, then search with a photo that is not in the catalogue; give the ids that were found."""
    catalogue = pm.read_catalogue(write_catalogue(folder), images=folder)
    encoder = ColourGridEncoder()
    pm.build_bundle(catalogue, folder / "bundle", encoder=encoder)

    finder = pm.Finder(pm.open_bundle(folder / "bundle"))
    query = pm.Query(photo=encoder.encode(draw_product("seagreen", shift=2)))
    thresholds = pm.default_thresholds(finder.bundle)  # tuned on the labels while the bundle was built
    found = pm.describe_matches(finder.bundle, finder.matches(query, thresholds), thresholds)
    for match in found:
        print(f"{match['posting_id']}: photo distance {match['photo_distance']:.3f}")
    return [match["posting_id"] for match in found]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else temporary))
