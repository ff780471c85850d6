"""The benchmark of self-joins, on few rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import scipy.sparse

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def self_join(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(PROJECT / "benchmarks")
    import self_join

    return self_join


def test_all_contenders_find_the_same_pairs_of_made_up_photos() -> None:
    command = [sys.executable, "benchmarks/self_join.py", "--runs", "1", "--json"]
    command += ["--rows", "1500", "--dimensions", "64", "--copies", "20"]
    output = subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT).stdout
    result = json.loads(output)
    assert set(result["seconds"]) == {"ours", "ours_without_torch", "faiss", "sklearn", "numpy"}
    assert result["same_pairs"] is True
    assert result["pairs"] > 1000
    assert result["multiplied_dimensions"] == 64


def test_a_contender_that_misses_a_pair_is_told(tmp_path: Path, self_join: ModuleType) -> None:
    vectors = self_join.arcface_like(600, 64)
    np.save(tmp_path / "vectors.npy", vectors)
    keys = np.sort(self_join.ours(vectors, 0.3))
    np.save(tmp_path / "ours.npy", keys)
    np.save(tmp_path / "numpy.npy", np.sort(self_join.by_blocks(vectors, 0.3)))
    assert self_join.same_pairs(tmp_path, ["numpy"], 0.3)
    np.save(tmp_path / "numpy.npy", keys[1:])
    assert not self_join.same_pairs(tmp_path, ["numpy"], 0.3)


def test_all_contenders_find_the_same_pairs_of_titles(tmp_path: Path, self_join: ModuleType) -> None:
    words = scipy.sparse.random(700, 80, density=0.1, format="csr", random_state=np.random.default_rng(0))
    words = scipy.sparse.csr_matrix(words.multiply(1 / np.sqrt(words.multiply(words).sum(axis=1))))
    scipy.sparse.save_npz(tmp_path / "vectors.npz", words)
    for name in self_join.SPARSE:
        self_join.contend(name, tmp_path, 0.5)
    assert len(np.load(tmp_path / "ours.npy")) > 100
    assert self_join.same_pairs(tmp_path, list(self_join.SPARSE), 0.5)
