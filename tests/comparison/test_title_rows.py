"""Title rows: the evaluation's own methods on the parts, and reproduced figures kept between runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from product_matching.comparison.lookup import demo_set
from product_matching.comparison.titles import TitledDemo, rank_titles, reproduce
from product_matching.evaluation.evaluate import evaluate
from product_matching.evaluation.listings import labelled_listings
from product_matching.listings.catalogue import Catalogue


def test_a_part_is_ranked_by_the_words_of_its_own_titles(demo: Catalogue) -> None:
    data = demo_set(demo)
    titled = TitledDemo.of(demo, data, [""] * len(data.paths))
    assert titled.listings.titles.tolist() == demo.listings["title"].iloc[data.rows].tolist()
    assert len(titled.background) == 37
    neighbours = rank_titles(titled, "tfidf")(data.test)
    nearest = [neighbours.of(query)[0] for query in data.test.queries]
    assert np.mean([data.test.labels[found[1]] for found in nearest] == data.test.labels[data.test.queries]) == 1


def test_reproduced_figures_are_the_evaluations_and_are_kept(
    demo: Catalogue, demo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reproduce(demo_file, ["idf"], tmp_path / "kept.json")["idf"]
    expected = evaluate(labelled_listings(demo), "idf", "full", with_partition=False)
    assert made.f1 == pytest.approx(expected.f1, abs=1e-4)
    assert made.n == 111
    assert "published threshold" in made.protocol
    monkeypatch.setattr("product_matching.comparison.titles.evaluate", None)
    assert reproduce(demo_file, ["idf"], tmp_path / "kept.json")["idf"] == made


def test_kept_figures_that_are_damaged_are_made_again(demo_file: Path, tmp_path: Path) -> None:
    made = reproduce(demo_file, ["idf"], tmp_path / "kept.json")
    written = (tmp_path / "kept.json").read_text(encoding="utf-8")
    for damaged in (written.replace('"n": 111', '"n": "many"'), written[:40], "[]"):
        (tmp_path / "kept.json").write_text(damaged, encoding="utf-8")
        assert reproduce(demo_file, ["idf"], tmp_path / "kept.json") == made


def test_figures_of_another_file_are_made_again(demo_file: Path, tmp_path: Path) -> None:
    first = reproduce(demo_file, ["idf"], tmp_path / "kept.json")["idf"]
    shorter = tmp_path / "train.csv"
    shorter.write_text("".join(demo_file.read_text(encoding="utf-8").splitlines(keepends=True)[:40]), encoding="utf-8")
    again = reproduce(shorter, ["idf"], tmp_path / "kept.json")["idf"]
    assert (first.n, again.n) == (111, 39)
