"""Bands of candidate pairs: counted as a plain loop counts them, in the order of doubt."""

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.bands import Bands, ProbablePairs
from product_matching.search.neighbours import sort_neighbours


def pairs_of(probability: np.ndarray) -> ProbablePairs:
    """Pairs of 30 rows in no order."""
    first, second = (part[::-1] for part in np.triu_indices(30, 1))
    return ProbablePairs(first=first[: len(probability)], second=second[: len(probability)], probability=probability)


def test_counts_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    probability = np.round(rng.choice([0.1, 0.5, 0.9, *rng.random(50)], 400), 6)
    bands = [Bands(accept=0.9, reject=0.1), Bands(accept=0.5, reject=0.5), Bands(accept=1, reject=0)]
    for counted in map(pairs_of(probability).count, bands):
        accept, reject = counted.bands.accept, counted.bands.reject
        accepted = [p for p in probability if p >= accept]
        rejected = [p for p in probability if p < reject]
        assert (counted.accepted, counted.rejected) == (len(accepted), len(rejected))
        assert counted.review == len(probability) - len(accepted) - len(rejected)
        assert counted.expected_wrong == pytest.approx(sum(1 - p for p in accepted))
        assert counted.expected_missed == pytest.approx(sum(rejected))
    assert pairs_of(np.zeros(0)).count(bands[0]).accepted == 0


def test_the_pairs_around_a_probability_are_those_of_a_plain_sort() -> None:
    rng = np.random.default_rng(1)
    pairs = pairs_of(np.round(rng.choice([0.2, 0.5, 0.8, *rng.random(30)], 300), 6))
    ordered = sorted(range(300), key=lambda place: (pairs.probability[place], pairs.first[place], pairs.second[place]))
    for least in (0.0, 0.2, 0.5, 0.51, 0.8, 1.0):
        start = sum(p < least for p in pairs.probability)
        above, below = pairs.around(least, 7)
        assert above.tolist() == ordered[start : start + 7]
        assert below.tolist() == ordered[max(start - 7, 0) : start][::-1]
    assert [len(each) for each in pairs_of(np.zeros(0)).around(0.5, 7)] == [0, 0]


@pytest.mark.parametrize(("accept", "reject"), [(0.4, 0.5), (1.1, 0.5), (0.5, -0.1), (float("nan"), 0.1)])
def test_bands_that_cannot_be_are_refused(accept: float, reject: float) -> None:
    with pytest.raises(InputError, match="must be probabilities with 0 <= reject <= accept <= 1"):
        Bands(accept=accept, reject=reject)


def test_each_pair_is_taken_once_and_the_most_doubtful_stands_first() -> None:
    first, second, distances = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), np.array([0.1, 0.55, 0.45, 1.0])
    near = sort_neighbours(
        np.concatenate([np.arange(4), first, second]),
        np.concatenate([np.arange(4), second, first]),
        np.concatenate([np.zeros(4), distances, distances]),
        4,
    )
    pairs = ProbablePairs.of(near).doubtful_first()
    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.probability.tolist(), strict=True)) == [
        (0, 2, 0.45),
        (1, 3, 0.55),
        (0, 1, 0.9),
        (2, 3, 0.0),
    ]
    assert pairs.between(Bands(accept=0.55, reject=0.45)).tolist() == [True, False, False, False]
