"""Geometric verification: what two photos share is found, in either order, and chance is told from it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from product_matching.encoders.keypoints import EDGE, Keypoints, find_keypoints
from product_matching.matching.geometry import (
    ENOUGH,
    GEOMETRY_FEATURES,
    features_of,
    pair_features,
    verify,
    verify_pair,
)
from product_matching.progress import Cancelled
from tests.photos_with_print import printed, seen_elsewhere
from tests.recorded_progress import RecordedProgress

SIZE = 300
#: Turned by 12 degrees, reduced to 85 %, and moved.
TURN = np.deg2rad(12)
TRANSFORM = np.array(
    [
        [0.85 * np.cos(TURN), -0.85 * np.sin(TURN), 48.0],
        [0.85 * np.sin(TURN), 0.85 * np.cos(TURN), 6.0],
    ]
)
PACK = printed(1, SIZE)
FRONT, AGAIN, OTHER = (find_keypoints(photo) for photo in (PACK, seen_elsewhere(PACK, TRANSFORM), printed(2, SIZE)))
BLANK = find_keypoints(Image.new("RGB", (SIZE, SIZE), "white"))


def feature(name: str, features: np.ndarray) -> float:
    return float(features[GEOMETRY_FEATURES.index(name)])


def test_the_same_pack_seen_from_elsewhere_is_found_and_so_is_the_transform() -> None:
    found = verify_pair(FRONT, AGAIN)
    assert found.inliers >= 40
    assert found.inliers <= found.matches
    assert found.transform is not None
    np.testing.assert_allclose(found.transform[:, :2], TRANSFORM[:, :2], atol=0.02)
    np.testing.assert_allclose(found.transform[:, 2], TRANSFORM[:, 2] * EDGE / SIZE, atol=3)
    assert feature("change of scale", found.features) == pytest.approx(-np.log2(0.85), abs=0.05)
    assert feature("rotation", found.features) == pytest.approx(12, abs=1)
    assert feature("distortion", found.features) == pytest.approx(0, abs=0.05)
    small, large = (feature(f"{size} area that lies alike", found.features) for size in ("smaller", "larger"))
    assert 0.2 < large <= 1
    assert small / large == pytest.approx(0.85**2, abs=0.02)


def test_the_points_of_both_photos_belong_together() -> None:
    found = verify_pair(FRONT, AGAIN)
    assert found.first.shape == found.second.shape == (found.inliers, 2)
    assert ((found.first >= 0) & (found.first <= 1)).all()
    expected = found.first * SIZE @ TRANSFORM[:, :2].T + TRANSFORM[:, 2]
    assert np.median(np.linalg.norm(expected - found.second * SIZE, axis=1)) < 2


def test_a_line_of_print_is_not_crushed() -> None:
    """Points on one line fit affine transforms that map everything else onto it as well."""
    rng = np.random.default_rng(3)
    xy = np.column_stack([rng.uniform(40, 215, 60), rng.uniform(118, 124, 60)])
    beside = rng.uniform(40, 215, (25, 2))
    onto_the_line = np.column_stack([0.9 * beside[:, 0] + 10, rng.uniform(156, 160, 25)])
    descriptors = rng.integers(-7, 8, (85, 32), dtype=np.int8)
    first, second = (
        Keypoints(np.rint(points).astype(np.uint8), descriptors, (EDGE, EDGE), FRONT.colours)
        for points in (np.vstack([xy, beside]), np.vstack([xy * 0.9 + [10, 50], onto_the_line]))
    )
    found = verify_pair(first, second)
    assert found.matches == 85
    assert 55 <= found.inliers <= 70
    assert found.transform is not None
    assert feature("distortion", found.features) < 2
    assert feature("change of scale", found.features) == pytest.approx(-np.log2(0.9), abs=0.1)


def test_other_packs_share_little() -> None:
    counts = [verify_pair(FRONT, find_keypoints(printed(seed, SIZE))).inliers for seed in range(10, 16)]
    assert max(counts) < verify_pair(FRONT, AGAIN).inliers / 3


def test_the_order_of_the_photos_does_not_matter() -> None:
    for other in (AGAIN, OTHER, BLANK, FRONT):
        one, back = verify_pair(FRONT, other), verify_pair(other, FRONT)
        np.testing.assert_array_equal(one.features, back.features)
        np.testing.assert_array_equal(one.first, back.second)
    there, back = verify_pair(FRONT, AGAIN).transform, verify_pair(AGAIN, FRONT).transform
    assert there is not None
    assert back is not None
    np.testing.assert_allclose(np.vstack([there, [0, 0, 1]]) @ np.vstack([back, [0, 0, 1]]), np.eye(3), atol=1e-9)


def test_a_photo_shares_all_with_itself() -> None:
    found = verify_pair(FRONT, FRONT)
    assert feature("share of the keypoints that lie alike", found.features) > 0.8
    assert feature("rotation", found.features) == pytest.approx(0, abs=0.01)
    assert feature("colour difference where they lie alike", found.features) == 0
    assert not found.differs_in_colour


def test_a_blank_photo_shares_nothing() -> None:
    for other in (FRONT, BLANK):
        found = verify_pair(BLANK, other)
        assert (found.inliers, found.matches, found.transform) == (0, 0, None)
        assert not found.differs_in_colour
        assert np.isnan(feature("rotation", found.features))
        assert feature("smaller area that lies alike", found.features) == 0


def test_the_same_print_in_another_colour_differs_in_colour() -> None:
    green, dark = (find_keypoints(printed(1, SIZE, tint)) for tint in ((60, 225, 90), (70, 70, 70)))
    for other in (green, dark):
        found = verify_pair(FRONT, other)
        assert found.inliers >= ENOUGH
        assert found.differs_in_colour
    assert not verify_pair(FRONT, AGAIN).differs_in_colour


def test_a_query_is_compared_with_each_candidate_in_order() -> None:
    alone = [verify_pair(FRONT, other).features for other in (OTHER, AGAIN)]
    first, missing, last = verify(FRONT, [OTHER, None, AGAIN])
    assert missing is None
    np.testing.assert_array_equal(features_of(first), alone[0])
    np.testing.assert_array_equal(features_of(last), alone[1])
    assert np.isnan(features_of(missing)).all()
    assert verify(FRONT, []) == []


def test_many_threads_give_the_same_as_one() -> None:
    expected = verify_pair(FRONT, OTHER).features
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: verify_pair(FRONT, OTHER).features, range(40)))
    assert all(np.array_equal(features, expected, equal_nan=True) for features in found)


def test_pairs_of_a_catalogue_have_the_features_of_each_pair() -> None:
    photos = [FRONT, AGAIN, OTHER, None]
    pairs = np.array([[0, 1], [1, 0], [2, 0], [3, 0]] * 100)
    progress = RecordedProgress()
    features = pair_features(photos.__getitem__, pairs, progress=progress)
    assert features.shape == (400, len(GEOMETRY_FEATURES))
    assert features.dtype == np.float32
    np.testing.assert_array_equal(features[0], verify_pair(FRONT, AGAIN).features)
    np.testing.assert_array_equal(features[396], features[1])
    np.testing.assert_array_equal(features[0], features[1])
    assert np.isnan(features[3::4]).all()
    assert pair_features(photos.__getitem__, np.zeros((0, 2), dtype=np.int64)).shape == (0, len(GEOMETRY_FEATURES))


def test_comparing_a_catalogue_can_be_stopped() -> None:
    seen = []
    lock = threading.Lock()

    def keypoints(row: int) -> None:
        with lock:
            seen.append(row)

    pairs = np.zeros((100_000, 2), dtype=np.int64)
    with pytest.raises(Cancelled):
        pair_features(keypoints, pairs, progress=RecordedProgress(cancel_in="comparing keypoints", cancel_after=1000))
    assert len(seen) < 100_000
