"""Random changes of training photos."""

import numpy as np
import pytest
import torch

from product_matching.training.augmentation import augment, cut_mix, draw_crop
from product_matching.training.sampler import Stream, random_stream
from tests.training.conftest import tiny_recipe

PIXELS = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (12, 3, 32, 32), dtype=np.uint8))
PLAIN = {"flip": 0.0, "crop": 1.0, "colour_jitter": 0.0, "cutmix": 0.0}


def test_nothing_asked_for_changes_nothing() -> None:
    recipe = tiny_recipe(**PLAIN)
    assert torch.equal(augment(PIXELS, recipe, 0, 0), PIXELS)
    assert cut_mix(PIXELS, recipe, 0, 0) == (PIXELS, None)


def test_a_flip_mirrors_left_and_right() -> None:
    assert torch.equal(augment(PIXELS, tiny_recipe(**{**PLAIN, "flip": 1.0}), 0, 0), PIXELS.flip(-1))
    half = augment(PIXELS, tiny_recipe(**{**PLAIN, "flip": 0.5}), 0, 0)
    mirrored = [torch.equal(a, b) for a, b in zip(half, PIXELS.flip(-1), strict=True)]
    same = [torch.equal(a, b) for a, b in zip(half, PIXELS, strict=True)]
    assert any(mirrored)
    assert any(same)
    assert all(a != b for a, b in zip(mirrored, same, strict=True))


def test_a_photo_is_changed_alike_wherever_its_batch_begins() -> None:
    recipe = tiny_recipe()
    whole = augment(PIXELS, recipe, 3, 40)
    assert torch.equal(whole[5:], augment(PIXELS[5:], recipe, 3, 45))
    assert not torch.equal(whole, augment(PIXELS, recipe, 4, 40))
    assert not torch.equal(whole, augment(PIXELS, tiny_recipe(seed=1), 3, 40))
    assert whole.dtype == torch.uint8
    assert whole.shape == PIXELS.shape


def test_a_crop_is_enlarged_to_the_whole_photo() -> None:
    ramp = torch.arange(0, 128, 2, dtype=torch.uint8).expand(4, 3, 64, 64)
    recipe = tiny_recipe(**{**PLAIN, "crop": 0.3})
    cropped = augment(ramp, recipe, 0, 0)
    for row, photo in enumerate(cropped):
        stream = random_stream(recipe.seed, Stream.augmentation, 0, row)
        _, left, _, width = draw_crop(64, recipe.crop, stream)
        expected = (left + (torch.arange(64) + 0.5) * width / 64 - 0.5) * 2
        assert (photo.float() - expected.clamp(0, 126)).abs().max() <= 1


def test_colours_change_by_the_factors_of_the_recipe() -> None:
    grey = torch.full((40, 3, 8, 8), 100, dtype=torch.uint8)
    changed = augment(grey, tiny_recipe(**{**PLAIN, "colour_jitter": 0.2}), 0, 0)
    assert changed.min() >= 79
    assert changed.max() <= 121
    assert changed.float().std() > 5
    assert torch.equal(changed[:, 0], changed[:, 2])


@pytest.mark.parametrize("smallest", [0.2, 0.8])
def test_a_crop_lies_in_the_photo_and_keeps_its_share(smallest: float) -> None:
    rng = np.random.default_rng(1)
    boxes = np.array([draw_crop(200, smallest, rng) for _ in range(500)])
    top, left, height, width = boxes.T
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (top + height <= 200).all()
    assert (left + width <= 200).all()
    shares = height * width / 200**2
    assert shares.min() >= smallest * 0.74  # an edge cut to the photo takes at most a quarter: 3 / 4
    assert shares.max() > 0.9
    assert ((height / width) < 1.36).all()
    assert ((height / width) > 0.73).all()


def test_cutmix_takes_a_box_of_the_partner_and_says_how_much_is_left() -> None:
    own = torch.arange(6, dtype=torch.uint8)[:, None, None, None].expand(6, 3, 32, 32)
    shares = []
    for step in range(40):
        mixed, mix = cut_mix(own, tiny_recipe(**{**PLAIN, "cutmix": 1.0}), 0, step)
        assert mix is not None
        assert sorted(mix.partners.tolist()) == list(range(6))
        for photo, label, partner in zip(mixed, range(6), mix.partners.tolist(), strict=True):
            kept = (photo == label).float().mean().item()
            assert kept == pytest.approx(1.0 if partner == label else mix.share)
            assert ((photo == label) | (photo == partner)).all()
        shares.append(mix.share)
    assert min(shares) < 0.4
    assert max(shares) > 0.8


def test_cutmix_happens_as_often_as_the_recipe_says() -> None:
    recipe = tiny_recipe(**{**PLAIN, "cutmix": 0.3})
    mixed = [cut_mix(PIXELS[:2], recipe, 0, step)[1] is not None for step in range(300)]
    assert np.mean(mixed) == pytest.approx(0.3, abs=0.08)
