"""The folder of a pair scorer: what it holds, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.second_stage import SCORER_FILE, TREES_FILE
from product_matching.matching.second_stage.scorer_file import MAX_SCORER_BYTES, read_scorer, write_scorer
from tests.matching.second_stage.conftest import make_scorer


def test_stored_and_read_it_scores_the_same(crowd, tmp_path: Path) -> None:
    scorer = make_scorer(crowd, blend=0.4)
    write_scorer(scorer, tmp_path / "pairs" / "own")
    again = read_scorer(tmp_path / "pairs" / "own")
    np.testing.assert_array_equal(
        again.pair_probabilities(crowd.candidates), scorer.pair_probabilities(crowd.candidates)
    )
    for name in ("names", "dense", "blend", "threshold", "n", "protocol", "f1", "sides"):
        assert getattr(again, name) == getattr(scorer, name)
    for rule in ("photo_bits", "cross_mean", "blend", "expansion", "alpha", "neighbours"):
        assert getattr(again.rules, rule) == getattr(scorer.rules, rule)
    assert again.sides == ("words", "trigrams", "photo")


def test_a_scorer_is_replaced_and_nothing_else_is(scorer, tmp_path: Path) -> None:
    write_scorer(scorer, tmp_path / "own")
    write_scorer(scorer, tmp_path / "own")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    with pytest.raises(InputError, match="is not a pair scorer"):
        write_scorer(scorer, tmp_path / "other")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is not a pair scorer"):
        write_scorer(scorer, tmp_path / "file")


def _set(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.update(fields)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set(colour="red"), "colour is no field"),
        (_set(format=2), "format is 2, but must be 1"),
        (_set(threshold=1.5), "threshold is 1.5, but must be at most 1"),
        (_set(threshold="0.5"), "threshold is '0.5', but must be a number"),
        (_set(features=["colour"]), "feature_names is"),
        (_set(trees_sha256="0" * 64), "trees.txt is not the file"),
        (_set(sides=[{"name": "words"}, {"name": "smell"}]), r"sides\[1\]"),
        (lambda content: content.pop("rules"), "rules is missing"),
        (lambda content: content["rules"].update(expansion=0), "rules.expansion"),
    ],
)
def test_a_changed_description_is_refused_in_a_sentence(scorer, tmp_path: Path, change, said: str) -> None:
    write_scorer(scorer, tmp_path)
    content = json.loads((tmp_path / SCORER_FILE).read_text())
    change(content)
    (tmp_path / SCORER_FILE).write_text(json.dumps(content))
    with pytest.raises(InputError, match=said) as refused:
        read_scorer(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_missing_damaged_or_huge_file_is_refused(scorer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no pair scorer at"):
        read_scorer(tmp_path / "none")
    old = tmp_path / "old.npz"
    old.write_bytes(b"PK")
    with pytest.raises(InputError, match="There is no pair scorer at"):
        read_scorer(old)
    write_scorer(scorer, tmp_path / "own")
    (tmp_path / "own" / TREES_FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        read_scorer(tmp_path / "own")
    (tmp_path / "own" / SCORER_FILE).write_text(" " * (MAX_SCORER_BYTES + 1))
    with pytest.raises(InputError, match="at most 1,000,000 bytes"):
        read_scorer(tmp_path / "own")
    (tmp_path / "own" / SCORER_FILE).write_text("[" * 100_000)
    with pytest.raises(InputError, match="cannot be read"):
        read_scorer(tmp_path / "own")
