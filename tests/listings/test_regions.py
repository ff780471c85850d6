"""Regions of a photo: read from any text, and cut out to whole pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from product_matching.errors import InputError
from product_matching.listings.regions import DECIMALS, LEAST_SIDE, Region, crop_region, read_region


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whole",
        "0.1,0.1,0.5",
        "0.1,0.1,0.5,0.5,0.5",
        "0.6,0,0.5,0.5",
        "0,0.501,1,0.5",
        "-0.01,0,0.5,0.5",
        "0,0,0.049,1",
        "0,0,1,0.049",
        "0,0,nan,1",
        "0,0,inf,1",
        "1e999,0,1,1",
    ],
)
def test_what_is_no_region_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"^The region .* is none: give four numbers left,top,width,height .*\.$"):
        read_region(text)


@given(st.text("0123456789.,-e ", max_size=30))
def test_what_is_read_lies_inside_the_photo_and_reads_the_same_again(text: str) -> None:
    try:
        region = read_region(text)
    except InputError:
        return
    assert min(region.left, region.top) >= 0
    assert min(region.width, region.height) >= LEAST_SIDE
    assert round(max(region.left + region.width, region.top + region.height), DECIMALS) <= 1
    assert read_region(str(region)) == region


def test_a_crop_has_the_pixels_of_the_region() -> None:
    pixels = np.arange(200 * 100 * 3, dtype=np.uint32).astype(np.uint8).reshape(100, 200, 3)
    crop = crop_region(Image.fromarray(pixels), read_region("0.25,0.1,0.5,0.3"))
    np.testing.assert_array_equal(np.asarray(crop), pixels[10:40, 50:150])


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (7, 3), (640, 480)])
@pytest.mark.parametrize("text", ["0,0,1,1", "0.95,0.95,0.05,0.05", "0.333,0.667,0.333,0.333"])
def test_a_crop_of_any_photo_has_at_least_a_pixel_and_stays_inside(size: tuple[int, int], text: str) -> None:
    crop = crop_region(Image.new("RGB", size, "teal"), read_region(text))
    assert 1 <= crop.width <= size[0]
    assert 1 <= crop.height <= size[1]
    assert crop.getextrema() == ((0, 0), (128, 128), (128, 128)), "nothing but the photo"


def test_the_whole_photo_is_its_own_crop() -> None:
    assert crop_region(Image.new("RGB", (33, 21)), Region(0.0, 0.0, 1.0, 1.0)).size == (33, 21)
