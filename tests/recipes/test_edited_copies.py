"""Edited copies: of what trains alone, in the class of their photo, the same for the same seed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from product_matching.listings.catalogue import Catalogue, read_catalogue
from recipes.data.edited_copies import write_copies

PARTS = ["train", "train", "train", "validation", "test"]


@pytest.fixture
def catalogue(tmp_path: Path, make_photo: Callable[..., Image.Image]) -> Catalogue:
    """Five photos: two of one product and one without a label train; one validates, one tests."""
    (tmp_path / "in").mkdir()
    for number in range(5):
        make_photo(number, 80, 60).save(tmp_path / "in" / f"{number}.png")
    frame = pd.DataFrame(
        {
            "posting_id": [f"p{number}" for number in range(5)],
            "image": [f"{number}.png" for number in range(5)],
            "label_group": ["7", "7", "", "8", "9"],
            "part": PARTS,
        }
    )
    frame.to_csv(tmp_path / "listings.csv", index=False)
    return read_catalogue(tmp_path / "listings.csv", images=tmp_path / "in")


def written(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "listings.csv", dtype=str)


def test_what_trains_gets_copies_in_its_class_and_the_rest_stays(catalogue: Catalogue, tmp_path: Path) -> None:
    assert write_copies(catalogue, tmp_path / "out", copies=2) == 3 * 3 + 2
    made = written(tmp_path / "out")
    assert made["part"].value_counts().to_dict() == {"train": 9, "validation": 1, "test": 1}
    sizes = made.groupby("label_group").size().to_dict()
    assert sizes == {"7": 6, "listing p2": 3, "8": 1, "9": 1}
    assert sorted(path.name for path in (tmp_path / "out" / "images").iterdir()) == sorted(made["image"])


def test_originals_are_the_same_bytes_and_copies_look_different(catalogue: Catalogue, tmp_path: Path) -> None:
    write_copies(catalogue, tmp_path / "out", copies=1)
    images = tmp_path / "out" / "images"
    for row in range(5):
        assert (images / f"{row:06d}.png").read_bytes() == (tmp_path / "in" / f"{row}.png").read_bytes()
    for row in range(3):
        photo = np.asarray(Image.open(images / f"{row:06d}.png").convert("RGB").resize((64, 64)), dtype=float)
        copy = np.asarray(Image.open(images / f"{row:06d}_1.jpg").convert("RGB").resize((64, 64)), dtype=float)
        assert np.abs(photo - copy).mean() > 2


def test_the_seed_decides_what_is_drawn(catalogue: Catalogue, tmp_path: Path) -> None:
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        write_copies(catalogue, tmp_path / name, copies=1, seed=seed)
    copies = {
        name: [path.read_bytes() for path in sorted((tmp_path / name / "images").glob("*_1.jpg"))]
        for name in ("first", "again", "other")
    }
    assert copies["first"] == copies["again"]
    assert copies["first"] != copies["other"]


def test_fewer_photos_are_taken_where_asked_for(catalogue: Catalogue, tmp_path: Path) -> None:
    write_copies(catalogue, tmp_path / "out", copies=1, most=2)
    assert written(tmp_path / "out")["part"].value_counts().to_dict() == {"train": 4, "validation": 1, "test": 1}
