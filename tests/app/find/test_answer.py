"""What Find says of a query, without any page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from product_matching.app.address import Address
from product_matching.app.find.answer import N_BEYOND, Answer, Scored, answer_search, say_timing, used_thresholds
from product_matching.app.find.outcome import decide_by_scores
from product_matching.app.find.query import Asked
from product_matching.matching.candidates import Candidates
from product_matching.matching.second_stage.catalogue_scorer import Prediction
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder, Query

RETRIEVED = 1000


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


def answered(finder: Finder, address: Address, *, retrieved: int = RETRIEVED, listing: str = "5b") -> Answer:
    """The answer to the search for a listing."""
    query = finder.listing_query(finder.bundle.row_of(listing))
    asked, candidates = Asked(query=query), finder.candidates(query, retrieved)
    return answer_search(finder.bundle, address, asked, candidates, scored=None, retrieved=retrieved)


def test_the_matches_are_those_of_the_library_under_the_thresholds_and_rules_of_the_address(finder: Finder) -> None:
    address = Address(photo_threshold=0.4, title_threshold=0.1, photo_bits=2, quantity_veto=True)
    answer = answered(finder, address)
    rules = PairRules(photo_bits=2, quantity_veto=True)
    expected = finder.matches(finder.listing_query(finder.bundle.row_of("5b")), Thresholds(0.4, 0.1), rules)
    assert answer.shown.rows.tolist() == expected.rows.tolist()
    assert (answer.thresholds, answer.rules, answer.is_scored) == (Thresholds(0.4, 0.1), rules, False)
    assert answer.decided_by == "at these distances"


def test_the_defaults_of_the_catalogue_decide_where_the_address_says_nothing(finder: Finder) -> None:
    manifest = finder.bundle.manifest
    thresholds = answered(finder, Address()).thresholds
    assert thresholds.photo == manifest.photo_threshold.distance  # type: ignore[union-attr]
    assert thresholds.title == manifest.title_threshold.distance  # type: ignore[union-attr]
    assert thresholds.fused is None


def test_no_more_cards_are_shown_than_asked_for_and_the_rest_is_told(finder: Finder) -> None:
    address = Address(photo_threshold=0.999, title_threshold=0.0, results=12)
    answer, everything = answered(finder, address), answered(finder, replace(address, results=96))
    count = len(everything.shown)
    assert count > 12
    assert answer.shown.rows.tolist() == everything.shown.rows[:12].tolist()
    assert answer.count == everything.count == f"{count} matches"
    assert answer.rest == f"The first 12 of {count} are shown: show more cards, or download them all."
    assert everything.rest == ""


def test_as_many_matches_as_were_retrieved_are_at_least_so_many(finder: Finder) -> None:
    assert answered(finder, Address(photo_threshold=0.999), retrieved=5).count.startswith("At least ")


def test_without_a_match_it_says_which_distance_lets_the_nearest_in(finder: Finder) -> None:
    answer = answered(finder, Address(photo_threshold=0.0, title_threshold=0.0))
    assert answer.count == "0 matches"
    assert answer.no_match == "No listing in this catalogue is within these distances. The nearest looks like this:"
    assert 0 < len(answer.beyond) <= N_BEYOND
    assert answer.beyond_note.startswith("To accept the nearest one, raise the photo distance to 0.")
    assert "raise" not in answer.without_advice().beyond_note


def test_the_sides_that_match_are_counted(finder: Finder) -> None:
    answer = answered(finder, Address(photo_threshold=0.6, title_threshold=0.6))
    both, photo, title = (int(part.split()[0]) for part in answer.shares.split(", ")[:3])
    assert both + photo + title == len(answer.outcome.matches)
    assert answered(finder, Address(photo_threshold=0.0, title_threshold=0.0)).shares == ""


def test_a_pair_scorer_decides_alone_and_in_the_order_of_its_scores(finder: Finder) -> None:
    query = finder.listing_query(finder.bundle.row_of("5b"))
    candidates = finder.candidates(query, 5)
    scores = np.linspace(0.9, 0.2, len(candidates))
    predictions = [
        Prediction(row, score, score >= 0.5, ()) for row, score in zip(candidates.rows.tolist(), scores, strict=True)
    ]
    answer = answer_search(
        finder.bundle,
        Address(photo_threshold=0.0, quantity_veto=True),
        Asked(query=query),
        candidates,
        scored=Scored(candidates=candidates, predictions=predictions, least=0.5, usual=0.5),
        retrieved=RETRIEVED,
    )
    assert answer.shown.rows.tolist() == [each.row for each in predictions if each.is_match]
    assert (answer.thresholds, answer.rules) == (Thresholds(), NO_RULES)
    assert answer.shares == "compared by photo and title"
    assert answer.is_scored
    assert answer.decided_by == "with at least 50 %"
    assert answer.beyond_note == "Below the least probability, the most probable first."


def test_a_query_of_one_side_uses_that_sides_threshold_alone() -> None:
    thresholds, side = Thresholds(0.3, 0.4, 0.35), np.zeros(2, dtype=np.float32)
    assert used_thresholds(thresholds, Query(photo=side, title=None)) == Thresholds(0.3, None, None)


def test_only_what_took_time_is_told() -> None:
    assert say_timing(Asked(query=Query(), encode_ms=12.2), 0.4) == "encoded in 12 ms, searched in under 1 ms"
    assert say_timing(Asked(query=Query()), 0.0) == ""


def test_an_identical_photo_stands_first_among_those_of_the_same_percentage() -> None:
    candidates = Candidates(
        rows=np.arange(4), photo=np.array([0.2, 0.0, np.nan, 0.0]), title=np.full(4, np.nan, dtype=np.float64)
    )
    scores = [0.998, 0.992, 0.991, 0.7]
    predictions = [Prediction(row, score, True, ()) for row, score in enumerate(scores)]
    outcome = decide_by_scores(candidates, predictions, 0.995)
    assert outcome.matches.rows.tolist() == [0]
    assert outcome.beyond.rows.tolist() == [1, 2, 3]
    assert decide_by_scores(candidates, predictions, 0.5).matches.rows.tolist() == [1, 0, 2, 3]
