"""Keypoints of a photo: the same for the same photo, at most so many, and none where there is nothing to see."""

import numpy as np
import pytest
from PIL import Image

from product_matching.encoders.keypoints import EDGE, LARGEST, MAX_KEYPOINTS, Keypoints, find_keypoints
from tests.photos_with_print import printed


def test_the_same_photo_gives_the_same_keypoints() -> None:
    first, second = find_keypoints(printed(1)), find_keypoints(printed(1))
    for name in ("points", "descriptors", "colours"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert first.size == second.size == (EDGE, EDGE)


def test_there_are_at_most_so_many_and_each_is_small() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8))
    keypoints = find_keypoints(noise)
    assert len(keypoints) == MAX_KEYPOINTS
    assert np.abs(keypoints.descriptors).max() <= LARGEST
    assert len(keypoints.to_bytes()) == 304 + 18 * MAX_KEYPOINTS


@pytest.mark.parametrize("photo", [printed(2), printed(2).resize((300, 90)), Image.new("RGB", (40, 300), "white")])
def test_what_was_written_is_read(photo: Image.Image) -> None:
    written = find_keypoints(photo)
    read = Keypoints.from_bytes(written.to_bytes())
    for name in ("points", "descriptors", "colours"):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
    assert read.size == written.size


@pytest.mark.parametrize("cut", [0, 3, 4, 303, 305, -1])
def test_bytes_of_something_else_are_refused(cut: int) -> None:
    content = find_keypoints(printed(2)).to_bytes()
    with pytest.raises(ValueError, match="bytes are no keypoints"):
        Keypoints.from_bytes(content[:cut])


def test_a_size_that_no_photo_is_scaled_to_is_refused() -> None:
    content = find_keypoints(printed(2)).to_bytes()
    with pytest.raises(ValueError, match="a photo of 65535 x 384 pixels has no keypoints"):
        Keypoints.from_bytes(b"\xff\xff" + content[2:])


@pytest.mark.parametrize("size", [(1, 1), (300, 300), (2000, 3), (3, 2000), (16, 16)])
def test_a_blank_photo_of_any_shape_has_none(size: tuple[int, int]) -> None:
    keypoints = find_keypoints(Image.new("RGB", size, (200, 30, 30)))
    assert len(keypoints) == 0
    assert keypoints.points.shape == (0, 2)
    assert keypoints.descriptors.shape[0] == 0
    assert max(keypoints.size) == EDGE


def test_points_are_where_the_photo_has_its_print() -> None:
    photo = Image.new("RGB", (600, 300), "white")
    photo.paste(printed(3, 150), (420, 30))
    keypoints = find_keypoints(photo)
    assert keypoints.size == (EDGE, EDGE // 2)
    pixels = keypoints.pixels() * (600 / EDGE)
    assert len(keypoints) > 50
    assert (pixels[:, 0] > 400).all()
    assert (pixels[:, 1] < 200).all()


def test_grey_and_transparent_photos_are_taken_too() -> None:
    colourful = printed(4)
    assert len(find_keypoints(colourful.convert("L"))) > 50
    assert len(find_keypoints(colourful.convert("RGBA"))) > 50
