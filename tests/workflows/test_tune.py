"""Default thresholds: which listings choose them, and that those of a test part never do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import normalize

from product_matching.listings.catalogue import Catalogue
from product_matching.listings.parts import PARTS, validation_rows
from product_matching.matching.chain import MEASURED_CHAIN, Rules, VectorRules
from product_matching.matching.thresholds import Thresholds
from product_matching.metrics.listing_f1 import listing_f1
from product_matching.metrics.sweep import sweep_thresholds
from product_matching.search.flat import FlatIndex
from product_matching.search.neighbours import keep_within
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.workflows import tune
from product_matching.workflows.build import build_bundle
from product_matching.workflows.match import match_by_defaults
from product_matching.workflows.tune import LEAST_WITHOUT_LABELS, SMALL_TITLE, tune_threshold

#: Angle between the listings of a pair, by part: the closer ones of `train` want a smaller threshold.
ANGLES = {"train": 0.1, "validation": 0.4, "test": 0.6}
N_PAIRS = 20


def pairs_of_parts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors (N, D), labels and parts of pairs that are orthogonal to each other; 20 pairs in each part."""
    vectors, labels, parts = [], [], []
    for part, angle in ANGLES.items():
        for _ in range(N_PAIRS):
            pair = len(labels) // 2
            for turn in (0.0, angle):
                vector = np.zeros(2 * N_PAIRS * len(ANGLES), dtype=np.float32)
                vector[2 * pair : 2 * pair + 2] = np.cos(turn), np.sin(turn)
                vectors.append(vector)
                labels.append(f"group {pair}")
                parts.append(part)
    return np.array(vectors), np.array(labels, dtype=object), np.array(parts, dtype=object)


def rows_of(parts: np.ndarray) -> np.ndarray | None:
    return validation_rows(pd.DataFrame({"part": parts}))


@pytest.mark.parametrize(
    "parts",
    [["train", "validation", "holdout"], ["left", "right", ""], ["", "", ""], [1, 2, 3], [None, None, "front"]],
)
def test_a_column_with_other_words_is_a_column_like_any_other(parts: list[object]) -> None:
    assert validation_rows(pd.DataFrame({"part": parts})) is None


def test_without_the_column_every_listing_chooses() -> None:
    assert validation_rows(pd.DataFrame({"posting_id": ["a"]})) is None


def test_the_validation_rows_are_those_that_say_so_and_empty_cells_are_for_nothing() -> None:
    parts = ["test", "validation", "", None, "validation", "train"]
    assert validation_rows(pd.DataFrame({"part": parts})).tolist() == [1, 4]
    assert validation_rows(pd.DataFrame({"part": ["train", "test"]})).tolist() == []


@pytest.mark.parametrize(
    ("n", "is_tuned"), [(5, False), (LEAST_WITHOUT_LABELS - 1, False), (LEAST_WITHOUT_LABELS, True)]
)
def test_a_few_listings_without_labels_get_the_fixed_thresholds(tmp_path: Path, n: int, is_tuned: bool) -> None:
    goods = ["Red lamp", "Blue lamp", "Chair", "Green tea 100 g", "Speaker"]
    titles = [f"{goods[row % 5]} {row}" for row in range(n)]
    listings = pd.DataFrame({"posting_id": [str(row) for row in range(n)], "title": titles})
    threshold = build_bundle(Catalogue(listings, None), tmp_path / "b").title_threshold
    assert threshold is not None
    assert (threshold.distance == SMALL_TITLE) != is_tuned
    assert threshold.protocol.startswith("not tuned: fewer than 20 listings") != is_tuned
    assert threshold.n == n


def test_a_few_listings_with_labels_are_tuned_on(tmp_path: Path) -> None:
    titles = ["Red lamp", "Red lamp big", "Chair", "Green tea", "Green tea 100 g"]
    listings = pd.DataFrame({"posting_id": list("abcde"), "title": titles, "label_group": list("11233")})
    threshold = build_bundle(Catalogue(listings, None), tmp_path / "b").title_threshold
    assert threshold is not None
    assert threshold.f1 == 1


def test_the_threshold_is_the_best_of_the_validation_part_in_the_whole_catalogue() -> None:
    vectors, labels, parts = pairs_of_parts()
    usable = np.ones(len(labels), dtype=np.bool_)
    tuned = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels, validation=rows_of(parts))
    reach = 1 - np.cos(ANGLES["validation"])
    assert reach <= tuned.distance < reach + 0.002
    assert (tuned.n, tuned.f1) == (len(labels), 1.0)
    assert tuned.protocol == "best F1 of the validation part in the whole catalogue"
    everything = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels)
    assert everything.distance >= 1 - np.cos(ANGLES["test"])


def test_listings_of_other_parts_are_in_the_way() -> None:
    """Strangers of another part lie close by, which the validation part alone would not show."""
    vectors, labels, parts = pairs_of_parts()
    rows = np.flatnonzero(parts == "validation")
    for row in rows[::2]:
        vectors[row - 2 * N_PAIRS] = turned(vectors[row], vectors[row + 1], -0.2)
    usable = np.ones(len(labels), dtype=np.bool_)
    alone = tune_threshold(FlatIndex(vectors[rows]), vectors[rows], usable[rows], labels=labels[rows])
    among_all = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels, validation=rows)
    assert alone.f1 == 1.0
    assert among_all.f1 is not None
    assert among_all.f1 < 1.0
    near = FlatIndex(vectors).nearest(vectors[rows], len(labels))
    best = max(listing_f1(keep_within(near, distance), labels, rows).mean() for distance in np.arange(0, 1, 0.001))
    assert among_all.f1 == pytest.approx(best, abs=1e-4)


def turned(first: np.ndarray, second: np.ndarray, angle: float) -> np.ndarray:
    """The first vector, turned by an angle in the plane of both."""
    across = second - (second @ first) * first
    return (np.cos(angle) * first + np.sin(angle) * across / np.linalg.norm(across)).astype(np.float32)


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_labels_of_the_other_parts_change_nothing(part: str) -> None:
    vectors, labels, parts = pairs_of_parts()
    usable = np.ones(len(labels), dtype=np.bool_)
    before = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels, validation=rows_of(parts))
    forged = labels.copy()
    forged[parts == part] = "one group"
    assert tune_threshold(FlatIndex(vectors), vectors, usable, labels=forged, validation=rows_of(parts)) == before


def test_a_catalogue_whose_validation_part_has_no_label_is_tuned_without_labels() -> None:
    vectors, labels, parts = pairs_of_parts()
    labels[parts == "validation"] = ""
    usable = np.ones(len(labels), dtype=np.bool_)
    tuned = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels, validation=rows_of(parts))
    assert tuned.f1 is None
    assert tuned.protocol == "no labels in a validation part: three other listings on average"
    unlabelled = tune_threshold(FlatIndex(vectors), vectors, usable, labels=None, validation=rows_of(parts))
    assert (unlabelled.distance, unlabelled.n) == (tuned.distance, tuned.n)


def titles_with_parts(strange: str) -> pd.DataFrame:
    """Titles of 30 products, three listings each, ten products in each part; those of a part can be made strange."""
    records = []
    for product in range(30):
        part = PARTS[product % 3]
        for listing in range(3):
            words = [f"brand{product}", f"item{product}", f"extra{product}{listing}"]
            if part == strange:
                words += [f"noise{product}{listing}{k}" for k in range(3)]
            records.append((f"{product}-{listing}", " ".join(words), f"g{product}", part))
    return pd.DataFrame(records, columns=["posting_id", "title", "label_group", "part"])


def bundle_of(listings: pd.DataFrame, out: Path) -> Bundle:
    build_bundle(Catalogue(listings, None), out)
    return open_bundle(out)


@pytest.mark.parametrize("rules", [MEASURED_CHAIN, Rules(vectors=VectorRules(expansion=2))])
def test_a_bundle_and_its_rules_are_tuned_on_the_validation_part(tmp_path: Path, rules: Rules) -> None:
    listings = titles_with_parts("test")
    bundle = bundle_of(listings, tmp_path / "b")
    default = bundle.manifest.title_threshold
    assert default is not None
    assert (default.n, default.protocol) == (90, "best F1 of the validation part in the whole catalogue")
    forged = listings.assign(label_group=listings["label_group"].where(listings["part"] == "validation", "all"))
    other = bundle_of(forged, tmp_path / "forged")
    assert other.manifest.title_threshold == default
    tuned = match_by_defaults(bundle, Thresholds(), rules).thresholds.title
    assert tuned == match_by_defaults(other, Thresholds(), rules).thresholds.title
    named = bundle_of(listings.rename(columns={"part": "section"}), tmp_path / "named")
    everything = match_by_defaults(named, Thresholds(), rules).thresholds.title
    assert tuned is not None
    assert everything is not None
    assert tuned < everything


def test_a_bundle_keeps_what_its_threshold_reached_and_an_older_one_without_it_opens(tmp_path: Path) -> None:
    default = bundle_of(titles_with_parts(""), tmp_path / "b").manifest.title_threshold
    assert default is not None
    assert None not in (default.f1, default.precision, default.recall)
    path = tmp_path / "b" / "manifest.json"
    older = json.loads(path.read_text())
    del older["title_threshold"]["precision"], older["title_threshold"]["recall"]
    path.write_text(json.dumps(older))
    assert open_bundle(tmp_path / "b").manifest.title_threshold == replace(default, precision=None, recall=None)


def crowded_groups(n_groups: int, size: int, spread: float, width: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (N, D) around random centres and their labels; groups larger than the competition's cap of 50."""
    rng = np.random.default_rng(4)
    centres = normalize(rng.normal(size=(n_groups, width)))
    vectors = np.repeat(centres, size, axis=0) + spread * rng.normal(size=(n_groups * size, width))
    labels = np.array([f"group {group}" for group in range(n_groups) for _ in range(size)], dtype=object)
    return normalize(vectors).astype(np.float32), labels


@pytest.mark.parametrize("spread", [0.06, 0.1, 0.16])
def test_the_threshold_is_the_best_of_a_use_without_a_cap(spread: float) -> None:
    """The oracle tries every step of a thousandth with all matches; a cap of 50 would look for another threshold."""
    vectors, labels = crowded_groups(8, 80, spread)
    usable = np.ones(len(labels), dtype=np.bool_)
    tuned = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels)
    distances = np.round(1 - vectors.astype(np.float64) @ vectors.astype(np.float64).T, 6)
    same = labels[:, None] == labels[None, :]

    def scores(threshold: float) -> tuple[float, float, float]:
        near = (distances <= threshold) | np.eye(len(labels), dtype=bool)
        right, predicted, true = (near & same).sum(1), near.sum(1), same.sum(1)
        f1 = float((2 * right / (predicted + true)).mean())
        return round(f1, 4), round(float((right / predicted).mean()), 4), round(float((right / true).mean()), 4)

    best = max(scores(step / 1000)[0] for step in range(1000))
    assert tuned.f1 == pytest.approx(best, abs=1e-4)
    assert (tuned.f1, tuned.precision, tuned.recall) == scores(tuned.distance)


def test_no_larger_threshold_is_better_than_the_bound_that_ends_the_search() -> None:
    vectors, labels = crowded_groups(12, 30, 0.14)
    groups, rows = np.unique(labels, return_inverse=True)[1], np.arange(len(labels))
    everything = FlatIndex(vectors).within(vectors, 1.99)
    sweep = sweep_thresholds(everything, groups, rows, cap=None)
    for radius in (0.1, 0.2, 0.4, 0.6, 0.9):
        beyond = sweep.f1[sweep.thresholds > radius]
        assert tune.best_beyond(keep_within(everything, radius), groups, rows) >= beyond.max() - 1e-12


def test_where_memory_ends_the_search_the_best_so_far_is_taken_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, labels = crowded_groups(8, 40, 0.06)
    usable = np.ones(len(labels), dtype=np.bool_)
    whole = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels)
    near = FlatIndex(vectors).within(vectors, 0.2)
    monkeypatch.setattr(tune, "MAX_PAIRS", len(near.rows))
    cut = tune_threshold(FlatIndex(vectors), vectors, usable, labels=labels)
    assert whole.distance > 0.22 > cut.distance >= 0.19
    assert cut.f1 < whole.f1
    assert f"more than {len(near.rows):,} pairs are within 0.2" in cut.protocol
