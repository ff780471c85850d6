"""One answer for a pair from every caller: scores of a listing, of the whole catalogue and of a query."""

import subprocess
import sys

import numpy as np
import pytest

from product_matching.matching.second_stage.candidate_pairs import NEAR_FINAL, PreparedCatalogue
from product_matching.matching.second_stage.catalogue_scorer import REASONS_BEYOND, CatalogueScorer
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.search.neighbours import keep_within
from tests.matching.second_stage.conftest import make_scorer


@pytest.fixture(scope="module")
def prepared(cosmetics, scorer) -> CatalogueScorer:
    return CatalogueScorer(scorer, cosmetics.catalogue)


def one(title: str, phash: str, **dense: np.ndarray) -> ListingData:
    return ListingData([title], [phash], {side: vector[None, :] for side, vector in dense.items()})


def test_the_whole_catalogue_is_matched(cosmetics, prepared: CatalogueScorer) -> None:
    matches = keep_within(prepared.match_all(), prepared.threshold)
    for row, label in enumerate(cosmetics.labels):
        assert sorted(matches.of(row)[0]) == np.flatnonzero(cosmetics.labels == label).tolist()


@pytest.mark.parametrize("blend", [None, 0.3])
def test_every_listing_has_the_scores_and_matches_of_the_whole_catalogue(crowd, blend: float | None) -> None:
    prepared = CatalogueScorer(make_scorer(crowd, blend=blend, threshold=0.35), crowd.catalogue)
    near = prepared.match_all()
    assert np.diff(near.offsets).max() > NEAR_FINAL  # more than the caps on either direction's nearest
    assert np.diff(crowd.catalogue.chain.stages.near.offsets).min() > NEAR_FINAL
    table = {(q, r): d for q, r, d in zip(near.queries(), near.rows, near.distances, strict=True)}
    matched = 0
    for row in range(len(crowd.labels)):
        predictions = prepared.predict_row(row)
        assert {(row, one.row): one.score for one in predictions} == {
            pair: round(1 - distance, 6) for pair, distance in table.items() if pair[0] == row != pair[1]
        }
        assert {one.row for one in predictions if one.is_match} == {
            other for (first, other), distance in table.items() if first == row != other and distance <= 0.35
        }
        assert [one.score for one in predictions] == sorted((one.score for one in predictions), reverse=True)
        matched += sum(one.is_match for one in predictions)
    assert 0 < matched < len(table)
    assert all(table[r, q] == distance for (q, r), distance in table.items())


@pytest.mark.parametrize(("blend", "sure"), [(None, 0.5), (0.3, 0.8)])
def test_a_listing_taken_out_and_asked_for_gets_nearly_its_scores(crowd, blend: float | None, sure: float) -> None:
    """The catalogue without it differs a little (weights of words, near vectors), so the scores may, too."""
    scorer = make_scorer(crowd, blend=blend)
    whole, differences, likely, missing = CatalogueScorer(scorer, crowd.catalogue), [], 0, 0
    for row in (3, 75, 120, 201):
        rest = np.delete(np.arange(len(crowd.labels)), row)
        data = crowd.data
        query = one(data.titles[row], data.phashes[row], photo=data.dense["photo"][row])
        asked = CatalogueScorer(scorer, PreparedCatalogue.of(data.take(rest), scorer.rules)).predict_query(query)
        known = {one.row: one.score for one in whole.predict_row(row)}
        found = {int(rest[one.row]): one.score for one in asked}
        differences += [abs(known[other] - found[other]) for other in known.keys() & found.keys()]
        surest = {other for scores in (known, found) for other, score in scores.items() if score >= sure}
        likely += len(surest)
        missing += len(surest - (known.keys() & found.keys()))
    assert np.median(differences) < 0.02
    assert np.quantile(differences, 0.9) < 0.25
    assert missing < 0.05 * likely


@pytest.mark.parametrize("row", [0, 31, 80])
def test_a_typed_query_finds_its_product(cosmetics, prepared: CatalogueScorer, row: int) -> None:
    query = one(cosmetics.data.titles[row] + " terbaru", cosmetics.data.phashes[row])
    found = [one.row for one in prepared.predict_query(query) if one.is_match]
    assert sorted(found) == np.flatnonzero(cosmetics.labels == cosmetics.labels[row]).tolist()


def test_the_photo_of_a_query_takes_part(crowd) -> None:
    prepared = CatalogueScorer(make_scorer(crowd), crowd.catalogue)
    title, photos = crowd.data.titles[100], crowd.data.dense["photo"]
    own, other = (
        {one.row: one.score for one in prepared.predict_query(one(title, "", photo=photos[row]))} for row in (100, 210)
    )
    mates = [row for row in np.flatnonzero(crowd.labels == crowd.labels[100]) if row in own]
    assert mates
    assert np.mean([own[row] for row in mates]) > np.mean([other.get(row, 0.0) for row in mates]) + 0.2


@pytest.mark.parametrize(("title", "phash"), [("", ""), ("zzz", ""), ("", "0" * 16), ("wardah", "")])
def test_a_query_that_says_little_is_still_answered(prepared: CatalogueScorer, title: str, phash: str) -> None:
    predictions = prepared.predict_query(one(title, phash))
    assert all(0 <= prediction.score <= 1 for prediction in predictions)
    assert bool(predictions) == (title == "wardah")


def test_matches_and_the_surest_others_have_reasons(prepared: CatalogueScorer) -> None:
    predictions = prepared.predict_row(4)
    n_matches = sum(prediction.is_match for prediction in predictions)
    told = [len(prediction.reasons) for prediction in predictions]
    assert len(told) > n_matches + REASONS_BEYOND
    assert told[: n_matches + REASONS_BEYOND] == [3] * (n_matches + REASONS_BEYOND)
    assert not any(told[n_matches + REASONS_BEYOND :])


def test_the_rooms_of_deciding_load_neither_a_network_nor_an_index_nor_the_trees() -> None:
    code = (
        "import pkgutil, sys, importlib, product_matching.matching as room\n"
        "for found in pkgutil.walk_packages(room.__path__, room.__name__ + '.'): importlib.import_module(found.name)\n"
        "print([name for name in ('torch', 'faiss', 'lightgbm', 'streamlit') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
