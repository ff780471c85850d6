"""The catalogues for training: what is in which part."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from product_matching.errors import InputError
from recipes.data.training_data import PARTS_FILE, groceries_catalogue, thinned, write_catalogues

PHOTOS = pd.DataFrame(
    {
        "posting_id": ["g1", "g2", "g3"],
        "image": ["1.jpg", "2.jpg", "3.jpg"],
        "product": ["Anjou", "Bravo-Orange-Juice", "Carrots"],
        "category": ["Pear", "Juice", "Carrots"],
        "packaged": [False, True, False],
    }
)


def test_the_committed_split_divides_every_product_once() -> None:
    parts = pd.read_csv(PARTS_FILE)
    assert parts["product"].is_unique
    assert parts["part"].value_counts().to_dict() == {"train": 43, "test": 17, "validation": 11}


def test_each_photo_stands_in_the_part_of_its_product() -> None:
    made = groceries_catalogue(PHOTOS, pd.read_csv(PARTS_FILE))
    assert made["part"].tolist() == ["train", "test", "validation"]
    assert made["label_group"].tolist() == PHOTOS["product"].tolist()


def test_a_product_without_a_part_is_refused() -> None:
    with pytest.raises(InputError, match="'Pizza'"):
        groceries_catalogue(PHOTOS.replace("Anjou", "Pizza"), pd.read_csv(PARTS_FILE))


def test_thinning_takes_photos_evenly_over_a_products_own() -> None:
    photos = pd.DataFrame(
        [("a", "train")] * 60 + [("b", "validation")] * 10 + [("c", "test")] * 90, columns=["label_group", "part"]
    )
    kept = thinned(photos)
    assert kept["label_group"].value_counts().to_dict() == {"a": 20, "b": 10, "c": 90}
    assert kept.index[:20].tolist() == list(range(0, 60, 3))


def test_the_files_are_written_and_clothing_has_no_labels(tmp_path: Path) -> None:
    for name, frame in (
        ("groceries", PHOTOS),
        ("clothing", pd.DataFrame({"photo_id": ["c1"], "image": ["c.jpg"], "category": ["dress"], "split": ["test"]})),
    ):
        (tmp_path / name).mkdir()
        frame.to_csv(tmp_path / name / "photos.csv", index=False)
    write_catalogues(tmp_path, tmp_path / "out")
    clothing = pd.read_csv(tmp_path / "out" / "clothing.csv")
    assert clothing.to_dict("records") == [{"posting_id": "c1", "image": "c.jpg", "part": "train"}]
    assert len(pd.read_csv(tmp_path / "out" / "groceries.csv")) == 3


def test_a_folder_without_the_data_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no .*photos\.csv"):
        write_catalogues(tmp_path, tmp_path / "out")
