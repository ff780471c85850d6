"""Fixtures that several test files share."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")

DATA_VARIABLE = "PRODUCT_MATCHING_DATA"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets; the test is skipped where there is none."""
    folder = Path(os.environ.get(DATA_VARIABLE) or Path(__file__).parent.parent / "data")
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not at {folder} (set {DATA_VARIABLE} to their folder)")
    return folder


@pytest.fixture(scope="session")
def need_data(data_folder: Path) -> Callable[[str], Path]:
    """Path of a file or folder below the data folder, as in ``need_data("shopee/train.csv")``; skipped without it."""

    def path_of(relative: str) -> Path:
        path = data_folder / relative
        if not path.exists():
            pytest.skip(f"there is no {relative} in the data folder {data_folder}")
        return path

    return path_of


@pytest.fixture(scope="session")
def make_photo() -> Callable[..., Image.Image]:
    """A function that draws a photo of soft coloured blobs, the same for the same seed and size."""

    def draw(seed: int = 0, width: int = 64, height: int = 64) -> Image.Image:
        coarse = np.random.default_rng(seed).integers(0, 256, size=(5, 5, 3), dtype=np.uint8)
        return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)

    return draw


@pytest.fixture(scope="session")
def encode_photo() -> Callable[..., bytes]:
    """A function that writes a picture as the bytes of a file of some format."""

    def encode(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, file_format, **options)
        return buffer.getvalue()

    return encode
