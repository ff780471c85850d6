"""Decisions on a bundle: stale ones, and what the others do to matches, groups and searches, whatever the rules say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.matching.chain import MEASURED_CHAIN, PLAIN, Rules
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.bundle import PHOTO_SHA256, Bundle, open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.build import build_bundle
from product_matching.workflows.decisions import read_decisions, record_decision, say_contradictions, say_decisions
from product_matching.workflows.find import Finder
from product_matching.workflows.groups import group_catalogue
from product_matching.workflows.match import match_by_defaults, match_by_scores, match_catalogue
from product_matching.workflows.pair_scores import score_catalogue
from tests.matching.second_stage.conftest import cosmetics_data, make_scorer, make_small

SETTINGS = {
    "default": (Thresholds(0.3, 0.4), PLAIN),
    "nothing matches": (Thresholds(0.0, 0.0), PLAIN),
    "everything matches": (Thresholds(0.99, 0.99), PLAIN),
    "rules": (Thresholds(0.1, 0.3), Rules(pairs=PairRules(photo_bits=4, quantity_veto=True))),
    "min2": (Thresholds(0.001, 0.001), Rules(pairs=PairRules(min2=0.5))),
}


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


def decide(bundle: Bundle, first: str, second: str, word: Word | None) -> int:
    return record_decision(bundle, (first, second), word)


def changed(bundle: Bundle, posting_id: str, **values: str) -> Bundle:
    """The same catalogue after a seller changed a listing."""
    listings = bundle.listings.copy()
    for name, value in values.items():
        listings.loc[listings["posting_id"] == posting_id, name] = value
    return replace(bundle, listings=listings)


def test_a_decision_is_read_as_a_pair_of_rows(bundle: Bundle) -> None:
    decide(bundle, "8a", "0a", Word.same)
    decide(bundle, "1b", "1a", Word.different)
    known = read_decisions(bundle)
    assert (known.pairs.same, known.pairs.different) == (((0, 24),), ((3, 4),))
    assert (known.n_applied, known.stale) == (2, frozenset())
    assert [change.decision.word for change in known.changes] == [Word.different, Word.same]


def test_another_store_and_who_and_score_can_be_given(bundle: Bundle, tmp_path: Path) -> None:
    store = DecisionStore(tmp_path / "team.sqlite")
    record_decision(bundle, ("0a", "8a"), Word.same, who="Ayu", score=0.4, store=store)
    (change,) = read_decisions(bundle, store).changes
    assert (change.decision.who, change.decision.score) == ("Ayu", 0.4)
    assert read_decisions(bundle).changes == []


def test_a_listing_that_is_not_there_cannot_be_decided_on(bundle: Bundle) -> None:
    with pytest.raises(InputError, match="has no listing 'nobody'"):
        decide(bundle, "0a", "nobody", Word.same)


@pytest.mark.parametrize("change", [{"title": "Another title"}, {PHOTO_SHA256: "f" * 64}])
@pytest.mark.parametrize("posting_id", ["0a", "8a"])
def test_a_decision_on_a_listing_that_changed_is_stale_until_it_is_decided_anew(
    bundle: Bundle, posting_id: str, change: dict[str, str]
) -> None:
    decide(bundle, "0a", "8a", Word.same)
    decide(bundle, "3a", "3b", Word.different)
    later = changed(bundle, posting_id, **change)
    known = read_decisions(later)
    assert (len(known.changes), known.n_applied, len(known.stale)) == (2, 1, 1)
    assert (known.pairs.same, known.pairs.different) == ((), ((9, 10),))
    assert say_decisions(known) == "1 decision applied, 1 stale (a listing changed or is gone)"
    assert read_decisions(bundle).n_applied == 2
    decide(later, "0a", "8a", Word.different)
    assert read_decisions(later).pairs.different == ((0, 24), (9, 10))


def test_another_column_does_not_make_a_decision_stale(bundle: Bundle) -> None:
    decide(bundle, "0a", "8a", Word.same)
    assert read_decisions(changed(bundle, "0a", price="1")).n_applied == 1


def test_a_decision_on_a_listing_that_is_gone_is_stale(bundle: Bundle) -> None:
    decide(bundle, "0a", "8a", Word.same)
    without = replace(bundle, listings=bundle.listings[bundle.listings["posting_id"] != "8a"].reset_index(drop=True))
    known = read_decisions(without)
    assert (known.n_applied, len(known.stale)) == (0, 1)
    assert known.pairs.same == ()


def test_undoing_gives_the_matches_of_before(bundle: Bundle) -> None:
    before = match_by_defaults(bundle, Thresholds()).matches
    number = decide(bundle, "0a", "8a", Word.same)
    decided = match_by_defaults(bundle, Thresholds()).with_decisions(read_decisions(bundle).pairs).matches
    assert 24 in decided.of(0)
    DecisionStore().undo(number)
    after = match_by_defaults(bundle, Thresholds()).with_decisions(read_decisions(bundle).pairs).matches
    assert [after.of(row).tolist() for row in range(25)] == [before.of(row).tolist() for row in range(25)]


@pytest.mark.parametrize("name", SETTINGS)
def test_decisions_hold_in_matches_groups_and_searches_whatever_decides(bundle: Bundle, name: str) -> None:
    thresholds, rules = SETTINGS[name]
    decide(bundle, "0a", "8a", Word.same)
    decide(bundle, "1a", "1b", Word.different)
    decide(bundle, "4c", "4b", Word.different)
    decide(bundle, "5a", "5b", Word.same)
    pairs = read_decisions(bundle).pairs
    decided = match_catalogue(bundle, thresholds, rules).with_decisions(pairs)
    finder = Finder(bundle)
    for row in range(len(bundle)):
        found = finder.matches(finder.listing_query(row), thresholds, rules.pairs, pairs)
        assert found.rows.tolist() == decided.matches.of(row).tolist()
    for first, second in ((0, 24), (15, 16)):
        assert decided.matches.of(first)[0] == second
        assert decided.matches.of(second)[0] == first
    for first, second in ((3, 4), (13, 14)):
        assert second not in decided.matches.of(first)
        assert first not in decided.matches.of(second)
    numbers, _ = group_catalogue(decided)
    assert (numbers[0], numbers[15]) == (numbers[24], numbers[16])
    assert numbers[3] != numbers[4]
    assert numbers[13] != numbers[14]


def test_a_joined_listing_is_measured_as_any_other(bundle: Bundle) -> None:
    decide(bundle, "0a", "8a", Word.same)
    finder = Finder(bundle)
    found = finder.matches(finder.listing_query(0), Thresholds(0.0, 0.0), decisions=read_decisions(bundle).pairs)
    (title,) = finder.measure(finder.listing_query(0), np.array([24])).title
    assert (found.rows.tolist(), found.title.tolist()) == ([24], [title])
    assert np.isnan(found.photo).all()


def test_decisions_hold_where_a_pair_scorer_decides(tmp_path: Path) -> None:
    data, labels = cosmetics_data()
    listings = pd.DataFrame({"posting_id": [f"p{row}" for row in range(len(labels))], "title": data.titles})
    build_bundle(Catalogue(listings, None), tmp_path / "cosmetics")
    cosmetics = open_bundle(tmp_path / "cosmetics")
    titles = ListingData(data.titles, [""] * len(labels))
    scorer = make_scorer(make_small(titles, labels))
    plain = match_by_scores(score_catalogue(cosmetics, scorer), 1 - scorer.threshold)
    assert 1 in plain.matches.of(0)
    assert 80 not in plain.linkage.of(0)[0]
    decide(cosmetics, "p0", "p80", Word.same)
    decide(cosmetics, "p0", "p1", Word.different)
    decided = plain.with_decisions(read_decisions(cosmetics).pairs)
    assert decided.matches.of(0).tolist() == [80, *(row for row in plain.matches.of(0) if row != 1)]
    assert 0 not in decided.matches.of(1)
    numbers, _ = group_catalogue(decided)
    assert numbers[0] == numbers[80] != numbers[1]


def test_contradicting_decisions_are_told_and_pairs_are_as_decided(bundle: Bundle) -> None:
    decide(bundle, "0a", "1a", Word.same)
    decide(bundle, "1a", "2a", Word.same)
    decide(bundle, "0a", "2a", Word.different)
    pairs = read_decisions(bundle).pairs
    decided = match_by_defaults(bundle, Thresholds(), MEASURED_CHAIN).with_decisions(pairs)
    assert {3} <= set(decided.matches.of(0).tolist())
    assert {0, 6} <= set(decided.matches.of(3).tolist())
    assert 6 not in decided.matches.of(0)
    numbers, _ = group_catalogue(decided)
    assert numbers[3] == numbers[6] != numbers[0]
    assert say_contradictions(bundle, pairs.contradictions) == (
        "By decisions '0a' and '2a' are different, but a chain of pairs makes them the same: each pair is as it was "
        "decided, and groups keep '0a' and '1a' apart, too."
    )
    assert say_contradictions(bundle, []) == ""
    assert "(2 contradictions like this one)" in say_contradictions(bundle, [*pairs.contradictions] * 2)
