from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.evaluation.listings import LabelledListings, labelled_listings
from product_matching.evaluation.size_curve import size_curve
from product_matching.listings.catalogue import read_catalogue

PUBLISHED = {3466: 0.813, 6919: 0.768, 13636: 0.725, 24110: 0.684, 34250: 0.661}


def some_listings() -> LabelledListings:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(40), 2)
    titles = np.array([f"p{label % 15} q{label % 11} {rng.integers(30)}" for label in labels], dtype=object)
    return LabelledListings(titles, np.full(80, "", object), labels, labels)


def test_whole_groups_are_drawn_and_more_listings_are_harder() -> None:
    curve = size_curve(some_listings(), shares=(0.1, 0.5, 1.0))
    assert [point.n for point in curve] == [8, 40, 80]
    assert curve[0].f1 > curve[1].f1 > curve[2].f1
    assert curve[2].f1_spread == 0
    assert curve == size_curve(some_listings(), shares=(0.1, 0.5, 1.0))


def test_mistakes_are_named() -> None:
    with pytest.raises(InputError, match="'chain\\+pairs' has no size curve"):
        size_curve(some_listings(), method="chain+pairs")
    with pytest.raises(InputError, match="above 0 and at most 1"):
        size_curve(some_listings(), shares=(0.0,))


@pytest.mark.data
def test_the_published_curve_comes_out(need_data: Callable[[str], Path]) -> None:
    shopee = labelled_listings(read_catalogue(need_data("shopee/train.csv")))
    for point, (n, f1) in zip(size_curve(shopee, draws=3), PUBLISHED.items(), strict=True):
        assert point.n == pytest.approx(n, rel=0.05)
        assert point.f1 == pytest.approx(f1, abs=0.01)
