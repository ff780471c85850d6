"""The models page: the networks that are here, and the comparison of all methods."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from product_matching.app.models.card_text import card_markdown
from product_matching.app.models.chart import charted_rows, comparison_chart, describe_chart
from product_matching.app.models.choice import methods_of
from product_matching.app.models.figures import SHIPPED_SCORER, SHIPPED_SCORER_F1, SPEEDS
from product_matching.app.models.summary import (
    NETWORK_ROW,
    SCORER_ROW,
    describe_summary,
    summary_chart,
    summary_rows,
    summary_table,
)
from product_matching.app.models.table import (
    comparison_csv,
    comparison_table,
    difference_cell,
    difference_table,
    differences_csv,
    protocol_notes,
    split_differences,
)
from product_matching.app.shared.model_list import list_models, own_scores, trained_on
from product_matching.encoders.model_folder import CARD_FILE, MODEL_FILE, WEIGHTS_FILE, PhotoModel, write_model_folder
from product_matching.metrics.retrieval import QueryScores
from product_matching.store.comparison import Comparison, Figure, Scores, read_comparison
from tests.store.comparison_example import example_comparison, write_comparison

MODELS = "pages/models.py"
Open = Callable[..., AppTest]
EVIL = "<b onload=x>$a$ [click](http://evil.example) ![x](http://evil.example/x.png) :red[r] `code` **bold**"


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info, app.code)
    return re.sub(r"\\(?=\W|_)", "", "\n".join(str(element.value) for kind in kinds for element in kind))


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    return read(example_comparison(), tmp_path)


def read(table: dict[str, Any], folder: Path) -> Comparison:
    found = read_comparison(write_comparison(folder / "c.json", table))
    assert found is not None
    return found


@pytest.fixture
def open_models(open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """The page with the example comparison, which a test can replace at ``tmp_path / 'comparison.json'``."""
    write_comparison(tmp_path / "comparison.json", example_comparison())
    monkeypatch.setenv("PRODUCT_MATCHING_COMPARISON", str(tmp_path / "comparison.json"))
    return lambda **params: open_app(MODELS, **params)


@pytest.fixture
def trained(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the network ``trained``, which says all that a training leaves."""
    scores = {"f1": 0.728, "f1_interval": [0.68, 0.77], "recall_at_1": 0.865, "map_at_r": 0.738, "threshold": 0.458}
    training = {
        "data": {"catalogues": ["demo/listings.csv: column part"], "photos": {"train": 1609}, "classes": 677},
        "figures": {"validation": {**scores, "n": 549, "queries": 511}, "test": {**scores, "n": 544, "queries": 504}},
        "speed": "18 ms a photo in one thread",
    }
    settings = json.loads((tiny_model / MODEL_FILE).read_text(encoding="utf-8"))
    settings.pop("format")
    settings |= {"name": "trained", "source": "trained with ArcFace from ImageNet", "licence": "Apache-2.0"}
    model = PhotoModel(**{**settings, "training": training, "mean": (0.5,) * 3, "std": (0.5,) * 3})
    card = f"# trained\n\nA network.\n\n| part | F1 |\n|---|---|\n| test | 0.7 |\n\n{EVIL}\n"
    write_model_folder(tmp_path / "models" / "trained", model, tiny_model / WEIGHTS_FILE, card=card)
    return tmp_path / "models"


def test_the_page_opens_at_its_address_and_from_the_menu(open_models: Open, open_app: Open) -> None:
    app = open_models()
    assert app.title[0].value == "Models"
    assert {"Find", "Models", "How it works"} <= {link.label for link in open_app().get("page_link")}


def test_a_network_tells_what_it_is_and_how_it_does(
    open_models: Open, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_models_of(open_models, trained, monkeypatch)
    text = shown(app)
    assert "test_efficientnet · 64 px" in text
    assert " · 0.4 MB · 18 ms a photo in one thread" in text
    assert "Trained with ArcFace from ImageNet" in text
    assert "Licence: Apache-2.0" in text
    assert "Data: 1,609 training photos in 677 classes of demo/listings.csv" in text
    assert "Catalogues embedded with it: photos, small, demo" in text
    figures = app.table[1].value
    assert figures["Looked up"].tolist() == ["511 in 549", "504 in 544"]
    assert (
        figures["F1"].str.replace("\\", "").str.replace("\u00a0", " ").str.contains("[0.680, 0.770]", regex=False).all()
    )
    assert any("--model trained" in code.value for code in app.code)
    card = app.expander[0].markdown[0].value
    assert "##### trained" in card
    assert "| test | 0\\.7 |" in card
    assert "](http" not in card


def open_models_of(open_models: Open, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(folder))
    return open_models()


def test_without_any_network_one_sentence_says_how_to_get_one(
    open_models: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = shown(open_models_of(open_models, tmp_path / "none", monkeypatch))
    assert "There is no network in `models/` yet: `product-matching train" in text
    assert (
        "Embedded with a network that is not in this folder: photos with tiny, small with tiny, demo with tiny" in text
    )


def test_damaged_networks_are_told_and_the_others_shown(
    open_models: Open, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cut", "format", "weights", ".half"):
        shutil.copytree(trained / "trained", trained / name)
    (trained / "format" / MODEL_FILE).write_text('{"format": 9}', encoding="utf-8")
    (trained / "weights" / WEIGHTS_FILE).unlink()
    whole = (trained / "cut" / WEIGHTS_FILE).read_bytes()
    (trained / "cut" / WEIGHTS_FILE).write_bytes(whole[: len(whole) // 2])
    (trained / "pairs").mkdir()
    app = open_models_of(open_models, trained, monkeypatch)
    assert [error.value.count("format 9") for error in app.error] == [0, 1, 0]
    assert "weights.safetensors is damaged (" in shown(app)
    assert "weights.safetensors cannot be read (No such file" in shown(app)
    assert [model.name for model in list_models(trained)] == ["cut", "format", "trained", "weights"]
    assert "Trained with ArcFace" in shown(app)


def test_a_network_says_only_what_it_can_say() -> None:
    network = {"name": "n", "backbone": "b", "weights_sha256": "0" * 64, "dimension": 2}
    strange: list[dict[str, Any]] = [
        {},
        {"figures": 7, "data": "x"},
        {"figures": {"test": {"f1": 3}}, "data": {"catalogues": [1, None], "photos": 5, "classes": -1}},
    ]
    for training in strange:
        model = PhotoModel(**network, training=training)
        assert own_scores(model) == {}
        assert trained_on(model) == ""


def test_what_a_training_writes_is_understood() -> None:
    values = np.tile([1.0, 0.5, 0.5, 0.0], 10)
    scores = QueryScores(
        f1=values, recall_at_1=values, map_at_r=values, units=np.arange(40) // 4, threshold=0.4, n=50, n_queries=40
    )
    written = json.loads(json.dumps({"figures": {"validation": asdict(Scores.of(scores))}}))
    found = own_scores(PhotoModel(name="n", backbone="b", weights_sha256="0" * 64, dimension=2, training=written))[
        "validation"
    ]
    assert (found.figure("f1"), found.n, found.queries) == (Figure(0.5, (0.5, 0.5)), 50, 40)


def test_every_part_is_shown_when_it_is_chosen(open_models: Open) -> None:
    app = open_models(show="methods")
    text = shown(app)
    assert "Best F1 among them on the demo catalogue **Second stage** with 0.926 [0.883, 0.969]" in text
    assert "on groceries that no network was trained on **efficientnet_lite2_arcface** with 0.522" in text
    assert "closed-set accuracy, not F1 of sets" in text
    assert "full, N = 34,250" in text
    assert [button.label for button in app.get("download_button")] == ["Table as CSV", "Differences as CSV"]
    app.get("button_group")[0].set_value("protocols").run()
    text = shown(app)
    assert "**Groceries**: 7 packaged products that no network has seen" in text
    assert "product-matching compare --models build/comparison" in text
    assert app.query_params["show"] == "protocols"
    app.get("button_group")[0].set_value("speed").run()
    speeds = app.table[1].value
    assert speeds["Takes"].tolist() == [f"**{takes}**" for _, takes, _ in SPEEDS]
    assert app.table[2].value.to_numpy().tolist() == [["Network tiny", "0.4 MB"]]


def test_the_summary_has_what_was_published_and_what_ships_the_best_first(comparison: Comparison) -> None:
    rows = summary_rows(comparison, ["tiny", SHIPPED_SCORER])
    assert [row.here.value for row in rows if row.here] == sorted(
        (row.here.value for row in rows if row.here), reverse=True
    )
    assert {row.name for row in rows} == {
        *(row.name for row in comparison.rows if row.section == "comparison"),
        *(NETWORK_ROW, SCORER_ROW, "untrained backbone"),
    }
    assert [row.name for row in rows if row.ships] == [SCORER_ROW, NETWORK_ROW]
    table = summary_table(rows)
    cells = {
        name: tuple(table[column][place] for column in ("Published", "Reproduced", "Here"))
        for place, name in enumerate(table["Method"])
    }
    assert cells["IDF"] == (".661", ".661", ".861")
    assert cells["Softmax"] == (".590", "–", ".681")
    assert cells[f"**{re.sub(':', chr(92) + ':', NETWORK_ROW)}**"] == ("–", "–", "**.768**")
    assert SCORER_ROW not in {row.name for row in summary_rows(comparison, ["tiny"])}


def test_an_accuracy_among_what_was_published_has_a_star(tmp_path: Path) -> None:
    table = example_comparison()
    table["rows"][1]["reported"]["measure"] = "accuracy"
    rows = summary_rows(read(table, tmp_path), [])
    published = summary_table(rows)["Published"]
    assert [row.name for row, cell in zip(rows, published, strict=True) if "*" in cell] == ["Softmax"]


def test_the_chart_of_the_summary_holds_each_figure_on_its_line(comparison: Comparison) -> None:
    rows = summary_rows(comparison, [SHIPPED_SCORER])
    chart = summary_chart(rows)
    ships, here, again, published = chart["data"]
    assert ships["x"] == [0.926, 0.768]
    assert (ships["error_x"]["arrayminus"][0], ships["error_x"]["array"][0]) == pytest.approx((0.021, 0.019))
    assert (len(here["x"]), len(again["x"]), len(published["x"])) == (11, 5 - 1, 10)
    for trace, field in ((here, "here"), (again, "reproduced"), (published, "reported")):
        assert [getattr(rows[line], field).value for line in trace["y"]] == trace["x"]
    assert len(chart["layout"]["yaxis"]["ticktext"]) == len(rows) == 13
    assert describe_summary(rows).startswith(f"F1 on the demo, the best first: {SCORER_ROW} .926, ")


def test_both_second_stages_are_told_apart(
    open_models: Open, models_with_pairs: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(models_with_pairs / "pairs" / "tiny", trained / "pairs" / SHIPPED_SCORER)
    (trained / "pairs" / SHIPPED_SCORER / CARD_FILE).write_text(f"# demo\n\nA scorer. {EVIL}", encoding="utf-8")
    app = open_models_of(open_models, trained, monkeypatch)
    text = shown(app)
    assert "What ships reaches **0.926** on the demo." in text
    assert "The pair scorer that ships (0.926 [0.905, 0.945]) decides in this app" in text
    assert "**Pair scorer demo**" in text
    assert "](http" not in app.expander[1].markdown[0].value


def test_the_figures_of_other_commands_are_those_of_the_documents() -> None:
    root = Path(__file__).parents[2]
    low, high = SHIPPED_SCORER_F1.interval or (0.0, 0.0)
    stated = f"{SHIPPED_SCORER_F1.value:.3f} [{low:.3f}-{high:.3f}]".replace("0.", ".")
    assert f"{stated} by photo and title with the second stage" in (root / "README.md").read_text(encoding="utf-8")
    performance = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "it takes p50 50.8" in performance
    assert "decode, encode, search | p50 1.6, 18.2, 3.3 ms" in performance.replace(
        "(`python benchmarks/query.py`): ", ""
    )
    assert "title query: encode, search | p50 0.2, 0.6 ms" in performance
    assert "| photo and title | 3, 3 | 76, 121 | 31, 42 | 13, 19 | 3, 9 | 29, 52 | 15, 24 |" in performance
    assert "for their scores, 111 s in all" in performance
    assert "all 16,018 take 1,166 s of processor time" in performance
    assert [takes for _, takes, _ in SPEEDS] == ["50.8 ms", "3.3 ms", "0.2 ms", "0.6 ms", "15 ms", "111 s", "1,166 s"]


def test_the_table_has_every_row_in_its_section(comparison: Comparison) -> None:
    table = comparison_table(comparison, "groceries")
    methods = [re.sub(r"\\", "", cell.split("  \n")[0]) for cell in table["Method"]]
    names = [row.name for row in comparison.rows]
    assert methods == [
        ":primary[**The comparison**]",
        *names[:10],
        ":primary[**Extensions**]",
        *names[10:13],
        ":primary[**Shipped**]",
        *names[16:],
        ":primary[**Without training**]",
        *names[13:16],
    ]
    assert table["Reported figure"][1:5] == ["0.510¹", "0.590²", "0.620²", "0.700³"]
    assert list(protocol_notes(comparison).values()) == ["¹", "²", "³", "⁴", "⁵"]
    assert table["Reproduced F1"][7].startswith("0.661⁵  \n")
    assert table["Reproduced F1"][1] == "–"
    assert table["Groceries: F1"][7] == "–"
    assert table["Demo: F1"][1] == "0.452  \n:small[:gray[\\[0\\.409\\,\u00a00\\.495\\]]]"
    thinned, full = table["Groceries: F1"][4], comparison_table(comparison, "groceries_full")["Groceries: F1"][4]
    assert thinned.startswith("0.481")
    assert full.startswith("0.421")


def test_columns_without_figures_and_what_follows_a_remarks_colon_are_left_out(tmp_path: Path) -> None:
    table = example_comparison()
    table["rows"][5]["remark"] = "assumes that no listing is a singleton: photo 0.284 or title 0.072"
    table["rows"][7]["remark"] = 40 * "word "
    comparison = methods_of(read(table, tmp_path), "Both")
    shown = comparison_table(comparison, "groceries")
    assert list(shown) == ["Method", "Demo: F1", "Reported figure"]
    assert shown["Method"][1].endswith("  \n:small[:gray[assumes that no listing is a singleton]]")
    titles = comparison_table(methods_of(read(table, tmp_path), "Title"), "groceries")
    assert titles["Method"][2].endswith("word…]]")
    assert len(titles["Method"][2]) < 90


def test_methods_can_be_chosen_by_what_they_look_at(open_models: Open, comparison: Comparison) -> None:
    chosen = {name: methods_of(comparison, name).rows for name in ("Photo", "Title", "Both", "All")}
    assert [len(rows) for rows in chosen.values()] == [9, 4, 4, 17]
    assert len(methods_of(comparison, "Photo").differences) == len(comparison.differences) == 48
    assert not methods_of(comparison, "Title").differences
    first, titles = open_models(show="methods"), open_models(by="Title", show="differences")
    assert charted(first) == [row.name for row in charted_rows(methods_of(comparison, "Photo"), "f1", "groceries")]
    assert "Beside the" not in shown(titles)
    assert not titles.toggle
    titles.get("button_group")[0].set_value("methods").run()
    assert charted(titles) == ["IDF", "TF-IDF", "GloVe + IDF", "GloVe"]
    assert len(charted(open_models(by="All", show="methods"))) == 17


def charted(app: AppTest) -> list[str]:
    """Names on the chart, from top to bottom."""
    assert not app.exception
    names: list[str] = json.loads(app.get("plotly_chart")[1].proto.spec)["data"][-1]["text"]
    return names


def test_what_ships_is_the_first_difference_and_untrained_methods_stand_aside(
    open_models: Open, comparison: Comparison
) -> None:
    trained, others = split_differences(comparison.rows, comparison.differences)
    assert len(trained) + len(others) == len(comparison.differences)
    assert trained[0].row == "efficientnet_lite2_arcface"
    assert trained[-1].row == "ArcFace + weighted sampler"
    assert {each.row for each in others} == {"pHash", "imagededup DHash"}
    app = open_models(show="differences")
    assert "- IDF stands above ArcFace here and below it as reported" in shown(app)
    aside = next(each for each in app.expander if each.label == "Methods without training beside it")
    assert aside.table[0].value["Method"].tolist() == ["pHash", "imagededup DHash"]


def test_differences_are_coloured_only_beyond_chance(comparison: Comparison) -> None:
    assert difference_cell(Figure(0.05, (0.01, 0.09))).startswith(":green[+0.050]")
    assert difference_cell(Figure(-0.05, (-0.09, -0.01))).startswith(":red[−0.050]")
    assert difference_cell(Figure(0.05, (0.0, 0.09))).startswith(":gray[+0.050]")
    assert (difference_cell(None), difference_cell(Figure(0.05))) == ("–", "+0.050")
    table = difference_table(comparison.differences, "f1", "groceries")
    assert list(table) == ["Method", "Demo: F1", "Groceries: F1"]
    assert len(table["Method"]) == 8
    assert list(difference_table(comparison.differences, "f1", "groceries_full")) == ["Method", "Demo: F1"]


@pytest.mark.parametrize(("measure", "key"), [("F1", "f1"), ("recall@1", "recall_at_1"), ("mAP@R", "map_at_r")])
def test_the_measure_stands_in_the_address(open_models: Open, measure: str, key: str) -> None:
    app = open_models(measure=measure, show="methods")
    assert app.get("button_group")[2].value == measure
    assert f"comparison_{key}_groceries" in str(app.get("plotly_chart")[1].proto.id)
    app.get("button_group")[0].set_value("differences").run()
    assert f"Demo: {measure}" in app.table[-1].value.columns


def test_a_measure_that_is_none_is_f1(open_models: Open) -> None:
    app = open_models(measure="<b>", show="methods")
    assert app.get("button_group")[2].value == "F1"
    assert not app.exception


def test_the_groceries_can_be_shown_with_every_photo(open_models: Open) -> None:
    app = open_models(show="methods")
    thinned = app.table[-1].value["Groceries: F1"]
    app.toggle(key="models_all_photos").set_value(True).run()
    assert (app.table[-1].value["Groceries: F1"] != thinned).sum() == 9


def test_the_chart_holds_each_figure_at_its_place(comparison: Comparison) -> None:
    rows = charted_rows(comparison, "f1", "groceries")
    best = [row.figure("demo", "f1") for row in rows]
    assert len(rows) == len(comparison.rows)
    assert all(best)
    assert [each.value for each in best if each] == sorted((each.value for each in best if each), reverse=True)
    demo, groceries, reported, names = comparison_chart(rows, "f1", "groceries")["data"]
    assert demo["x"] == [each.value for each in best if each]
    low = demo["x"][0] - demo["error_x"]["arrayminus"][0]
    assert (low, demo["x"][0] + demo["error_x"]["array"][0]) == pytest.approx((0.883, 0.969))
    assert len(groceries["x"]) == 9
    assert len(reported["x"]) == 10
    assert len(names["text"]) == 17
    assert round(groceries["y"][0]) == [row.name for row in rows].index("efficientnet_lite2_arcface")
    assert len(comparison_chart(rows, "recall_at_1", "groceries")["data"]) == 3, "what is reported is F1"
    assert "Second stage: demo 0.926 [0.883, 0.969], groceries –" in describe_chart(rows, "f1", "groceries")


def test_long_names_are_told_apart_on_two_lines(tmp_path: Path) -> None:
    table = example_comparison()
    start = "ArcFace + weighted sampler + TF-IDF: fused distance, "
    table["rows"][0]["name"], table["rows"][1]["name"] = start + "min2", start + 90 * "x"
    table["rows"][2]["name"] = "ArcFace + weighted sampler + TF-IDF: fused distance"
    rows = charted_rows(read(table, tmp_path), "f1", "groceries")
    chart = comparison_chart(rows, "f1", "groceries")
    names = {row.name: text for row, text in zip(rows, chart["data"][-1]["text"], strict=True)}
    assert names[start + "min2"] == "ArcFace + weighted sampler + TF-IDF:<br>fused distance, min2"
    assert names["ArcFace + weighted sampler + TF-IDF: fused distance"].endswith("TF-IDF:<br>fused distance")
    assert names[start + 90 * "x"].endswith("…")
    assert names["ArcFace"] == "ArcFace"
    short = comparison_chart([row for row in rows if len(row.name) < 40], "f1", "groceries")
    assert chart["layout"]["height"] / len(rows) > short["layout"]["height"] / (len(rows) - 3)


def test_a_chart_of_titles_alone_has_no_groceries(tmp_path: Path) -> None:
    table = example_comparison()
    table["rows"] = [row for row in table["rows"] if row["kind"] == "title"]
    comparison = read(table, tmp_path)
    rows = charted_rows(comparison, "f1", "groceries")
    assert [trace.get("name") for trace in comparison_chart(rows, "f1", "groceries")["data"]] == [
        "Demo catalogue",
        "Reported, under its own protocol",
        None,
    ]


def test_the_downloads_hold_every_figure(comparison: Comparison) -> None:
    records = list(csv.DictReader(io.StringIO(comparison_csv(comparison).decode("utf-8-sig"))))
    assert [record["name"] for record in records] == [row.name for row in comparison.rows]
    arcface, idf = records[3], records[6]
    assert (arcface["reported_f1"], arcface["reproduced_f1"], arcface["groceries_queries"]) == ("0.7", "", "84")
    assert (arcface["demo_f1"], arcface["demo_f1_low"], arcface["demo_f1_high"]) == ("0.724", "0.681", "0.767")
    assert (idf["groceries_f1"], idf["reproduced_n"], idf["reproduced_f1_low"]) == ("", "34250", "0.655")
    differences = list(csv.DictReader(io.StringIO(differences_csv(comparison).decode("utf-8-sig"))))
    assert len(differences) == len(comparison.differences)
    assert differences[0]["compared_with"] == "untrained backbone"


def test_without_a_comparison_one_sentence_says_how_to_make_it(open_models: Open, tmp_path: Path) -> None:
    (tmp_path / "comparison.json").unlink()
    app = open_models(show="methods")
    assert "There is no comparison of methods here yet: `make comparison`" in shown(app)
    assert app.get("button_group")[0].options == ["What is here", "Speed and size"]
    assert not app.error
    assert not app.get("plotly_chart")


def test_a_damaged_comparison_is_one_sentence(open_models: Open, tmp_path: Path) -> None:
    (tmp_path / "comparison.json").write_text('{"format": 1, "rows"', encoding="utf-8")
    app = open_models()
    assert len(app.error) == 1
    assert "comparison.json is not JSON" in shown(app)
    assert "`make comparison`" in shown(app)


def test_an_empty_comparison_leaves_the_page_whole(open_models: Open, tmp_path: Path) -> None:
    write_comparison(tmp_path / "comparison.json", example_comparison() | {"rows": [], "differences": [], "order": []})
    text = shown(open_models(show="methods"))
    assert "No method was scored" in text
    assert "No method has a figure of F1" in text


def test_texts_of_the_file_are_shown_as_they_are(open_models: Open, tmp_path: Path) -> None:
    table = example_comparison()
    table["rows"][0] |= {"name": EVIL, "remark": EVIL}
    table["rows"][0]["demo"]["f1"] = 0.99
    table["rows"][0]["reported"]["protocol"] = EVIL
    for difference in table["differences"]:
        difference |= {"row": EVIL, "to": EVIL}
    table |= {"order": [EVIL], "protocols": dict.fromkeys(table["protocols"], EVIL)}
    write_comparison(tmp_path / "comparison.json", table)
    app = open_models(show="methods")
    texts = [text for part in ("methods", "differences", "protocols") for text in texts_of(app, part)]
    evil = [text for text in texts if "evil" in text]
    assert len(evil) >= 7
    for text in evil:
        assert "](" not in text
        assert "://" not in text
        assert "<b" not in re.sub(r"\\<", "", text)
        assert ":red[" not in re.sub(r":red\[−", "", text)
        assert "`" not in re.sub(r"\\`", "", text)
    app.get("button_group")[0].set_value("methods").run()
    for chart in (json.loads(each.proto.spec) for each in app.get("plotly_chart")):
        drawn = [text for trace in chart["data"] for text in trace.get("text", []) if "onload" in text]
        assert drawn
        assert all("<b onload" not in text for text in drawn)
        assert all("<b onload" not in text for text in chart["layout"]["yaxis"].get("ticktext", []))


def texts_of(app: AppTest, part: str) -> list[str]:
    """Texts of the page with one of its parts."""
    app.get("button_group")[0].set_value(part).run()
    assert not app.exception
    texts = [str(element.value) for kind in (app.markdown, app.caption) for element in kind]
    return texts + [str(cell) for element in app.table for cell in element.value.to_numpy().ravel()]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("# One", "##### One"),
        ("- a `b_c` d", "- a `b_c` d"),
        ("|---|:-:|", "|---|:-:|"),
        ("```toml\n<b> = [1](x)\n```", "```text\n<b> = [1](x)\n```"),
        ("```\nnever closed", "```text\nnever closed\n```"),
        ("`a", "\\`a"),
        ("``a``", "\\`\\`a\\`\\`"),
        ("<i>x</i>", "\\<i\\>x\\<\\/i\\>"),
        ("![p](q)", "\\!\\[p\\]\\(q\\)"),
    ],
)
def test_of_a_card_only_structure_is_left(written: str, kept: str) -> None:
    assert card_markdown(written) == kept


def test_a_card_of_an_export_reads_the_same() -> None:
    card = "# n\n\nPhoto model: `b` at 64 px.\n\n## Figures\n\n| part | N |\n|---|---|\n| test | 544 |"
    assert re.sub(r"\\", "", card_markdown(card)) == card.replace("## F", "##### F").replace("# n", "##### n", 1)


def test_the_cards_file_is_cut(trained: Path) -> None:
    (trained / "trained" / CARD_FILE).write_text("x" * 100_000, encoding="utf-8")
    assert len(list_models(trained)[0].card) == 40_000
