"""Parts of uploaded photos: made by the same way as a photo, kept by content and region."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from product_matching.app.shared.uploads import MAX_PARTS, PREVIEW_EDGE, UploadStore, embed_upload
from product_matching.encoders.keypoints import find_keypoints
from product_matching.errors import InputError
from product_matching.listings.photos import phash, thumbnail
from product_matching.listings.regions import Region, crop_region

REGION = Region(0.25, 0.5, 0.5, 0.25)


class MeanEncoder:
    """Stands in for the network: the mean colour; counts its calls."""

    calls = 0

    def encode(self, photo: Image.Image) -> np.ndarray:
        self.calls += 1
        return np.asarray(photo).mean(axis=(0, 1))


def test_a_part_is_embedded_once_from_the_crop_and_the_whole_is_previewed(
    make_photo: Callable[..., Image.Image], encode_photo: Callable[..., bytes]
) -> None:
    photo, store, encoder = make_photo(4, 1200, 800), UploadStore(), MeanEncoder()
    crop = crop_region(photo, REGION)
    key = store.put(encode_photo(photo), "a.png")
    for _ in range(2):
        vector = embed_upload(store.part(key, REGION), "model", encoder)
    part, whole = store.part(key, REGION), store.get(key)
    assert encoder.calls == 1
    np.testing.assert_array_equal(vector, np.asarray(crop).mean(axis=(0, 1)))
    assert (part.phash, part.thumbnail) == (phash(crop), thumbnail(crop))
    np.testing.assert_array_equal(part.keypoints.points, find_keypoints(crop).points)
    assert not whole.vectors, "nobody asked for the whole photo"
    with Image.open(io.BytesIO(whole.preview)) as preview:
        assert max(preview.size) == PREVIEW_EDGE
    assert part.key.startswith(key)
    assert part.key != key


def test_parts_of_a_photo_are_limited_and_go_with_its_file(encode_photo: Callable[..., bytes]) -> None:
    data = encode_photo(Image.new("RGB", (64, 64)))
    store = UploadStore(max_bytes=len(data) + 1)
    key = store.put(data, "a.png")
    regions = [Region(0.0, 0.0, 0.5, (50 + number) / 1000) for number in range(MAX_PARTS + 3)]
    parts = [store.part(key, region) for region in regions]
    assert list(store.get(key).parts) == regions[3:]
    store.put(b"newer", "b.png")
    with pytest.raises(InputError, match="upload it again"):
        embed_upload(parts[-1], "model", MeanEncoder())
    assert store.part("0123", REGION) is None
