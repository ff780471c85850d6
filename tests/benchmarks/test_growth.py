"""The benchmark of growth, on few rows."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PROJECT = Path(__file__).parents[2]
SIZES = (100, 1_000, 10_000)


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(PROJECT)
    yield
    for name in [name for name in sys.modules if name == "benchmarks" or name.startswith("benchmarks.")]:
        del sys.modules[name]


def of_seconds(tmp_path: Path, *seconds: float) -> Any:
    from benchmarks.growth.results import Results

    results = Results(tmp_path / "growth.json")
    for n, took in zip(SIZES, seconds, strict=False):
        results.put("photo_join", "sklearn", n, {"seconds": took})
    return results


def test_contenders_that_are_told_the_same_vectors_find_the_same_pairs(tmp_path: Path) -> None:
    from benchmarks.growth import contend
    from benchmarks.growth.data import VECTORS
    from benchmarks.growth.results import Results
    from benchmarks.self_join import arcface_like

    np.save(tmp_path / VECTORS, arcface_like(600, 64))
    found = [contend.photo_join(name, tmp_path)["pairs"] for name in ("ours", "faiss_flat", "sklearn")]
    assert found[0] > 100
    assert len(set(found)) == 1
    results = Results(tmp_path / "growth.json")
    assert results.compare_pairs("photo_join", "sklearn", 600, tmp_path) == {"missing": 0, "extra": 0}
    keys = np.load(tmp_path / "photo_join.sklearn.npy")
    np.save(tmp_path / "photo_join.sklearn.npy", np.append(keys[2:], 600 * 600))
    assert results.compare_pairs("photo_join", "sklearn", 600, tmp_path) == {"missing": 2, "extra": 1}


def test_a_second_run_reads_what_the_first_one_measured(tmp_path: Path) -> None:
    of_seconds(tmp_path, 0.1, 10.0)
    again = of_seconds(tmp_path)
    assert again.figures("photo_join", "sklearn", SIZES) == [(100, 0.1), (1_000, 10.0)]
    assert again.slope("photo_join", "sklearn", SIZES) == 2.0


def test_a_size_that_would_take_too_long_is_not_tried(tmp_path: Path) -> None:
    results = of_seconds(tmp_path, 0.1, 10.0)
    told = results.not_tried("photo_join", "sklearn", 10_000, sizes=SIZES, seconds=900.0)
    assert told == "not tried: some 1,000 s, by the growth up to 1,000"
    assert not results.not_tried("photo_join", "sklearn", 10_000, sizes=SIZES, seconds=1_100.0)


def test_a_library_that_was_stopped_is_not_tried_at_larger_sizes(tmp_path: Path) -> None:
    results = of_seconds(tmp_path, 0.1)
    results.put("photo_join", "sklearn", 1_000, {"stopped": "more than 12 GB"})
    told = results.not_tried("photo_join", "sklearn", 10_000, sizes=SIZES, seconds=900.0)
    assert told == "not tried: at 1,000 more than 12 GB"


def test_a_program_beyond_a_limit_is_stopped_with_what_it_started() -> None:
    from benchmarks.growth.running import Limits, watched

    waiting = [sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '60'])"]
    assert watched(waiting, Limits(0.5, 1e6, sys.executable)) == {"stopped": "more than 0.5 s"}
    large = [sys.executable, "-c", "import time; kept = b'x' * 200_000_000; time.sleep(60)"]
    assert watched(large, Limits(60.0, 100.0, sys.executable)) == {"stopped": "more than 0.1 GB"}


def test_the_page_has_a_row_and_a_line_for_each_library(tmp_path: Path) -> None:
    from benchmarks.growth.report import BEGIN, END, write_report

    results = of_seconds(tmp_path, 0.1, 10.0)
    results.put("photo_join", "imagededup", 100, {"seconds": 1.0, "pairs": 7, "missing": 2, "extra": 0})
    page = tmp_path / "growth.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_report(results, page, SIZES)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| scikit-learn | 0.1 | 10 | not measured | N^2 |" in text
    assert "at 100 of 7 pairs 2 missing, 0 more" in text
    picture = ElementTree.parse(tmp_path / "images" / "growth" / "photo_join.svg")
    assert len(picture.findall(".//{http://www.w3.org/2000/svg}polyline")) == 2


def test_listings_of_a_product_share_most_words_and_those_of_another_few() -> None:
    from benchmarks.title_edits import TitleMaker, product_sizes

    rng = np.random.default_rng(0)
    assert product_sizes(1_000, rng).sum() == 1_000
    maker = TitleMaker([f"brand{n} kettle {n}l steel colour{n} with lid number{n}" for n in range(200)], rng)

    def shared(one: str, other: str) -> float:
        first, second = set(one.split()), set(other.split())
        return len(first & second) / len(first | second)

    products = [maker.product(place) for place in range(100)]
    same = np.mean([shared(maker.listing(words), maker.listing(words)) for words in products])
    apart = np.mean(
        [shared(maker.listing(products[place]), maker.listing(products[place - 1])) for place in range(100)]
    )
    assert same > 2 * apart
