"""Train the comparison's autoencoder on the demo, and keep what it draws of eight photos after some of its epochs.

    python -m recipes.lessons.reconstructions

It writes ``streamlit_out/reconstructions.jpg``: rows of eight squares, the photos first, then what was drawn of them
after each epoch of `EPOCHS`. The photos are of the part validation, which trained nothing. Four minutes on one core.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from product_matching.listings.catalogue import read_catalogue
from product_matching.training.recipe import read_recipe
from product_matching.training.run import train

DEMO = Path("demo")
RECIPE = Path("recipes/comparison/autoencoder.toml")
PICTURE = Path("streamlit_out/reconstructions.jpg")
#: The epochs that are shown; the page reads as many rows.
EPOCHS = (1, 2, 4, 8)
_QUALITY = 82


def main() -> None:
    """Train and write the picture."""
    recipe = replace(read_recipe(RECIPE), picture_epochs=1)
    catalogue = read_catalogue(DEMO / "listings.csv", images=DEMO / "images")
    with tempfile.TemporaryDirectory() as scratch:
        train(recipe, {"demo": catalogue}, Path(scratch) / "training")
        written = [Path(scratch) / "training" / "reconstructions" / f"epoch_{epoch:04d}.png" for epoch in EPOCHS]
        pictures = [np.asarray(Image.open(path)) for path in written]
    edge = recipe.image_size
    rows = [pictures[0][:edge], *(picture[edge:] for picture in pictures)]
    Image.fromarray(np.concatenate(rows)).save(PICTURE, quality=_QUALITY, optimize=True)


if __name__ == "__main__":
    main()
