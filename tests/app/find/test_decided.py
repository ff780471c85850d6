"""What Find shows of a listing that people decided on: by distances and by probability, the same as the library."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.app.address import Address
from product_matching.app.find.answer import Answer, Scored, answer_search
from product_matching.app.find.export import matches_csv, scored_csv
from product_matching.app.find.outcome import decide_by_scores
from product_matching.app.find.query import Asked, add_decisions
from product_matching.matching.second_stage.catalogue_scorer import Prediction
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.store.decision import Word
from product_matching.workflows.decisions import read_decisions, record_decision
from product_matching.workflows.find import Finder, Query

ADDRESS = Address(photo_threshold=0.4, title_threshold=0.1, results=96)
THRESHOLDS = Thresholds(0.4, 0.1)


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


def ask_for(finder: Finder, posting_id: str) -> Asked:
    row = finder.bundle.row_of(posting_id)
    asked = Asked(query=finder.listing_query(row), key=f"listing {row}")
    return add_decisions(asked, finder.bundle, read_decisions(finder.bundle))


def answer(finder: Finder, asked: Asked, k: int = 3) -> Answer:
    candidates = finder.candidates(asked.query, k, asked.joined)
    return answer_search(finder.bundle, ADDRESS, asked, candidates, scored=None, retrieved=k)


def rows(finder: Finder, *posting_ids: str) -> list[int]:
    return [finder.bundle.row_of(posting_id) for posting_id in posting_ids]


def test_the_matches_are_those_of_the_library_under_decisions(finder: Finder) -> None:
    record_decision(finder.bundle, ("5b", "8a"), Word.same)
    record_decision(finder.bundle, ("5b", "5c"), Word.different)
    asked = ask_for(finder, "5b")
    found = answer(finder, asked)
    expected = finder.matches(asked.query, THRESHOLDS, decisions=asked.decisions)
    assert found.shown.rows.tolist() == expected.rows.tolist() == rows(finder, "8a", "5a")
    assert set(rows(finder, "5c", "8a")) & set(found.beyond.rows.tolist()) == set()
    assert asked.decided == "2 decisions applied"
    assert (found.count, found.outcome.n_joined, found.outcome.n_by_rule) == ("2 matches", 1, 0)
    assert "1 by a decision alone" in found.shares


def test_a_match_by_distance_that_is_decided_too_counts_by_distance(finder: Finder) -> None:
    record_decision(finder.bundle, ("5b", "5c"), Word.same)
    found = answer(finder, ask_for(finder, "5b"))
    assert found.shown.rows.tolist() == rows(finder, "5c", "5a")
    assert found.outcome.n_joined == 0
    assert "decision" not in found.shares


def test_all_matches_refused_is_no_match(finder: Finder) -> None:
    for other in ("5a", "5c"):
        record_decision(finder.bundle, ("5b", other), Word.different)
    found = answer(finder, ask_for(finder, "5b"))
    assert len(found.shown) == 0
    assert found.no_match


def test_a_photo_or_title_from_outside_is_asked_without_decisions(finder: Finder) -> None:
    record_decision(finder.bundle, ("5b", "8a"), Word.same)
    asked = Asked(query=Query(photo=finder.listing_query(0).photo))
    assert add_decisions(asked, finder.bundle, read_decisions(finder.bundle)) is asked


def test_caches_know_a_search_with_joined_listings_from_one_without(finder: Finder) -> None:
    plain, other = ask_for(finder, "5b"), ask_for(finder, "3a")
    record_decision(finder.bundle, ("5b", "8a"), Word.same)
    assert ask_for(finder, "5b").key != plain.key
    assert ask_for(finder, "3a").key == other.key


def scored_answer(finder: Finder, asked: Asked, scores: dict[str, float]) -> tuple[Answer, Scored]:
    predictions = [Prediction(finder.bundle.row_of(one), score, score >= 0.5, ()) for one, score in scores.items()]
    scored_rows = [prediction.row for prediction in predictions]
    others = [row for row in asked.joined if row not in scored_rows]
    candidates = finder.compare(asked.query, finder.measure(asked.query, np.array([*scored_rows, *others])))
    scored = Scored(candidates=candidates, predictions=predictions, least=0.5, usual=0.5)
    near = finder.candidates(asked.query, 3, asked.joined)
    return answer_search(finder.bundle, ADDRESS, asked, near, scored=scored, retrieved=3), scored


def test_decisions_hold_where_a_pair_scorer_decides(finder: Finder) -> None:
    record_decision(finder.bundle, ("5b", "8a"), Word.same)
    record_decision(finder.bundle, ("5b", "1a"), Word.same)
    record_decision(finder.bundle, ("5b", "5c"), Word.different)
    asked = ask_for(finder, "5b")
    found, scored = scored_answer(finder, asked, {"5c": 0.99, "5a": 0.8, "1a": 0.2, "2a": 0.1})
    assert found.shown.rows.tolist() == rows(finder, "1a", "8a", "5a")
    assert found.beyond.rows.tolist() == rows(finder, "2a")
    table = pd.read_csv(io.BytesIO(scored_csv(finder, found.outcome, asked.query, asked.decisions)))
    assert table["posting_id"].tolist() == ["1a", "8a", "5a"]
    assert table["by"].tolist() == ["decision", "decision", "pair scorer"]
    assert table["score"].fillna(-1).tolist() == [0.2, -1, 0.8]
    assert decide_by_scores(scored.candidates, scored.predictions, 0.5).matches.rows.tolist() == rows(
        finder, "5c", "5a"
    )


def test_the_best_that_is_named_where_nothing_matches_was_not_refused(finder: Finder) -> None:
    record_decision(finder.bundle, ("5b", "5c"), Word.different)
    refused, _ = scored_answer(finder, ask_for(finder, "5b"), {"5c": 0.99, "2a": 0.01})
    plain, _ = scored_answer(finder, ask_for(finder, "5a"), {"2a": 0.01})
    assert refused.no_match == plain.no_match


def test_the_download_has_what_the_page_shows(finder: Finder) -> None:
    record_decision(finder.bundle, ("5b", "8a"), Word.same)
    asked = ask_for(finder, "5b")
    content = matches_csv(finder, asked.query, THRESHOLDS, PairRules(photo_bits=2), decisions=asked.decisions)
    table = pd.read_csv(io.BytesIO(content), keep_default_na=False)
    assert table["posting_id"].tolist()[0] == "8a"
    assert (table["by"][0], table["decision"][0], table["decision"][1]) == ("decision", "same", "")
