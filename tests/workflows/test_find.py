"""One query through represent, retrieve and decide."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from product_matching.encoders.photo import PhotoEncoder
from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.build import build_bundle
from product_matching.workflows.find import Finder, Query, default_thresholds, describe_matches
from product_matching.workflows.find_words import WordFinder, describe_found


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


def ids(finder: Finder, rows: np.ndarray) -> list[str]:
    return finder.bundle.listings["posting_id"].iloc[rows].tolist()


def test_a_photo_finds_the_listings_of_its_product(finder: Finder, tiny_model: Path, small_catalogue: Path) -> None:
    with Image.open(small_catalogue / "images" / "3b.jpg") as photo:
        vector = PhotoEncoder.load(tiny_model, device="cpu").encode(photo.convert("RGB"))
    matches = finder.matches(Query(photo=vector), default_thresholds(finder.bundle))
    assert ids(finder, matches.rows)[0] == "3b"
    assert set(ids(finder, matches.rows)) == {"3a", "3b", "3c"}
    assert matches.photo[0] == 0
    assert np.isnan(matches.title).all()


def test_a_title_finds_the_listings_of_its_product(finder: Finder) -> None:
    query = Query(title=finder.title_query("nescafe eclair latte 220 ML"))
    matches = finder.matches(query, default_thresholds(finder.bundle))
    assert ids(finder, matches.rows)[0] == "1a"
    assert set(ids(finder, matches.rows)) == {"1a", "1b", "1c"}


def test_photo_and_title_together_match_by_either(finder: Finder) -> None:
    bundle = finder.bundle
    query = Query(
        photo=np.array(bundle.photo_vectors[bundle.row_of("2a")]), title=finder.title_query("Gantungan Kunci Kayu")
    )
    thresholds = Thresholds(0.001, 0.1)
    matches = finder.matches(query, thresholds)
    told = {match["posting_id"]: match for match in describe_matches(bundle, matches, thresholds)}
    assert told["2a"]["by"] == ["photo"]
    assert told["8a"]["by"] == ["title"]
    assert told["8a"]["photo_distance"] is None
    assert told["8a"]["title_distance"] == 0
    assert told["2a"]["title_distance"] == 1


def test_a_listing_is_not_its_own_match_and_extra_columns_are_told(finder: Finder) -> None:
    thresholds = default_thresholds(finder.bundle)
    matches = finder.matches(finder.listing_query(finder.bundle.row_of("5b")), thresholds)
    told = describe_matches(finder.bundle, matches, thresholds)
    assert {match["posting_id"] for match in told} == {"5a", "5c"}
    assert {match["price"] for match in told} == {"50"}
    assert "photo_sha256" not in told[0]


def test_a_column_named_like_what_is_measured_does_not_hide_it(tmp_path: Path) -> None:
    named = {"by": "Ann", "photo_distance": "far", "title_distance": "0.1", "score": "7", "decision": "no", "price": 3}
    table = pd.DataFrame({"posting_id": ["a", "b"], "title": ["red lamp", "red lamp big"], **named})
    build_bundle(Catalogue(table.assign(**{"by (catalogue)": "Bea"}), None), tmp_path / "bundle")
    finder = Finder(open_bundle(tmp_path / "bundle"))
    found = finder.matches(Query(title=finder.title_query("red lamp")), Thresholds(title=0.9))
    [first, _] = describe_matches(finder.bundle, found, Thresholds(title=0.9))
    assert (first["posting_id"], first["by"], first["photo_distance"], first["title_distance"]) == (
        "a",
        ["title"],
        None,
        0,
    )
    own = {"by (catalogue)": "Bea", "by (catalogue) (catalogue)": "Ann", "photo_distance (catalogue)": "far"}
    assert first.items() >= {**own, "score (catalogue)": "7", "decision (catalogue)": "no", "price": 3}.items()
    assert first.keys().isdisjoint({"score", "decision"})
    words = WordFinder(finder.bundle).find("red lamp")
    [held, _] = describe_found(finder.bundle, words, words.matches)
    assert held.items() >= {"coverage": 1.0, "missing": [], **own}.items()


def test_candidates_filtered_by_the_thresholds_are_the_matches(finder: Finder) -> None:
    query = finder.listing_query(4)
    candidates = finder.candidates(query, 25)
    for photo, title in ((0.05, 0.3), (0.4, None), (None, 0.7), (0.9, 0.9)):
        thresholds = Thresholds(photo, title)
        kept = [
            row
            for row, p, t in zip(candidates.rows, candidates.photo, candidates.title, strict=True)
            if (photo is not None and p <= photo) or (title is not None and t <= title)
        ]
        assert sorted(finder.matches(query, thresholds).rows.tolist()) == kept


def test_candidates_are_the_nearest_by_each_side(finder: Finder) -> None:
    query = finder.listing_query(0)
    candidates = finder.candidates(query, 3)
    vectors = np.array(finder.bundle.photo_vectors, dtype=np.float64)
    by_photo = np.argsort(1 - vectors @ vectors[0], kind="stable")
    assert set(by_photo[by_photo != 0][:3]) <= set(candidates.rows.tolist())
    assert 3 <= len(candidates) <= 6


def test_an_equal_photo_comes_before_listings_that_are_middling_by_both(finder: Finder) -> None:
    bundle = finder.bundle
    query = Query(
        photo=np.array(bundle.photo_vectors[bundle.row_of("2a")]),
        title=finder.title_query("Nescafe Eclair Latte 220ml"),
    )
    matches = finder.matches(query, Thresholds(0.6, 0.95))
    assert matches.relative(Thresholds(0.6, 0.95)).tolist() == sorted(matches.relative(Thresholds(0.6, 0.95)))
    assert set(ids(finder, matches.rows[:2])) == {"1a", "2a"}


def test_a_pair_exactly_at_the_threshold_is_a_match(finder: Finder) -> None:
    query = finder.listing_query(0)
    candidates = finder.candidates(query, 25)
    at = float(candidates.title[(candidates.title > 0) & (candidates.title < 1)].min())
    row = candidates.rows[np.flatnonzero(candidates.title == at)[0]]
    assert row in finder.matches(query, Thresholds(None, at)).rows
    assert row not in finder.matches(query, Thresholds(None, at - 1e-6)).rows


def test_a_listing_without_a_photo_is_searched_by_title_alone(finder: Finder) -> None:
    query = finder.listing_query(finder.bundle.row_of("8a"))
    assert query.photo is None
    assert query.title is not None
    assert len(finder.matches(query, Thresholds(0.999, None))) == 0


def test_a_title_without_a_known_word_finds_nothing(finder: Finder) -> None:
    query = Query(title=finder.title_query("xylophone"))
    assert len(finder.matches(query, Thresholds(None, 0.999))) == 0


def test_an_empty_title_is_no_query(finder: Finder) -> None:
    assert finder.title_query("  ") is None


def test_an_unknown_listing_is_named(finder: Finder) -> None:
    with pytest.raises(InputError, match="The catalogue small has no listing 'nobody'"):
        finder.bundle.row_of("nobody")


@pytest.mark.parametrize("value", [-0.1, 1.0, 2.0, float("nan"), float("inf")])
@pytest.mark.parametrize("side", ["photo", "title"])
def test_a_threshold_out_of_range_is_refused(side: str, value: float) -> None:
    with pytest.raises(InputError, match=f"The {side} threshold is .* must be a distance from 0 to below 1"):
        Thresholds(**{side: value})


def test_a_threshold_is_rounded_as_distances_are() -> None:
    assert Thresholds(title=1 - 0.55).title == 0.45


def test_the_fused_threshold_accepts_by_the_mean_of_both(finder: Finder) -> None:
    query = finder.listing_query(0)
    candidates = finder.candidates(query, 25)
    thresholds = Thresholds(0.0, 0.0, 0.25)
    expected = set(candidates.rows[(candidates.photo + candidates.title) / 2 <= 0.25].tolist())
    matches = finder.matches(query, thresholds)
    assert expected
    assert set(matches.rows.tolist()) == expected
    told = describe_matches(finder.bundle, matches, thresholds)
    assert all("fused" in match["by"] for match in told)


def test_the_same_photo_is_a_match_when_asked_for(finder: Finder) -> None:
    query = finder.listing_query(0)
    rules = PairRules(photo_bits=12)
    matches = finder.matches(query, Thresholds(0.0, 0.0), rules)
    assert set(ids(finder, matches.rows)) == {"0b", "0c"}
    told = describe_matches(finder.bundle, matches, Thresholds(0.0, 0.0), rules)
    assert [match["by"] for match in told] == [["phash"], ["phash"]]


def test_other_quantities_are_vetoed(finder: Finder) -> None:
    title = "Nescafe Eclair Latte 500 ml"
    query = Query(title=finder.title_query(title), text=title)
    thresholds = Thresholds(None, 0.7)
    assert {"1a", "1b", "1c"} <= set(ids(finder, finder.matches(query, thresholds).rows))
    assert len(finder.matches(query, thresholds, PairRules(quantity_veto=True))) == 0


def test_a_query_without_a_match_has_its_nearest_within_reach(finder: Finder) -> None:
    """min2 is a share of the threshold: twice the threshold is reached with 1.0."""
    query = finder.listing_query(0)
    nearest = finder.candidates(query, 25)
    distance = float(nearest.title[nearest.title > 0].min())
    alone = Thresholds(None, round(distance / 2, 6))
    assert len(finder.matches(query, alone)) == 0
    found = finder.matches(query, alone, PairRules(min2=1.0001))
    assert found.rows.tolist() == [int(nearest.rows[np.argmin(nearest.title)])]
    assert len(finder.matches(query, alone, PairRules(min2=0.999))) == 0
    assert finder.matches(query, alone, PairRules(min2=float("inf"))).rows.tolist() == found.rows.tolist()


@pytest.mark.parametrize("rules", [{"photo_bits": -1}, {"photo_bits": 65}, {"min2": -0.1}, {"min2": float("nan")}])
def test_rules_out_of_range_are_refused(rules: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"must be .*from 0 to"):
        PairRules(**rules)


def test_an_explanation_adds_up(finder: Finder) -> None:
    query = finder.listing_query(3)
    explanation = finder.explain(query, 4)
    candidates = finder.candidates(query, 25)
    at = np.flatnonzero(candidates.rows == 4)[0]
    assert (explanation.photo_distance, explanation.title_distance) == (candidates.photo[at], candidates.title[at])
    shared = sum(word.share for word in explanation.words if word.side == "both")
    assert shared == pytest.approx(1 - candidates.title[at], abs=1e-5)
    assert explanation.quantities[0].dimension == "volume"
    assert explanation.quantities[0].agree
