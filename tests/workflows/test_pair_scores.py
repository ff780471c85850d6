"""Scores of a bundle's pairs: computed once, and anew where what they follow from has changed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.listings.catalogue import Catalogue
from product_matching.matching.second_stage.listing_data import ListingData
from product_matching.matching.second_stage.scorer import PairScorer
from product_matching.search.joins.sparse import SparseJoin
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.kept_pairs import KEPT_JOINS_FILE, PAIR_SCORES_FILE
from product_matching.workflows import score_pairs
from product_matching.workflows.build import build_bundle
from product_matching.workflows.pair_scores import kept_scores, score_catalogue, scores_key
from tests.matching.second_stage.conftest import cosmetics_data, make_scorer, make_small


@pytest.fixture(scope="module")
def scorer() -> PairScorer:
    data, labels = cosmetics_data()
    return make_scorer(make_small(ListingData(data.titles, [""] * len(labels)), labels))


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    titles = cosmetics_data()[0].titles
    listings = pd.DataFrame({"posting_id": [f"p{row}" for row in range(len(titles))], "title": titles})
    build_bundle(Catalogue(listings, None), tmp_path / "cosmetics")
    return open_bundle(tmp_path / "cosmetics")


def test_pairs_are_scored_once(bundle: Bundle, scorer: PairScorer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_scores(bundle, scorer) is None
    expected = score_pairs.prepare_scorer(bundle, scorer).match_all()
    scored = score_catalogue(bundle, scorer)
    monkeypatch.delattr(score_pairs, "prepare_scorer")  # nothing is prepared any more
    again = score_catalogue(bundle, scorer)
    for name in ("offsets", "rows", "distances"):
        assert np.array_equal(getattr(scored, name), getattr(expected, name))
        assert np.array_equal(getattr(again, name), getattr(expected, name))


def test_the_nearest_listings_are_found_once(
    bundle: Bundle, scorer: PairScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = score_pairs.prepare_scorer(bundle, scorer).match_all()
    assert not (bundle.folder / KEPT_JOINS_FILE).exists()  # of a catalogue so small they are found at once
    monkeypatch.setattr(score_pairs, "_WORTH_KEEPING", 1)
    score_pairs.prepare_scorer(bundle, scorer)
    assert (bundle.folder / KEPT_JOINS_FILE).exists()
    monkeypatch.setattr(SparseJoin, "nearest", lambda *_: pytest.fail("nearest listings were searched for again"))
    again = score_pairs.prepare_scorer(bundle, scorer).match_all()
    for name in ("offsets", "rows", "distances"):
        assert np.array_equal(getattr(again, name), getattr(expected, name))
    other = replace(scorer, rules=replace(scorer.rules, neighbours=scorer.rules.neighbours - 1))
    with pytest.raises(pytest.fail.Exception):
        score_pairs.prepare_scorer(bundle, other)


def test_scores_of_another_scorer_or_catalogue_are_not_those(bundle: Bundle, scorer: PairScorer) -> None:
    score_catalogue(bundle, scorer)
    entry = replace(bundle.manifest.files["listings.parquet"], sha256="0" * 64)
    changed = replace(bundle.manifest, files=bundle.manifest.files | {"listings.parquet": entry})
    assert kept_scores(replace(bundle, manifest=changed), scorer) is None
    assert kept_scores(bundle, replace(scorer, threshold=scorer.threshold / 2)) is None


def test_settings_of_a_bundle_leave_its_scores_as_they_are(bundle: Bundle, scorer: PairScorer) -> None:
    other = replace(bundle.manifest, title_threshold=None)
    assert scores_key(replace(bundle, manifest=other), scorer) == scores_key(bundle, scorer)


def test_a_folder_that_cannot_be_written_gets_no_file(bundle: Bundle, scorer: PairScorer) -> None:
    folder = bundle.folder / "gone"
    assert len(score_catalogue(replace(bundle, folder=folder), scorer)) == len(bundle)
    assert not (folder / PAIR_SCORES_FILE).exists()
