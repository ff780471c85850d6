"""The facts of a setting by distances: thresholds as used, and the rules that are on."""

from product_matching.app.review.setting import facts_of_distances
from product_matching.matching.chain import MEASURED_CHAIN, PLAIN
from product_matching.matching.thresholds import Thresholds


def test_thresholds_and_rules_that_are_on_are_the_facts() -> None:
    assert facts_of_distances(Thresholds(photo=0.316, title=0.5), PLAIN) == {
        "photo distance": "0.316",
        "title distance": "0.5",
    }
    assert facts_of_distances(Thresholds(fused=0.25), MEASURED_CHAIN) == {
        "mean distance": "0.25",
        "average over the same photo or title": "on",
        "neighbourhood blending": "0.4",
        "expansion": "2",
        "bits of the same photo": str(MEASURED_CHAIN.pairs.photo_bits),
    }
