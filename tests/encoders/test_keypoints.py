"""Keypoints of a photo: the same for the same photo, at most so many, and none where there is nothing to see."""

import numpy as np
import pytest
from PIL import Image

from product_matching.encoders.keypoints import EDGE, LARGEST, MAX_KEYPOINTS, find_keypoints, pack, unpack
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
    assert keypoints.points.nbytes + pack(keypoints.descriptors).nbytes == 18 * MAX_KEYPOINTS


def test_packed_descriptors_come_back() -> None:
    descriptors = find_keypoints(printed(2)).descriptors
    np.testing.assert_array_equal(unpack(pack(descriptors)), descriptors)


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
