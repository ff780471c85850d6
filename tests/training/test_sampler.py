"""The order of an epoch."""

import numpy as np
import pytest

from product_matching.training.sampler import Stream, epoch_order, random_stream, sampling_weights

LABELS = np.repeat(np.arange(4), [1, 2, 5, 12])


@pytest.mark.parametrize("exponent", [0.0, 0.4, 1.0])
def test_classes_are_drawn_in_proportion_to_their_size_to_the_power_one_minus_a(exponent: float) -> None:
    labels = np.tile(LABELS, 1)
    drawn = np.concatenate([labels[epoch_order(labels, exponent, seed=0, epoch=e)] for e in range(600)])
    sizes = np.bincount(labels).astype(float)
    expected = sizes ** (1 - exponent) / (sizes ** (1 - exponent)).sum()
    assert np.bincount(drawn) / len(drawn) == pytest.approx(expected, abs=0.015)


def test_exponent_0_takes_every_photo_once() -> None:
    order = epoch_order(LABELS, 0.0, seed=3, epoch=2)
    assert sorted(order) == list(range(len(LABELS)))
    assert order.tolist() != list(range(len(LABELS)))


def test_the_order_depends_on_seed_and_epoch_and_on_nothing_else() -> None:
    np.random.default_rng(0).random(100)
    first = epoch_order(LABELS, 1.0, seed=1, epoch=4)
    assert np.array_equal(first, epoch_order(LABELS, 1.0, seed=1, epoch=4))
    assert not np.array_equal(first, epoch_order(LABELS, 1.0, seed=1, epoch=5))
    assert not np.array_equal(first, epoch_order(LABELS, 1.0, seed=2, epoch=4))


def test_weights_are_chances() -> None:
    weights = sampling_weights(LABELS, 1.0)
    assert weights.sum() == pytest.approx(1)
    assert np.bincount(LABELS, weights) == pytest.approx(0.25)


def test_purposes_do_not_share_their_random_numbers() -> None:
    drawn = {random_stream(0, stream, 0).random() for stream in Stream}
    assert len(drawn) == len(Stream)
