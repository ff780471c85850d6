"""The picture of what two photos share, and its words."""

import io

import numpy as np
import pytest
from PIL import Image

from product_matching.app.shared.match_points import EDGE, GAP, MAX_LINES, describe_points, match_points
from product_matching.encoders.keypoints import find_keypoints
from product_matching.errors import InputError
from product_matching.matching.geometry import verify_pair
from tests.photos_with_print import printed


def jpeg(photo: Image.Image) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


PRINT = printed(1)
WIDE = Image.new("RGB", (600, 300), "white")
WIDE.paste(PRINT, (300, 0))


def test_both_photos_stand_side_by_side_in_their_own_shapes() -> None:
    found = verify_pair(find_keypoints(PRINT), find_keypoints(WIDE))
    drawn = picture(match_points(jpeg(PRINT), jpeg(WIDE), found))
    assert (drawn.format, drawn.size) == ("JPEG", (2 * EDGE + GAP, EDGE))
    grey = np.abs(np.asarray(drawn, dtype=int) - (128, 136, 140)).sum(axis=2) < 30
    assert grey[: EDGE // 5, EDGE + GAP :].mean() > 0.95  # above the wide photo
    assert grey[:, EDGE + 1 : EDGE + GAP - 1].mean() > 0.5


@pytest.mark.parametrize("size", [(256, 1), (1, 256), (1, 1)])
def test_a_thin_photo_takes_no_more_room(size: tuple[int, int]) -> None:
    thin = Image.new("RGB", size, "teal")
    found = verify_pair(find_keypoints(PRINT), find_keypoints(thin))
    assert picture(match_points(jpeg(PRINT), jpeg(thin), found)).size == (2 * EDGE + GAP, EDGE)


def test_lines_and_points_are_drawn_where_the_photos_are_alike() -> None:
    found = verify_pair(find_keypoints(PRINT), find_keypoints(WIDE))
    nothing = verify_pair(find_keypoints(PRINT), find_keypoints(Image.new("RGB", (300, 300), "white")))
    assert nothing.inliers == 0
    plain = np.asarray(picture(match_points(jpeg(PRINT), jpeg(WIDE), nothing)), dtype=int)
    drawn = np.asarray(picture(match_points(jpeg(PRINT), jpeg(WIDE), found)), dtype=int)
    changed = np.abs(plain - drawn).sum(axis=2) > 60
    for points, left, top, height in ((found.first, 0, 0, EDGE), (found.second, EDGE + GAP, EDGE // 4, EDGE // 2)):
        x, y = (points * [EDGE, height]).astype(int).T
        assert changed[top + y, left + x].mean() > 0.9
    assert changed[:, EDGE + 1 : EDGE + GAP - 1].any()


def test_the_words_give_the_numbers() -> None:
    found = verify_pair(find_keypoints(PRINT), find_keypoints(PRINT))
    assert found.inliers > MAX_LINES
    text = describe_points(found, "Hand Cream")
    assert f"{found.inliers} points" in text
    assert f"{MAX_LINES} of them joined" in text
    assert "Hand Cream" in text


def test_a_damaged_photo_is_an_input_error() -> None:
    found = verify_pair(find_keypoints(PRINT), find_keypoints(PRINT))
    with pytest.raises(InputError, match="no photo that can be read"):
        match_points(jpeg(PRINT), b"no photo", found)
