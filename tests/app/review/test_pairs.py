"""The review queue: which pairs, in which order, without what decisions settle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.app.address import Address
from product_matching.app.review.bands_panel import bands_table, count_bands, say_bands
from product_matching.app.review.comparing import ComparedPairs
from product_matching.app.review.keeping import offered_rules, offered_values, read_rules, say_rule, write_rules
from product_matching.app.review.pairs import ReviewPairs, queue_of, review_pairs
from product_matching.app.shared.asked_rows import rows_asked_for
from product_matching.matching.bands import Bands, ProbablePairs
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.thresholds import Thresholds
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows.match import match_by_defaults
from product_matching.workflows.representatives import Keep, KeepRule


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


@pytest.fixture
def review() -> ReviewPairs:
    pairs = ProbablePairs(
        first=np.array([0, 0, 1, 3, 4]),
        second=np.array([1, 2, 2, 4, 5]),
        probability=np.array([0.95, 0.3, 0.52, 0.89, 0.05]),
    )
    return ReviewPairs(pairs=pairs, bands=Bands(accept=0.9, reject=0.1), least=0.5, are_probabilities=True)


def listed(queue: ProbablePairs) -> list[tuple[int, int]]:
    return list(zip(queue.first.tolist(), queue.second.tolist(), strict=True))


def test_pairs_between_the_bands_stand_in_the_order_of_doubt(bundle: Bundle, review: ReviewPairs) -> None:
    assert listed(queue_of(review, bundle, NO_DECISIONS)) == [(1, 2), (0, 2), (3, 4)]


def test_what_decisions_settle_is_left_out(bundle: Bundle, review: ReviewPairs) -> None:
    decided = PairDecisions(same=[(0, 1)], different=[(1, 2)])
    assert listed(queue_of(review, bundle, decided)) == [(3, 4)]
    assert len(queue_of(review, bundle, decided, settled=False)) == 3


def test_pairs_that_groups_wait_for_come_first_however_sure_they_are(bundle: Bundle, review: ReviewPairs) -> None:
    queue = queue_of(review, bundle, NO_DECISIONS, held=[(0, 1), (3, 4)])
    assert listed(queue) == [(3, 4), (0, 1), (1, 2), (0, 2)]


def test_a_text_and_columns_filter(bundle: Bundle, review: ReviewPairs) -> None:
    columns = {"title": [f"Cup {n}" for n in range(25)], "kind": ["mug" if n < 3 else "pot" for n in range(25)]}
    titled = replace(bundle, fingerprint="titled", listings=bundle.listings.assign(**columns))

    def asked(**fields: object) -> list[tuple[int, int]]:
        rows = rows_asked_for(titled, Address(**fields))  # type: ignore[arg-type]
        return listed(queue_of(review, titled, NO_DECISIONS, rows))

    assert asked(text="CUP 4") == [(3, 4)]
    assert asked(text=str(bundle.listings["posting_id"].iloc[0])) == [(0, 2)]
    assert asked(where=(("kind", ("mug",)),)) == [(1, 2), (0, 2)]
    assert asked(where=(("kind", ("mug",)),), text="cup 1") == [(1, 2)]


def test_by_distance_the_pairs_near_the_threshold_are_in_doubt(bundle: Bundle) -> None:
    matched = match_by_defaults(bundle, Thresholds(0.5, 0.5))
    review = review_pairs(ComparedPairs(matched=matched), Address(), 1.0, "by distance")
    assert not review.are_probabilities
    accepted = {pair for pair, kept in zip(listed(review.pairs), review.scores >= review.least, strict=True) if kept}
    assert accepted == {(row, int(other)) for row in range(25) for other in matched.matches.of(row) if row < other}
    assert set(listed(queue_of(review, bundle, NO_DECISIONS))) <= accepted


def test_the_bands_are_said_with_what_to_expect(review: ReviewPairs, bundle: Bundle) -> None:
    listings = bundle.listings.drop(columns="label_group")
    counted = count_bands(review.pairs, review.bands, replace(bundle, listings=listings))
    said = say_bands(counted)
    assert "from 90 %: 1 pair, about 0 of them wrong" in said
    assert "10 to 90 %: 3 pairs" in said
    assert "below 10 %: 1 pair, about 0 matches missed" in said
    assert "| 90 % | 10 % | 1 | 3 | 0 | 0 |" in bands_table([counted])


def test_where_all_have_labels_the_bands_count_by_them(review: ReviewPairs, bundle: Bundle) -> None:
    pairs = review.pairs
    labels = [f"{min(row, 4)}" for row in range(25)]
    labelled = replace(bundle, listings=bundle.listings.assign(label_group=labels))
    counted = count_bands(pairs, Bands(accept=0.5, reject=0.5), labelled)
    same = [labels[first] == labels[second] for first, second in listed(pairs)]
    accepted = (pairs.probability >= 0.5).tolist()
    assert counted.wrong == sum(kept and not alike for kept, alike in zip(accepted, same, strict=True)) > 0
    assert counted.missed == sum(alike and not kept for kept, alike in zip(accepted, same, strict=True))
    assert f"{counted.wrong} of them wrong by labels" in say_bands(counted)
    assert "Wrong, by labels" in bands_table([counted])
    one = replace(bundle, listings=bundle.listings.assign(label_group=["", *labels[1:]]))
    assert not count_bands(pairs, review.bands, one).by_labels


def test_rules_of_what_is_kept_stand_in_the_address(bundle: Bundle) -> None:
    columns = {
        "price": ["3"] * 25,
        "listed_on": ["2024-05-06"] * 25,
        "seller": ["a=b; c:d", *["x"] * 24],
        "n": ["1"] * 25,
    }
    sold = replace(bundle, fingerprint="sold", listings=bundle.listings.assign(**columns))
    offered = offered_rules(sold)
    assert Keep(rule=KeepRule.cheapest, column="price") in offered
    assert Keep(rule=KeepRule.oldest, column="listed_on") in offered
    assert {keep.column for keep in offered} == {"", "price", "listed_on"}
    assert set(offered_values(sold)["seller"]) == {"x", "a=b; c:d"}
    rules = [Keep(rule=KeepRule.preferred, column="seller", value="x"), *offered]
    assert read_rules(write_rules(rules), sold) == rules
    assert read_rules("cheapest:nope;made_up;preferred:seller=z;;:", sold) == []
    assert say_rule(rules[0]) == "seller is x"
