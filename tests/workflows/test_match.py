"""The submission file of a whole catalogue."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from product_matching.errors import InputError
from product_matching.listings.catalogue import Catalogue
from product_matching.matching.chain import MEASURED_CHAIN, Rules, VectorRules
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.build import build_bundle
from product_matching.workflows.find import Finder, default_thresholds
from product_matching.workflows.match import (
    count_cut,
    match_by_defaults,
    match_catalogue,
    submission_rows,
    write_submission,
)


@pytest.fixture(scope="module")
def finder(small_bundle: Path) -> Finder:
    return Finder(open_bundle(small_bundle))


def expected_matches(finder: Finder, row: int, thresholds: Thresholds) -> list[int]:
    """Recompute one listing's matches with dense products and a plain loop."""
    bundle = finder.bundle
    photos = np.array(bundle.photo_vectors, dtype=np.float64)
    titles = bundle.title_matrix.toarray().astype(np.float64)
    found = []
    for other in range(len(bundle)):
        both = bundle.has_photo[row] and bundle.has_photo[other]
        photo = round(1 - float(photos[row] @ photos[other]), 6) if both else None
        title = round(1 - float(titles[row] @ titles[other]), 6)
        by_photo = photo is not None and thresholds.photo is not None and photo <= thresholds.photo
        by_title = thresholds.title is not None and title <= thresholds.title
        if other != row and (by_photo or by_title):
            shares = [
                max(distance, 0) / threshold
                for distance, threshold in ((photo, thresholds.photo), (title, thresholds.title))
                if distance is not None and threshold is not None
            ]
            combined = title if photo is None else (max(photo, 0) + max(title, 0)) / 2
            found.append((min(shares), combined, other))
    return [row, *(other for *_, other in sorted(found))]


@pytest.mark.parametrize(
    "thresholds", [Thresholds(0.05, 0.3), Thresholds(None, 0.6), Thresholds(0.6, None), Thresholds(0.9, 0.95)]
)
def test_the_matches_are_those_of_a_plain_loop(finder: Finder, thresholds: Thresholds) -> None:
    found = list(submission_rows(match_catalogue(finder.bundle, thresholds).matches))
    assert [rows.tolist() for rows in found] == [
        expected_matches(finder, row, thresholds) for row in range(len(finder.bundle))
    ]


def test_the_limit_counts_the_listing_itself_and_the_cut_listings_are_counted(finder: Finder) -> None:
    matches = match_catalogue(finder.bundle, Thresholds(0.99, 0.99)).matches
    whole = list(submission_rows(matches))
    for rows, cut in zip(whole, submission_rows(matches, 4), strict=True):
        assert cut.tolist() == rows[:4].tolist()
    assert count_cut(matches, 4) == sum(len(rows) > 4 for rows in whole) > 0
    assert count_cut(matches, None) == count_cut(matches, 25) == 0


def test_no_limit_below_one(finder: Finder) -> None:
    with pytest.raises(InputError, match="The limit is 0"):
        list(submission_rows(match_catalogue(finder.bundle, Thresholds(0.1)).matches, 0))


def test_the_file_is_the_competitions(finder: Finder, tmp_path: Path) -> None:
    ids = finder.bundle.listings["posting_id"].tolist()
    matches = match_catalogue(finder.bundle, default_thresholds(finder.bundle)).matches
    matched = write_submission(tmp_path / "m.csv", ids, submission_rows(matches))
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["posting_id"] for row in rows] == ids
    assert rows[0]["matches"].split(" ")[0] == "0a"
    assert set(rows[0]["matches"].split(" ")) == {"0a", "0b", "0c"}
    assert rows[24]["matches"] == "8a"
    assert matched == 24


def test_a_failure_on_the_way_leaves_the_old_file(finder: Finder, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("old")
    ids = finder.bundle.listings["posting_id"].tolist()

    def fail_halfway() -> "np.ndarray":
        yield np.array([0])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_submission(tmp_path / "m.csv", ids, fail_halfway())
    assert [path.name for path in tmp_path.iterdir()] == ["m.csv"]
    assert (tmp_path / "m.csv").read_text() == "old"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_submission(tmp_path / "nowhere" / "m.csv", [], [])


def test_thresholds_that_are_not_given_are_the_bundles_own_or_tuned_for_the_rules(finder: Finder) -> None:
    plain = match_by_defaults(finder.bundle, Thresholds()).thresholds
    averaged = match_by_defaults(finder.bundle, Thresholds(), Rules(vectors=VectorRules(expansion=3))).thresholds
    assert plain == default_thresholds(finder.bundle)
    assert plain.title is not None
    assert averaged.title is not None
    assert averaged.title < plain.title


def test_a_threshold_that_is_given_is_kept_by_rules_on_vectors(finder: Finder) -> None:
    rules = Rules(vectors=VectorRules(expansion=3))
    assert match_by_defaults(finder.bundle, Thresholds(0.01, 0.02, 0.03), rules).thresholds == Thresholds(
        0.01, 0.02, 0.03
    )


def test_the_fused_threshold_adds_matches(finder: Finder) -> None:
    alone = match_catalogue(finder.bundle, Thresholds(0.0, 0.0)).matches
    fused = match_catalogue(finder.bundle, Thresholds(0.0, 0.0, 0.2)).matches
    candidates = finder.candidates(finder.listing_query(0), 25)
    expected = set(candidates.rows[(candidates.photo + candidates.title) / 2 <= 0.2].tolist())
    assert len(expected) > len(alone.of(0))
    assert set(fused.of(0).tolist()) == expected


def test_the_quantity_veto_separates_sizes(tmp_path: Path) -> None:
    titles = ["Sabun Cair Lemon Segar 250 ml", "Sabun Cair Lemon Segar 250ml", "Sabun Cair Lemon Segar 500 ml"]
    build_bundle(Catalogue(pd.DataFrame({"posting_id": list("abc"), "title": titles}), None), tmp_path / "b")
    bundle = open_bundle(tmp_path / "b")
    veto = Rules(pairs=PairRules(quantity_veto=True))
    assert set(match_catalogue(bundle, Thresholds(None, 0.9)).matches.of(0).tolist()) == {1, 2}
    assert match_catalogue(bundle, Thresholds(None, 0.9), veto).matches.of(0).tolist() == [1]


def test_a_listing_without_a_photo_is_no_match_by_photo(finder: Finder) -> None:
    rules = Rules(vectors=MEASURED_CHAIN.vectors)
    assert len(match_catalogue(finder.bundle, Thresholds(0.999, 0.0), rules).matches.of(24)) == 0


def test_too_many_pairs_are_refused_with_the_number_and_the_threshold(
    finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("product_matching.workflows.match.MAX_PAIRS", 5)
    with pytest.raises(
        InputError, match=r"More than 5 pairs of listings are within a distance of 0\.9: choose a small"
    ):
        match_catalogue(finder.bundle, Thresholds(None, 0.9))


@pytest.mark.parametrize("mutual", [1, 2, 5])
def test_mutual_neighbours_are_each_among_the_others_nearest(finder: Finder, mutual: int) -> None:
    thresholds = Thresholds(0.8, 0.9)
    every = match_catalogue(finder.bundle, thresholds).matches
    kept = match_catalogue(finder.bundle, thresholds, Rules(mutual=mutual)).matches
    near = [set(every.of(row)[:mutual].tolist()) for row in range(len(every))]
    expected = [[row for row in every.of(own).tolist() if row in near[own] and own in near[row]] for own in range(25)]
    assert [kept.of(row).tolist() for row in range(25)] == expected
    assert 0 < len(kept.rows) < len(every.rows)
