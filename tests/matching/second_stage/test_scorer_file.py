"""The folder of a pair scorer: what it holds, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from product_matching.errors import InputError
from product_matching.matching.calibration import Calibration
from product_matching.matching.second_stage import SCORER_FILE, trees_file
from product_matching.matching.second_stage.presets import Measured, Preset
from product_matching.matching.second_stage.scorer_file import MAX_SCORER_BYTES, read_scorer, write_scorer
from tests.matching.second_stage.conftest import make_scorer


def test_stored_and_read_it_scores_the_same(crowd, tmp_path: Path) -> None:
    measured = {
        "both": Measured(precision=0.9, recall=0.8, accepted=7),
        "photo": Measured(precision=None, recall=0, accepted=0),
    }
    preset = Preset(name="broad", probability=0.2, measured=measured)
    scorer = replace(make_scorer(crowd, blend=0.4), presets=(preset,))
    line = Calibration(1.25, -0.5, 90, 0.25)
    models = {kind: replace(model, calibration=line) for kind, model in scorer.models.items()}
    scorer = replace(scorer, models=models)
    write_scorer(scorer, tmp_path / "pairs" / "own")
    again = read_scorer(tmp_path / "pairs" / "own")
    np.testing.assert_array_equal(
        again.pair_probabilities(crowd.catalogue.listings, crowd.candidates),
        scorer.pair_probabilities(crowd.catalogue.listings, crowd.candidates),
    )
    for kind, model in scorer.models.items():
        assert (again.models[kind].names, again.models[kind].calibration) == (model.names, model.calibration)
    for name in ("dense", "blend", "threshold", "n", "protocol", "f1", "sides", "presets"):
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


def _set_model(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["models"]["both"].update(fields)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set(colour="red"), "colour is no field"),
        (_set(format=1), "format is 1, but must be 2"),
        (_set(threshold=1.5), "threshold is 1.5, but must be at most 1"),
        (_set(threshold="0.5"), "threshold is '0.5', but must be a number"),
        (_set_model(features=["colour"]), "feature_names is"),
        (_set_model(trees_sha256="0" * 64), "trees_both.txt is not the file"),
        (_set_model(calibration={"slope": -1.0, "intercept": 0.0, "n": 0, "growth": 0.0}), "slope"),
        (lambda content: content["models"].update(smell=content["models"]["both"]), "models"),
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
    (tmp_path / "own" / trees_file("both")).write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        read_scorer(tmp_path / "own")
    (tmp_path / "own" / SCORER_FILE).write_text(" " * (MAX_SCORER_BYTES + 1))
    with pytest.raises(InputError, match="at most 1,000,000 bytes"):
        read_scorer(tmp_path / "own")
    (tmp_path / "own" / SCORER_FILE).write_text("[" * 100_000)
    with pytest.raises(InputError, match="cannot be read"):
        read_scorer(tmp_path / "own")
