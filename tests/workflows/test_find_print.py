"""The print on a photo finds listings by their titles, moves photo distances, and is told with the matches."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from product_matching.encoders.print_cache import PrintCache
from product_matching.encoders.print_encoder import PrintRows
from product_matching.errors import InputError
from product_matching.matching.print_decision import PRINT_SHARE, USUAL_COSINE, with_print
from product_matching.matching.print_features import PRINT_FEATURES, print_features
from product_matching.matching.thresholds import NO_RULES, PairRules, Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder, Query, describe_matches
from product_matching.workflows.find_print import (
    add_print,
    describe_print,
    matched_words,
    printed_listings,
    read_listing,
    read_sample,
    tell_print,
)
from product_matching.workflows.read_prints import read_bundle
from tests.print_stand_in import StandInReader, print_of


@pytest.fixture(scope="module")
def finder(sampled_bundle: Path) -> Finder:
    return Finder(open_bundle(sampled_bundle))


def photo_query(finder: Finder, posting_id: str, *lines: str) -> Query:
    """A photo that is that of a listing, with print."""
    vector = np.array(finder.bundle.photo_vectors[finder.bundle.row_of(posting_id)])
    return add_print(finder, Query(photo=vector), print_of(*lines))


def ids(finder: Finder, rows: np.ndarray) -> set[str]:
    return set(finder.bundle.listings["posting_id"].iloc[rows])


def test_candidates_come_from_photo_and_print_together(finder: Finder) -> None:
    query = photo_query(finder, "2a", "Nescafe Eclair", "nothing known")
    found = finder.candidates(query, 3)
    assert {"2a", "1a", "1b", "1c"} <= ids(finder, found.rows)
    assert query.print.unknown == ("nothing", "known")
    plain = finder.candidates(Query(photo=query.photo), 3)
    assert plain.print is None
    assert len(plain) < len(found)


def test_the_print_distance_is_the_weighted_cosine_of_print_and_title(finder: Finder) -> None:
    query = photo_query(finder, "2a", "Nescafe Eclair", "nothing known")
    rows = np.array([finder.bundle.row_of(name) for name in ("1a", "2a", "8a")])
    measured = finder.measure(query, rows)
    cosine = (finder.bundle.title_matrix[rows] @ query.print.vector.T).toarray().ravel()
    np.testing.assert_allclose(measured.print, 1 - query.print.weight * cosine, atol=2e-6)
    assert measured.print[1] == 1
    assert 0 < query.print.weight < 1


def test_the_print_moves_the_photo_distance_that_the_threshold_is_compared_with(finder: Finder) -> None:
    query = photo_query(finder, "2a", "Sprayer Pompa Kyokan 2 Liter")
    matches = finder.matches(query, Thresholds(photo=0.02))
    assert "2a" in ids(finder, matches.rows)
    far = finder.measure(photo_query(finder, "2a", "Nescafe Eclair Latte 220ml"), matches.rows)
    assert (far.seen >= far.photo).all()
    np.testing.assert_allclose(far.seen, far.photo + PRINT_SHARE * USUAL_COSINE, atol=1e-6)


@pytest.mark.parametrize("rules", [NO_RULES, PairRules(min2=0.5)])
@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.3, 0.8])
def test_no_match_is_missed_however_it_is_retrieved(finder: Finder, threshold: float, rules: PairRules) -> None:
    everything = np.arange(len(finder.bundle))
    for posting_id, lines in (("2a", ("Nescafe Eclair Latte",)), ("5b", ("READY", "murah")), ("1a", ("xyz",))):
        query = photo_query(finder, posting_id, *lines)
        found = finder.matches(query, Thresholds(photo=threshold), rules)
        measured = finder.measure(query, everything)
        expected = everything[measured.seen <= threshold]
        assert set(expected) <= set(found.rows.tolist())
        assert len(found) == len(expected) or (not len(expected) and rules.min2 is not None and len(found) == 1)


def test_a_sum_of_cosines_decides() -> None:
    photo, distance = np.array([0.4, 0.4, 0.1, np.nan]), np.array([0.0, 1.0, np.nan, 0.2])
    moved = with_print(photo, distance)
    assert moved[0] == pytest.approx(max(0, 0.4 - PRINT_SHARE * (1 - USUAL_COSINE)))
    assert moved[1] == pytest.approx(0.4 + PRINT_SHARE * USUAL_COSINE)
    assert moved[2] == 0.1
    assert np.isnan(moved[3])


def test_matches_are_told_with_the_words_that_they_hold(finder: Finder) -> None:
    query = photo_query(finder, "2a", "KYOKAN Pompa", "2 Liter baru")
    found = finder.matches(query, Thresholds(photo=0.3))
    described = describe_matches(finder.bundle, found, Thresholds(photo=0.3))
    told = {one["posting_id"]: one for one in tell_print(finder.bundle, query.print, found, described)}
    assert told["2a"]["print_words"] == ["kyokan", "pompa", "2l"]
    assert told["2a"]["print_distance"] == pytest.approx(float(found.print[found.rows == 6][0]))
    assert matched_words(finder.bundle, query.print, np.array([0], dtype=np.int64)) == [()]
    read = describe_print(print_of("KYOKAN Pompa", "2 Liter baru"), query.print)
    assert read["known"] == ["kyokan", "pompa", "2l"]
    assert read["unknown"] == ["baru"]
    assert [line["text"] for line in read["lines"]] == ["KYOKAN Pompa", "2 Liter baru"]
    assert len(read["lines"][0]["box"]) == 4


def test_print_without_a_known_word_changes_nothing(finder: Finder) -> None:
    for lines in ((), ("xyz",)):
        query = photo_query(finder, "2a", *lines)
        with_nothing, plain = (finder.candidates(one, 4) for one in (query, Query(photo=query.photo)))
        assert with_nothing.print is None
        np.testing.assert_array_equal(with_nothing.rows, plain.rows)
        np.testing.assert_array_equal(with_nothing.seen, plain.photo)


def test_a_catalogue_without_titles_cannot_be_compared_with_print(finder: Finder, tmp_path: Path) -> None:
    bare = Finder(finder.bundle)
    bare.__dict__["print_encoder"] = None
    with pytest.raises(InputError, match="has no titles to compare print with"):
        add_print(bare, Query(), print_of("hand cream"))


def test_what_the_bundle_keeps_is_not_read_again(sampled_bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(sampled_bundle, tmp_path / "bundle")
    reader = StandInReader(("Kyokan",))
    plain = open_bundle(tmp_path / "bundle")
    assert read_listing(plain, 0, lambda: reader).text == "Kyokan"
    assert read_sample(plain, "q3", lambda: reader).text == "Kyokan"
    assert read_listing(plain, plain.row_of("8a"), lambda: reader) is None
    assert reader.calls == 2
    read_bundle(tmp_path / "bundle", [reader], cache=PrintCache(reader, tmp_path / "cache"))
    before = reader.calls
    kept = open_bundle(tmp_path / "bundle")
    assert read_listing(kept, 0, lambda: reader).text == "Kyokan"
    assert read_sample(kept, "q3", lambda: reader).text == "Kyokan"
    assert reader.calls == before


def test_a_query_and_a_catalogue_that_was_read_have_features(sampled_bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(sampled_bundle, tmp_path / "bundle")
    reader = StandInReader(("Kyokan Pompa",))
    read_bundle(tmp_path / "bundle", [reader], cache=PrintCache(reader, tmp_path / "cache"))
    finder = Finder(open_bundle(tmp_path / "bundle"))
    query = photo_query(finder, "2a", "Kyokan Pompa")
    listings, rows = printed_listings(finder.bundle), np.array([6, 0, 24])
    own = print_features(PrintRows.of_query(query.print), np.zeros(3, dtype=np.int64), listings, rows)
    told = dict(zip(PRINT_FEATURES, own.T, strict=True))
    np.testing.assert_allclose(told["cosine of prints"][:2], 1, atol=1e-6)
    assert np.isnan(told["cosine of prints"][2])  # the listing has no photo
    assert told["share of print in title"].tolist() == [1, 0, 0]
    measured = finder.measure(query, rows)
    np.testing.assert_allclose(told["cosine of print and title"], 1 - measured.print, atol=2e-6)
    of_listings = print_features(listings.prints, rows, listings, rows)
    np.testing.assert_allclose(of_listings[0], own[0], atol=1e-6)
    assert printed_listings(open_bundle(sampled_bundle)).prints is None
