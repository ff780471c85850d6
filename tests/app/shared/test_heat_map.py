"""Heat over photos: as large as shown, bright where it is hot, and said in words."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch import nn

from product_matching.app.shared.heat_map import CAPTION, EDGE, describe_place, heat_maps, overlay
from product_matching.encoders.photo import PhotoEncoder


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(float)


def test_an_overlay_is_bright_where_it_is_hot_and_the_photo_elsewhere() -> None:
    heat = np.zeros((7, 7), dtype=np.float32)
    heat[0:2, 5:7] = 1
    drawn = pixels(overlay(Image.new("RGB", (300, 150), (60, 60, 60)), heat))
    assert drawn.shape == (EDGE // 2, EDGE, 3)
    assert drawn[10, -10].mean() > 150, "the top right"
    assert np.abs(drawn[-40:, :100] - 60).max() < 4, "grey stays as it is"


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (2, 3000)])
def test_a_photo_of_any_shape_can_be_overlaid(size: tuple[int, int]) -> None:
    assert max(pixels(overlay(Image.new("RGB", size), np.ones((2, 2), dtype=np.float32))).shape) == EDGE


@pytest.mark.parametrize(
    ("hot", "said"),
    [
        ((slice(0, 2), slice(0, 2)), "the top left"),
        ((slice(2, 5), slice(2, 5)), "the centre"),
        ((slice(6, 7), slice(2, 5)), "the bottom centre"),
        ((slice(3, 4), slice(6, 7)), "the middle right"),
        ((slice(0, 7), slice(0, 7)), "nearly every place"),
        ((slice(0, 0), slice(0, 0)), "no place"),
    ],
)
def test_where_the_heat_is_can_be_said(hot: tuple[slice, slice], said: str) -> None:
    heat = np.zeros((7, 7), dtype=np.float32)
    heat[hot] = 1
    assert describe_place(heat) == said


def test_both_photos_are_drawn_with_words_and_a_network_without_places_says_so(
    tiny_model: Path, make_photo: Callable[..., Image.Image], encode_photo: Callable[..., bytes]
) -> None:
    pictures = [encode_photo(make_photo(seed, 90, 60), "JPEG") for seed in (1, 2)]
    encoder = PhotoEncoder.load(tiny_model, device="cpu")
    maps = heat_maps(*pictures, encoder)
    assert [pixels(each).shape for each in (maps.first, maps.second)] == [(256, 384, 3)] * 2

    def page(pictures, encoder):
        from product_matching.app.shared.heat_map import draw_heat_maps

        draw_heat_maps(*pictures, encoder, ("your photo", "the photo of a lamp"))

    app = AppTest.from_function(page, args=(pictures, encoder)).run(timeout=30)
    alts = [image.proto.imgs[0].alt for image in app.get("image")]
    assert not app.exception
    assert [alt.partition(":")[0] for alt in alts] == ["Heat map of your photo", "Heat map of the photo of a lamp"]
    assert app.caption[0].value == CAPTION
    encoder.network = nn.Flatten()
    app = AppTest.from_function(page, args=(pictures[::-1], encoder)).run(timeout=30)
    assert "no map of features" in app.info[0].value
    assert not app.get("image")
