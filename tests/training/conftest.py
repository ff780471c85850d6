"""Fixtures of the training tests: 30 drawn photos of 10 products, and recipes for a network of 99,000 weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from product_matching.listings.catalogue import Catalogue, read_catalogue
from product_matching.progress import NO_PROGRESS, Progress
from product_matching.training import loop, run
from product_matching.training.options import TrainingOptions
from product_matching.training.recipe import Recipe, parse_recipe

TINY = {
    "name": "tiny",
    "method": "arcface",
    "backbone": "test_efficientnet",
    "backbone_arguments": {"drop_path_rate": 0.3},
    "pretrained": False,
    "image_size": 32,
    "epochs": 3,
    "batch_size": 6,
    "learning_rate": 0.002,
    "head_learning_rate": 0.02,
    "warmup_epochs": 1,
    "margin_epochs": 2,
    "sampler_exponent": 0.5,
    "crop": 0.7,
    "colour_jitter": 0.2,
    "cutmix": 0.5,
}


def tiny_recipe(**changes: Any) -> Recipe:
    """The recipe above with some fields changed; None leaves a field out."""
    settings = {**TINY, **changes}
    return parse_recipe({name: value for name, value in settings.items() if value is not None}, "The recipe")


def autoencoder_recipe(**changes: Any) -> Recipe:
    """A recipe for a small autoencoder."""
    settings = {"name": "drawn", "method": "autoencoder", "image_size": 32, "epochs": 3, "batch_size": 6}
    return parse_recipe({**settings, "learning_rate": 0.003, "dimension": 16, **changes}, "The recipe")


def train(
    recipe: Recipe,
    catalogues: Mapping[str, Catalogue],
    out: Path,
    *,
    progress: Progress = NO_PROGRESS,
    **options: Any,
) -> dict[str, Any]:
    """Train on the processor with the options of `TrainingOptions`."""
    return run.train(recipe, catalogues, out, TrainingOptions(device="cpu", **options), progress=progress)


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory: pytest.TempPathFactory, make_photo: Callable[..., Image.Image]) -> Path:
    """Folder with ``listings.csv`` and ``images/``: 10 products, three turned photos of each."""
    folder = tmp_path_factory.mktemp("training")
    (folder / "images").mkdir()
    lines = ["posting_id,image,label_group"]
    for product in range(10):
        for shot in range(3):
            name = f"{product}_{shot}.png"
            make_photo(product, 48, 40).rotate(6 * shot).save(folder / "images" / name)
            lines.append(f"p{product}_{shot},{name},group{product}")
    (folder / "listings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def photos(photo_folder: Path) -> dict[str, Catalogue]:
    """The catalogue of `photo_folder`, as `train` takes it."""
    return {"drawn": read_catalogue(photo_folder / "listings.csv", images=photo_folder / "images")}


def fail_at_step(monkeypatch: pytest.MonkeyPatch, number: int, failure: float | Exception) -> None:
    """Make the step of this number (from 1) raise an exception, or have a number as its loss."""
    step, calls = loop._step, 0

    def failing(*arguments: Any) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls != number:
            return step(*arguments)
        if isinstance(failure, Exception):
            raise failure
        return torch.tensor(failure)

    monkeypatch.setattr(loop, "_step", failing)
