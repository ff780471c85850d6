"""The submission file of a whole catalogue."""

import csv
from pathlib import Path

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.candidates import Thresholds
from product_matching.store.bundle import open_bundle
from product_matching.workflows.find import Finder, default_thresholds
from product_matching.workflows.match import match_catalogue, write_submission


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
    found = list(match_catalogue(finder, thresholds, limit=50))
    assert [rows.tolist() for rows in found] == [
        expected_matches(finder, row, thresholds) for row in range(len(finder.bundle))
    ]


def test_the_limit_counts_the_listing_itself(finder: Finder) -> None:
    thresholds = Thresholds(0.99, 0.99)
    whole = list(match_catalogue(finder, thresholds, limit=50))
    for rows, cut in zip(whole, match_catalogue(finder, thresholds, limit=4), strict=True):
        assert cut.tolist() == rows[:4].tolist()


def test_no_limit_below_one(finder: Finder) -> None:
    with pytest.raises(InputError, match="The limit is 0"):
        list(match_catalogue(finder, Thresholds(0.1), limit=0))


def test_the_file_is_the_competitions(finder: Finder, tmp_path: Path) -> None:
    ids = finder.bundle.listings["posting_id"].tolist()
    matched = write_submission(tmp_path / "m.csv", ids, match_catalogue(finder, default_thresholds(finder.bundle)))
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
