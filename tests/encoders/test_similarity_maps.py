"""Places of likeness: exact shares of the cosine, alike for alike photos, and hot where a part was pasted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from product_matching.encoders.photo import PhotoEncoder
from product_matching.encoders.similarity_maps import FeatureMap, similarity_maps
from product_matching.errors import InputError

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> PhotoEncoder:
    return PhotoEncoder.load(PROJECT / "models" / "efficientnet_lite2_arcface", device="cpu")


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> PhotoEncoder:
    return PhotoEncoder.load(tiny_model, device="cpu")


@pytest.mark.parametrize(("name", "shape"), [("tiny", (2, 2, 256)), ("shipped", (7, 7, 1280))])
def test_the_shares_of_the_places_sum_up_to_the_cosine(
    request: pytest.FixtureRequest, make_photo: Callable[..., Image.Image], name: str, shape: tuple[int, ...]
) -> None:
    encoder: PhotoEncoder = request.getfixturevalue(name)
    photos = make_photo(1, 120, 80), make_photo(2, 64, 200)
    maps = [encoder.feature_map(photo) for photo in photos]
    vectors = [encoder.encode(photo) for photo in photos]
    assert [each.places.shape for each in maps] == [shape, shape]
    for feature_map, vector in zip(maps, vectors, strict=True):
        np.testing.assert_allclose(feature_map.embedding, vector, atol=1e-5)
    for shares in similarity_maps(*maps):
        assert shares.shape == shape[:2]
        assert shares.sum() == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)


def test_identical_photos_have_one_map_and_the_order_does_not_matter(
    tiny: PhotoEncoder, make_photo: Callable[..., Image.Image]
) -> None:
    one, other = tiny.feature_map(make_photo(1)), tiny.feature_map(make_photo(2))
    np.testing.assert_array_equal(*similarity_maps(one, tiny.feature_map(make_photo(1))))
    there, back = similarity_maps(one, other), similarity_maps(other, one)
    np.testing.assert_array_equal(there[0], back[1])
    np.testing.assert_array_equal(there[1], back[0])


@pytest.mark.parametrize("sample", ["query_02", "query_05", "query_30"])
@pytest.mark.parametrize(("left", "top"), [(16, 16), (112, 80)])
def test_a_part_that_was_pasted_into_noise_is_hotter_than_the_noise(
    shipped: PhotoEncoder, sample: str, left: int, top: int
) -> None:
    photo = Image.open(PROJECT / "demo" / "images" / f"{sample}.jpg").convert("RGB").resize((224, 224))
    noise = np.random.default_rng(3).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    scene = Image.fromarray(noise)
    scene.paste(photo.crop((64, 64, 160, 160)), (left, top))
    _, shares = similarity_maps(shipped.feature_map(photo), shipped.feature_map(scene))
    large = np.kron(shares, np.ones((32, 32)))
    inside = np.zeros((224, 224), dtype=bool)
    inside[top : top + 96, left : left + 96] = True
    assert large[inside].mean() > 5 * abs(large[~inside].mean())


def test_a_map_without_any_feature_has_no_likeness() -> None:
    empty = FeatureMap(np.zeros((2, 3, 4), dtype=np.float32), np.zeros(4, dtype=np.float32))
    assert [shares.tolist() for shares in similarity_maps(empty, empty)] == [np.zeros((2, 3)).tolist()] * 2


def test_a_network_without_places_is_refused_in_one_sentence(tiny: PhotoEncoder) -> None:
    import timm

    transformer = PhotoEncoder(tiny.model, timm.create_model("test_vit", num_classes=0, img_size=64))
    with pytest.raises(InputError, match="no map of features"):
        transformer.feature_map(Image.new("RGB", (9, 9)))
    nonlinear = PhotoEncoder(tiny.model, timm.create_model("mobilenetv3_small_050", num_classes=0))
    with pytest.raises(InputError, match="no map of features"), torch.no_grad():
        nonlinear.feature_map(Image.new("RGB", (9, 9), "teal"))
