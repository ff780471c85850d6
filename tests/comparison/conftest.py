"""Fixtures of the comparison's tests: a small demo catalogue and small groceries, with drawn photos."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.networks.build import create_backbone
from tests.training.conftest import autoencoder_recipe, tiny_recipe, train

WORDS = ("kettle", "tumbler", "lamp", "jacket", "shampoo", "cable", "sandal", "mug", "chair", "soap", "brush", "bag")


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory, make_photo: Callable[..., Image.Image]) -> Path:
    """``listings.csv`` and ``images/``: 12 products of three listings in each of the three parts, and a singleton."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "images").mkdir()
    rows = []
    for offset, part in ((0, "train"), (100, "validation"), (200, "test")):
        for product in range(13):
            for shot in range(3 if product < 12 else 1):
                name = f"{part}_{product}_{shot}.png"
                make_photo(offset + product, 48, 40).rotate(5 * shot).save(folder / "images" / name)
                title = f"{WORDS[product % 12]} {part} model {offset + product} {['new', 'sale', 'promo'][shot]}"
                rows.append((f"d{offset + product}_{shot}", name, title, f"{offset + product}", part))
    frame = pd.DataFrame(rows, columns=["posting_id", "image", "title", "label_group", "part"])
    frame.to_csv(folder / "listings.csv", index=False)
    return folder / "listings.csv"


@pytest.fixture(scope="session")
def groceries_file(tmp_path_factory: pytest.TempPathFactory, make_photo: Callable[..., Image.Image]) -> Path:
    """``groceries.csv`` and ``images/``: six products of four to six photos, one part each in turn."""
    folder = tmp_path_factory.mktemp("groceries")
    (folder / "images").mkdir()
    rows = []
    for product in range(6):
        part = ("train", "validation", "test")[product % 3]
        for shot in range(4 + product % 3):
            name = f"g{product}_{shot}.png"
            make_photo(300 + product, 48, 40).rotate(5 * shot).save(folder / "images" / name)
            rows.append((f"g{product}_{shot}", name, f"Product-{product}", product >= 3, part))
    frame = pd.DataFrame(rows, columns=["posting_id", "image", "label_group", "packaged", "part"])
    frame.to_csv(folder / "groceries.csv", index=False)
    return folder / "groceries.csv"


@pytest.fixture(scope="session")
def demo(demo_file: Path) -> Catalogue:
    """The demo catalogue, read."""
    return read_catalogue(demo_file, images=demo_file.parent / "images")


@pytest.fixture(scope="session")
def groceries(groceries_file: Path) -> Catalogue:
    """The groceries, read."""
    return read_catalogue(groceries_file, images=groceries_file.parent / "images")


@pytest.fixture(scope="session")
def trainings(tmp_path_factory: pytest.TempPathFactory, demo: Catalogue) -> Path:
    """Folder with two finished trainings of one epoch, ``arcface_sampler`` and ``autoencoder``, and one unfinished."""
    folder = tmp_path_factory.mktemp("trainings")
    train(tiny_recipe(epochs=1, margin_epochs=1), {"demo": demo}, folder / "arcface_sampler")
    train(autoencoder_recipe(epochs=1), {"demo": demo}, folder / "autoencoder")
    shutil.copytree(folder / "arcface_sampler", folder / "softmax")
    (folder / "softmax" / "report.json").unlink()
    return folder


@pytest.fixture(scope="session")
def backbone_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of the untrained backbone."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    save_file(create_backbone("test_efficientnet").state_dict(), path)
    return path
