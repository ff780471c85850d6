"""Scans of a JPEG, counted in the file: those of its own, however the marker occurs elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from product_matching.listings.jpeg_scans import count_scans
from tests.slow_photos import encoded, jpeg_of_scans

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 48, 3), dtype=np.uint8))
SCAN = b"\xff\xda"
PLAIN = encoded(NOISE, "JPEG")


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


@pytest.mark.parametrize(
    ("photo", "options", "scans"),
    [
        (NOISE, {}, 1),
        (NOISE, {"restart_marker_blocks": 1}, 1),
        (NOISE, {"progressive": True}, 10),  # the script of libjpeg for colour, and that for grey
        (NOISE.convert("L"), {"progressive": True}, 6),
    ],
)
def test_scans_are_those_of_the_script_of_libjpeg(photo: Image.Image, options: dict, scans: int) -> None:
    assert count_scans(encoded(photo, "JPEG", **options), 0) == scans


def test_repeated_scans_are_counted() -> None:
    assert count_scans(jpeg_of_scans(16, 3000), 100) == 3006


@pytest.mark.parametrize(
    "data",
    [
        PLAIN[:2] + segment(0xE1, 500 * SCAN) + PLAIN[2:],  # a thumbnail of a camera
        PLAIN[:2] + segment(0xFE, 500 * SCAN) + PLAIN[2:],
        PLAIN + 500 * SCAN,  # a video behind the picture
        PLAIN[:2] + b"\xff" * 9 + PLAIN[2:] + 500 * SCAN,  # fill bytes before a marker
    ],
)
def test_the_marker_in_a_thumbnail_or_behind_the_end_is_no_scan(data: bytes) -> None:
    assert count_scans(data, 100) == 1


def test_a_file_of_nothing_but_segments_is_not_walked_to_its_end() -> None:
    data = b"\xff\xd8" + 1_000_000 * segment(0xFE, b"") + 200 * SCAN
    assert count_scans(data, 100) == 101


def test_damaged_files_are_counted_as_well() -> None:
    assert count_scans(b"", 0) == count_scans(b"\xff", 0) == 0
    assert count_scans(b"\xff\xd8" + 3 * SCAN, 0) >= 1
