"""Listings found by words, values and kind, in order, as pandas finds them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from product_matching.app.address import ONLY as NAMED
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.browse import ONLY, Browsing, ListingBrowser


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


def found(bundle: Bundle, **asked: object) -> list[str]:
    rows = ListingBrowser(bundle).rows(Browsing(**asked))  # type: ignore[arg-type]
    return bundle.listings["posting_id"].iloc[rows].tolist()


def test_without_a_question_every_listing_stands_in_the_order_of_the_file(bundle: Bundle) -> None:
    assert found(bundle) == bundle.listings["posting_id"].tolist()


def test_every_word_must_stand_in_title_or_id_whatever_its_case(bundle: Bundle) -> None:
    titles = bundle.listings["title"].str.lower()
    both = titles.str.contains("emas") & titles.str.contains("original")
    assert found(bundle, text="ORIGINAL  emas") == bundle.listings["posting_id"][both].tolist() != []
    assert found(bundle, text="8a") == ["8a"]
    assert found(bundle, text="(") == []


def test_the_kinds_are_those_of_the_address_and_list_what_they_name(bundle: Bundle) -> None:
    assert ONLY == NAMED
    assert found(bundle, only="no_photo") == ["8a"]
    assert found(bundle, only="no_title") == []
    assert found(bundle, only="unreadable_photo") == []
    sha = bundle.listings["photo_sha256"]
    twice = bundle.listings["posting_id"][sha.duplicated(keep=False) & (sha != "")]
    assert found(bundle, only="repeated_photo") == twice.tolist()


def test_numbers_are_ordered_by_size_and_listings_without_a_value_come_last() -> None:
    listings = pd.DataFrame(
        {
            "posting_id": list("abcde"),
            "price": ["100", "9", "", "20", "9"],
            "brand": ["zeta", "Alfa", "beta", "", "alfa"],
            "photo_sha256": "",
        }
    )
    browser = ListingBrowser(_Stand(listings))  # type: ignore[arg-type]

    def order(**asked: object) -> str:
        return "".join(listings["posting_id"].iloc[browser.rows(Browsing(**asked))])  # type: ignore[arg-type]

    assert order(order="price") == "bedac"
    assert order(order="price", falling=True) == "adbec"
    assert order(order="brand") == "becad"
    assert order(order="nothing") == "abcde"


class _Stand:
    """As much of a bundle as the order needs."""

    def __init__(self, listings: pd.DataFrame) -> None:
        self.listings = listings

    def __len__(self) -> int:
        return len(self.listings)
