"""The whole comparison on small catalogues: what it holds, what it leaves out, and that it comes out the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from product_matching.cli import app
from product_matching.comparison.markdown import to_markdown
from product_matching.comparison.run import Comparing, Inputs
from product_matching.encoders.photo import FloatVectors
from product_matching.listings.catalogue import Catalogue
from product_matching.store.comparison import Comparison

REPORTED = {
    "Convolutional autoencoder": 0.51,
    "Softmax": 0.59,
    "Softmax + weighted sampler": 0.62,
    "ArcFace": 0.70,
    "ArcFace + weighted sampler": 0.72,
    "ArcFace + weighted sampler + TF-IDF": 0.74,
    "Text IDF": 0.661,
    "Text TF-IDF": 0.648,
    "GloVe": 0.518,
    "GloVe + IDF": 0.536,
}
MEASURED = {"Convolutional autoencoder", "ArcFace + weighted sampler"}


def _inputs(demo: Catalogue, groceries: Catalogue | None, trainings: Path, weights: Path) -> Inputs:
    return Inputs(
        demo=demo,
        groceries=groceries,
        models=trainings,
        backbone="test_efficientnet",
        weights=weights,
        image_size=32,
        shipped=trainings / "arcface_sampler" / "model",
        device="cpu",
    )


@pytest.fixture(scope="module")
def comparison(demo: Catalogue, groceries: Catalogue, trainings: Path, backbone_weights: Path) -> Comparison:
    return Comparing(_inputs(demo, groceries, trainings, backbone_weights)).run("the command")


@pytest.fixture(scope="module")
def content(comparison: Comparison) -> dict[str, Any]:
    return json.loads(comparison.to_json())


def _row(content: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in content["rows"] if row["name"] == name)


def test_the_ten_rows_stand_with_their_reported_figures(content: dict[str, Any]) -> None:
    rows = [row for row in content["rows"] if row["section"] == "comparison"]
    assert {row["name"]: row["reported"]["f1"] for row in rows} == REPORTED
    assert all(row["reported"]["protocol"] for row in rows)


def test_photo_rows_are_scored_on_both_data_sets_and_title_rows_on_one(content: dict[str, Any]) -> None:
    for name in MEASURED:
        row = _row(content, name)
        assert (row["demo"]["n"], row["demo"]["queries"]) == (37, 36)
        assert (row["groceries"]["n"], row["groceries"]["queries"]) == (20, 5)
        assert (row["groceries_full"]["n"], row["groceries_full"]["queries"]) == (22, 6)
    for name in ("Text IDF", "GloVe + IDF", "ArcFace + weighted sampler + TF-IDF"):
        row = _row(content, name)
        assert row["demo"] is not None
        assert row["groceries"] is None


def test_rows_that_several_thresholds_decide_show_none(content: dict[str, Any]) -> None:
    shown = {row["name"]: row["demo"]["threshold"] for row in content["rows"] if row["demo"]}
    without = {name for name, threshold in shown.items() if threshold is None}
    assert without == {name for name in shown if " + TF-IDF" in name}
    assert {name for name in shown if name.endswith("second stage")} <= set(shown) - without


def test_every_figure_lies_in_its_interval(content: dict[str, Any]) -> None:
    scores = [row[data] for row in content["rows"] for data in ("demo", "groceries") if row[data]]
    assert len(scores) > 20
    for found in scores:
        for name in ("f1", "recall_at_1", "map_at_r"):
            low, high = found[f"{name}_interval"]
            assert low <= found[name] <= high


def test_what_was_not_trained_is_left_out_and_said(content: dict[str, Any]) -> None:
    for name in ("Softmax", "ArcFace"):  # one is unfinished, one is not there
        row = _row(content, name)
        assert row["demo"] is None
        assert row["remark"] == "not measured here"


def test_a_model_and_its_training_score_alike(content: dict[str, Any]) -> None:
    one, other = _row(content, "ArcFace + weighted sampler"), _row(content, "Shipped model model")
    assert one["demo"]["f1"] == pytest.approx(other["demo"]["f1"], abs=0.05)


def test_photo_rows_are_held_against_the_untrained_backbone(content: dict[str, Any]) -> None:
    entries = [e for e in content["differences"] if e["row"] == "ArcFace + weighted sampler" and e["data"] == "demo"]
    assert [entry["measure"] for entry in entries] == ["f1", "recall_at_1", "map_at_r"]
    row, reference = _row(content, "ArcFace + weighted sampler"), _row(content, "Untrained backbone")
    for entry in entries:
        measure = entry["measure"]
        assert entry["difference"] == pytest.approx(row["demo"][measure] - reference["demo"][measure], abs=2e-4)
    assert not [entry for entry in content["differences"] if entry["row"] in ("Text IDF", "Untrained backbone")]


def test_the_order_names_pairs_that_are_in_another_order(content: dict[str, Any]) -> None:
    shown = {row["name"]: row["demo"]["f1"] for row in content["rows"] if row["name"] in REPORTED and row["demo"]}
    turned = {
        (low, high) for low in shown for high in shown if REPORTED[low] < REPORTED[high] and shown[low] > shown[high]
    }
    named = {
        (low, high)
        for low in shown
        for high in shown
        if any(f" {low} (reported" in text and f" above {high} (" in text for text in content["order"])
    }
    assert turned <= named
    assert all("significant" in text for text in content["order"])


def test_a_second_run_embeds_nothing_and_says_the_same(
    content: dict[str, Any],
    demo: Catalogue,
    trainings: Path,
    backbone_weights: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> FloatVectors:
        raise AssertionError("embedded again")

    monkeypatch.setattr("product_matching.comparison.photos._decode", refuse)
    inputs = replace(_inputs(demo, None, trainings, backbone_weights), shipped=None)
    again = json.loads(Comparing(inputs).run("the command").to_json())
    assert len(again["rows"]) > 15
    for row in again["rows"]:
        first = _row(content, row["name"])
        assert json.dumps(row) == json.dumps({**first, "groceries": None, "groceries_full": None})


def test_the_page_names_every_row_and_marks_what_is_missing(comparison: Comparison) -> None:
    page = to_markdown(comparison)
    for row in comparison.rows:
        assert f"| {row.name} |" in page
    line = next(line for line in page.splitlines() if line.startswith("| Softmax |"))
    assert line.endswith("| - | - | - | - | - |")
    assert "for benchmarks only" in page


def test_the_command_leaves_out_what_is_not_there(
    demo_file: Path, trainings: Path, backbone_weights: Path, tmp_path: Path
) -> None:
    arguments = ["compare", "--models", str(tmp_path), "--demo", str(demo_file)]
    arguments += ["--demo-images", str(demo_file.parent / "images"), "--weights", str(backbone_weights)]
    arguments += ["--groceries", str(tmp_path / "no.csv"), "--shopee", str(tmp_path / "no_train.csv")]
    arguments += ["--backbone", "test_efficientnet", "--image-size", "32", "--device", "cpu"]
    arguments += ["--out", str(tmp_path / "c.md"), "--json-out", str(tmp_path / "c.json")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "Left out: the groceries" in result.output
    assert "Left out: reproduced figures" in result.output
    made = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert _row(made, "Text IDF")["demo"] is not None
    assert all(row["groceries"] is None for row in made["rows"])
    assert "not available" in made["protocols"]["groceries"]
    assert (tmp_path / "c.md").read_text(encoding="utf-8").startswith("# Comparison")


def test_the_command_loses_no_rows_of_the_shipped_model(demo_file: Path, tmp_path: Path) -> None:
    published = Path(__file__).parents[2] / "docs" / "comparison.json"
    replaced = tmp_path / "c.json"
    replaced.write_bytes(published.read_bytes())
    arguments = ["compare", "--demo", str(demo_file), "--demo-images", str(demo_file.parent / "images")]
    arguments += ["--out", str(tmp_path / "c.md"), "--json-out", str(replaced)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "holds rows of the shipped model: give --shipped" in str(result.exception)
    assert replaced.read_bytes() == published.read_bytes()
    assert CliRunner().invoke(app, [*arguments, "--fresh", "--keep", str(replaced)]).exit_code == 2
