"""Parts of uploaded photos: made by the same way as a photo, kept by content and region."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from product_matching.app.shared.uploads import MAX_PARTS, PREVIEW_EDGE, UploadStore, embed_upload
from product_matching.encoders.keypoints import find_keypoints
from product_matching.encoders.photo_views import PhotoViews, Wanted, view_photo
from product_matching.encoders.preprocess import Square, resize_photo
from product_matching.errors import InputError
from product_matching.listings.photos import PhotoError, phash, thumbnail
from product_matching.listings.regions import Region, crop_region

REGION = Region(0.25, 0.5, 0.5, 0.25)


class MeanEncoder:
    """Stands in for the network: the mean colour; counts its calls."""

    calls = 0

    square = Square(edge=32, interpolation="bicubic")

    def encode_square(self, pixels: np.ndarray) -> np.ndarray:
        self.calls += 1
        return pixels.mean(axis=(0, 1))


def test_a_part_is_embedded_once_from_the_crop_and_the_whole_is_previewed(
    make_photo: Callable[..., Image.Image], encode_photo: Callable[..., bytes]
) -> None:
    photo, store, encoder = make_photo(4, 1200, 800), UploadStore(), MeanEncoder()
    crop = crop_region(photo, REGION)
    key = store.put(encode_photo(photo), "a.png")
    for _ in range(2):
        vector = embed_upload(store.part(key, REGION), "model", encoder, view_photo)
    part, whole = store.part(key, REGION), store.get(key)
    assert encoder.calls == 1
    np.testing.assert_array_equal(vector, resize_photo(crop, 32, "bicubic").mean(axis=(0, 1)))
    assert (part.phash, part.thumbnail) == (phash(crop), thumbnail(crop))
    np.testing.assert_array_equal(part.keypoints.points, find_keypoints(crop).points)
    assert not whole.vectors, "nobody asked for the whole photo"
    with Image.open(io.BytesIO(whole.preview)) as preview:
        assert max(preview.size) == PREVIEW_EDGE
    assert part.key.startswith(key)
    assert part.key != key


def test_a_photo_that_was_refused_is_not_decoded_again() -> None:
    store, asked = UploadStore(), []

    def refuse(data: bytes, wanted: Wanted, **_: object) -> PhotoViews:
        asked.append(wanted)
        raise PhotoError("The photo takes more than 2 seconds.")

    key = store.put(b"slow", "a.png")
    for upload in (store.get(key), store.part(key, REGION), store.get(key)):
        with pytest.raises(PhotoError, match="more than 2 seconds"):
            embed_upload(upload, "model", MeanEncoder(), refuse)
    assert len(asked) == 1


def test_a_photo_that_found_no_room_in_the_queue_may_be_asked_again(encode_photo: Callable[..., bytes]) -> None:
    store = UploadStore()

    def full(data: bytes, wanted: Wanted, **_: object) -> PhotoViews:
        raise InputError("40 photos wait.")

    upload = store.get(store.put(encode_photo(Image.new("RGB", (8, 8))), "a.png"))
    with pytest.raises(InputError, match="40 photos"):
        embed_upload(upload, "model", MeanEncoder(), full)
    assert len(embed_upload(upload, "model", MeanEncoder(), view_photo)) == 3


def test_parts_of_a_photo_are_limited_and_go_with_its_file(encode_photo: Callable[..., bytes]) -> None:
    data = encode_photo(Image.new("RGB", (64, 64)))
    store = UploadStore(max_bytes=len(data) + 1)
    key = store.put(data, "a.png")
    regions = [Region(0.0, 0.0, 0.5, (50 + number) / 1000) for number in range(MAX_PARTS + 3)]
    parts = [store.part(key, region) for region in regions]
    assert list(store.get(key).parts) == regions[3:]
    store.put(b"newer", "b.png")
    with pytest.raises(InputError, match="upload it again"):
        embed_upload(parts[-1], "model", MeanEncoder(), view_photo)
    assert store.part("0123", REGION) is None
