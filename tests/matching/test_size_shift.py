"""The threshold to try in a catalogue of another size."""

import math

import pytest

from product_matching.matching.size_shift import shifted_threshold

#: Best distance thresholds of `benchmarks/size_curve.py`, by listings: photos of the demo, titles of Shopee.
MEASURED = {
    "photo": {271: 0.51, 541: 0.48, 1_082: 0.43, 1_889: 0.40, 2_702: 0.38},
    "title": {3_386: 0.61, 6_791: 0.56, 13_669: 0.50, 23_884: 0.46, 34_250: 0.43},
}


@pytest.mark.parametrize("side", ["photo", "title"])
def test_a_threshold_of_one_size_comes_near_the_best_of_every_other(side: str) -> None:
    measured = MEASURED[side]
    for tuned_for, distance in measured.items():
        for n, best in measured.items():
            moved = shifted_threshold(distance, side, tuned_for=tuned_for, n=n)  # type: ignore[arg-type]
            assert abs((distance if moved is None else moved) - best) <= 0.03


def test_a_catalogue_of_about_the_same_size_keeps_its_threshold() -> None:
    assert shifted_threshold(0.3, "title", tuned_for=1_000, n=1_099) is None
    assert shifted_threshold(0.3, "title", tuned_for=1_000, n=1_100) == round(0.3 - 0.056 * math.log2(1.1), 3)
    assert shifted_threshold(0.3, "photo", tuned_for=0, n=50) is None


def test_a_threshold_stays_a_distance() -> None:
    assert shifted_threshold(0.05, "title", tuned_for=1_000, n=1_000_000) == 0.0
    assert shifted_threshold(0.95, "title", tuned_for=1_000, n=2) == 0.999
