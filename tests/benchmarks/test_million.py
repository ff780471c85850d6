"""The made-up catalogue of the benchmark, on few listings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(PROJECT)
    from benchmarks.million import Work, catalogue

    rng = np.random.default_rng(0)
    moved = rng.standard_normal((20, 1280)).astype(np.float32)
    np.save(tmp_path / "displacements.npy", 0.3 * moved / np.linalg.norm(moved, axis=1, keepdims=True))
    made = Work(
        folder=tmp_path,
        n=4_000,
        bundles=(PROJECT / "embeddings" / "demo",),
        photos=tmp_path,
        memory_mb=3_000.0,
        milliseconds=50.0,
        photo_distance=0.22,
        title_distance=0.3,
    )
    catalogue(made)
    yield made
    for name in [name for name in sys.modules if name == "benchmarks" or name.startswith("benchmarks.")]:
        del sys.modules[name]


def test_listings_of_a_product_are_near_and_others_are_not(work: Any) -> None:
    from benchmarks.million import VectorMaker

    listings, maker = pd.read_parquet(work.folder / "listings.parquet"), VectorMaker(work)
    assert len(listings) == listings["posting_id"].nunique() == 4_000
    vectors = maker(np.arange(4_000))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(maker(np.array([7, 3_999])), vectors[[7, 3_999]])
    labels = listings["label_group"].to_numpy()
    made = np.flatnonzero(labels != "")
    same = (labels[made][:, None] == labels[made]) & ~np.eye(len(made), dtype=bool)
    distances = 1 - vectors[made] @ vectors[made].T
    assert same.sum() > 300
    assert np.median(distances[same]) < 0.15
    assert np.median(distances[~same]) > 0.5


def test_the_real_listings_keep_their_vectors(work: Any) -> None:
    from benchmarks.million import VectorMaker

    real = np.load(PROJECT / "embeddings" / "demo" / "photo_vectors.npy")
    made = VectorMaker(work)(np.arange(4_000))
    assert ((made @ real.T).max(axis=1) > 1 - 1e-6).sum() >= len(real)


def test_pairs_of_groups_and_products_are_counted(work: Any) -> None:
    from types import SimpleNamespace

    from benchmarks.million import _agreement

    labels: Any = SimpleNamespace(labels=np.array(["a", "a", "a", "b", "c", "", ""], dtype=object))
    del work
    assert _agreement(labels, np.array([0, 0, 2, 2, 4, 0, 0])) == {"precision": 0.5, "recall": 0.3333}


def test_the_table_has_a_row_for_each_step_that_ran_and_says_why_one_stopped(work: Any) -> None:
    from benchmarks.million_report import BEGIN, END, write_table

    page = work.folder / "page.md"
    page.write_text(f"before\n{BEGIN}\n{END}\nafter\n", encoding="utf-8")
    added = {"added": 10, "add_s": 1.5, "seconds": 3.0, "peak_mb": 700, "load_before": 0.5}
    report = {"n": 4_000, "add": added, "review": {"stopped": "more than 12 GB", "seconds": 9.0}}
    write_table(report, page)
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    assert rows == [
        "| add | 10 listings added in 1.5 s, their vectors in the cache | 3 | 700 | 0.5 |",
        "| review | more than 12 GB | 9 | - | - |",
    ]
