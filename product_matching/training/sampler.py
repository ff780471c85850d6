"""The order in which an epoch goes through the training photos; the same for the same seed and epoch."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from product_matching.search.neighbours import FloatArray, RowArray


class Stream(IntEnum):
    """Purpose of a stream of random numbers: each purpose has its own stream, so that they are independent."""

    order = 1
    augmentation = 2
    mixing = 3
    network = 4


def random_stream(seed: int, stream: Stream, *position: int) -> np.random.Generator:
    """Random numbers that depend on nothing but the seed, their purpose and where in the training they are used.

    As no state is carried along, an interrupted training continues exactly where it was.
    """
    return np.random.default_rng([seed, int(stream), *position])


def network_seed(seed: int, epoch: int) -> int:
    """Seed of what a network itself leaves to chance in an epoch, such as dropout."""
    return int(random_stream(seed, Stream.network, epoch).integers(2**62))


def sampling_weights(labels: RowArray, exponent: float) -> FloatArray:
    """Chance of each photo to be drawn, ``n_c ** -exponent`` scaled to the sum 1; shape (N,).

    With exponent 1 every class is drawn equally often, with 0 every photo.
    """
    sizes = np.bincount(labels)[labels].astype(np.float64)
    weights: FloatArray = sizes**-exponent
    chances: FloatArray = weights / weights.sum()
    return chances


def epoch_order(labels: RowArray, exponent: float, *, seed: int, epoch: int) -> RowArray:
    """Rows of the training photos in the order of one epoch; shape (N,).

    Parameters
    ----------
    labels
        Class of each photo, shape (N,).
    exponent
        0: every photo once, shuffled. Above: N draws with replacement by `sampling_weights`.
    seed, epoch
        Decide the order.
    """
    rng = random_stream(seed, Stream.order, epoch)
    if exponent == 0:
        return rng.permutation(len(labels)).astype(np.int64)
    return rng.choice(len(labels), size=len(labels), p=sampling_weights(labels, exponent)).astype(np.int64)
