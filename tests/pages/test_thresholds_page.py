"""The thresholds page: with labels, without, by titles alone, with few decisions, and what "use these" changes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from product_matching import files
from product_matching.cli import app as commands
from product_matching.listings.catalogue import read_catalogue
from product_matching.matching.thresholds import Thresholds
from product_matching.search.neighbours import Neighbours
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decision import Word
from product_matching.store.manifest import Manifest, read_manifest, rewrite_manifest
from product_matching.workflows.build import build_bundle
from product_matching.workflows.choose_scorer import choose_scorer
from product_matching.workflows.decisions import record_decisions
from product_matching.workflows.match import match_by_defaults
from product_matching.workflows.pair_scores import score_catalogue
from product_matching.workflows.threshold_curves import label_parts, sureness_figures
from tests.pages.conftest import finish_jobs

THRESHOLDS, FIND = "pages/thresholds.py", "pages/find.py"
Open = Callable[..., AppTest]


@pytest.fixture
def own(
    bundles: Path, tmp_path: Path, models_with_pairs: Path, monkeypatch: pytest.MonkeyPatch, open_app: Open
) -> Path:
    """A folder with ``small``, which may be written, and ``bare``, titles without labels; with pair scorers."""
    folder = tmp_path / "own"
    shutil.copytree(bundles / "small", folder / "small")
    table = open_bundle(bundles / "small").listings[["posting_id", "title"]]
    table.to_csv(tmp_path / "bare.csv", index=False)
    build_bundle(read_catalogue(tmp_path / "bare.csv"), folder / "bare")
    monkeypatch.setenv("PRODUCT_MATCHING_EMBEDDINGS", str(folder))
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    return folder


def settled(app: AppTest) -> AppTest:
    """Wait until all that the page began is done; no run raised."""
    for _ in range(2):  # what is measured begins what is counted
        finish_jobs(app)
    assert not app.exception, app.exception
    return app


def shown(app: AppTest) -> str:
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.success, app.info)
    return re.sub(r"\\(?=\W)", "", "\n".join(str(element.value) for kind in kinds for element in kind))


def whole_precision(bundle: Bundle, scored: Neighbours, distance: float) -> float:
    """Share of the pairs within a distance whose labels are equal."""
    labels, near = bundle.labels, scored.distances <= distance
    assert labels is not None
    return float((labels[scored.queries()[near]] == labels[scored.rows[near]]).mean())


def table(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def n_matches(app: AppTest) -> int:
    return next(int(found[1]) for each in app.subheader if (found := re.match(r"(\d+) match", str(each.value))))


def test_with_labels_a_setting_is_seen_chosen_and_kept_and_then_decides(open_app: Open, own: Path) -> None:
    app = settled(open_app(THRESHOLDS, bundle="small"))
    bundle = open_bundle(own / "small")
    chosen, parts = choose_scorer(bundle), label_parts(bundle)
    assert chosen is not None
    assert parts is not None
    assert chosen.least_probability == 0.5
    scored = score_catalogue(bundle, chosen.scorer)
    unlike = scored.distances[scored.queries() < scored.rows]
    to_review = f"{int(((unlike > 0.1) & (unlike <= 0.9)).sum())} pairs to review (10 to 90 % sure)"
    assert to_review in shown(app)
    app.slider(key="thresholds_sure").set_value(97).run()
    settled(app)
    assert to_review in shown(app), "the queue of Review is the same at every setting"
    assert app.query_params["sure"] == "97"
    figures = sureness_figures(scored, 0.97, parts).see
    assert f"{100 * figures.recall.value:.1f} %" in shown(app)
    rows = table(app)
    assert [each for each in rows["At least"] if "◂" in each] == ["97 % ◂"]
    assert rows["Pairs"].is_monotonic_decreasing
    row = rows[rows["At least"] == "97 % ◂"].iloc[0]
    once = scored.queries() < scored.rows
    assert row["Pairs"] == int((scored.distances[once] <= 0.03).sum())
    assert row["Wrong, by labels"] == round(row["Pairs"] * (1 - whole_precision(bundle, scored, 0.03)))
    assert "F1 is the mean over listings" in shown(app)
    assert "50 %, the pair scorer's own (the best " in shown(app)
    assert row["Found of 100"] == pytest.approx(100 * figures.recall.value, abs=0.06)
    assert (rows["Groups"] > 0).any()
    assert {each.proto.alt[:5] for each in app.get("plotly_chart")} >= {"Right", "Histo"}
    find = open_app(FIND, bundle="small", listing="3a")
    before = n_matches(finish_jobs(find))

    app.button(key="use_these").click().run()
    settled(app)
    assert "sure" not in app.query_params, "it is the default now"
    assert app.slider(key="thresholds_sure").value == 97
    assert app.button(key="use_these").disabled
    kept = read_manifest(own / "small").sureness
    assert kept is not None
    assert (kept.probability, kept.scorer, kept.n) == (0.97, "photos", 25)
    assert kept.recall == round(figures.recall.value, 4)
    find = finish_jobs(open_app(FIND, bundle="small", listing="3a"))
    assert find.slider(key="find_sure").value == 97
    assert n_matches(find) < before
    out = own / "matches.csv"
    done = CliRunner().invoke(commands, ["match", str(own / "small"), "--out", str(out)])
    assert "at least 97 % by the pair scorer photos" in done.output
    told = CliRunner().invoke(commands, ["thresholds", str(own / "small"), "--json"])
    assert '"least_probability": 0.97' in told.output

    app.button(key="built_in").click().run()
    assert settled(app).slider(key="thresholds_sure").value == 50
    assert read_manifest(own / "small") == bundle.manifest


def test_distances_are_set_on_sliders_and_kept_where_they_are_shown(
    open_app: Open, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = settled(open_app(THRESHOLDS, bundle="small", photo="0.001"))
    assert "Within photo distance 0.001 or title distance" in shown(app)
    assert [each for each in table(app)["Times"] if "◂" in each] == ["1 ◂"]
    assert "F1 of both distances together" in shown(app)
    app.slider(key="thresholds_title_threshold").set_value(0.01).run()
    settled(app)
    assert (app.query_params["photo"], app.query_params["title"]) == ("0.001", "0.01")

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as unwritable:
        unwritable.setattr(files.tempfile, "TemporaryDirectory", refuse)
        app.button(key="use_these").click().run()
    assert len(app.error) == 1
    assert "cannot be written" in app.error[0].value
    assert read_manifest(own / "small").built_thresholds is None
    app.button(key="use_these").click().run()
    settled(app)
    assert not {"photo", "title"} & set(app.query_params)
    found = match_by_defaults(open_bundle(own / "small"), Thresholds())
    assert found.thresholds == Thresholds(0.001, 0.01)
    assert app.slider(key="thresholds_title_threshold").value == 0.01


def test_without_labels_what_is_expected_is_said_and_few_decisions_ask_for_more(open_app: Open, own: Path) -> None:
    app = settled(open_app(THRESHOLDS, bundle="bare"))
    assert "expected to be right" in shown(app)
    assert "not measured" in shown(app)
    assert "Wrong is expected by the percentages, as calibrated on " in shown(app)
    assert "Wrong, by labels" not in table(app)
    assert "Right of 100" not in table(app)
    assert table(app)["Right of 100, expected"].dropna().is_monotonic_increasing
    assert "**59 more**" in shown(app)
    links = [str(each.proto.label) for each in app.get("page_link")]
    assert any(label.startswith("An audit in Review measures") for label in links)
    bundle = open_bundle(own / "bare")
    pairs = [(f"{product}a", f"{product}b") for product in range(8)]
    record_decisions(bundle, pairs[:7], Word.same)
    app.run()
    decided = next(int(found[1]) for each in app.markdown if (found := re.search(r"\((\d+) decided", each.value)))
    assert 0 < decided <= 7
    assert f"**{59 - decided} more**" in shown(app)
    app.number_input(key="thresholds_right").set_value(50).run()
    assert app.query_params["right"] == "50"
    assert re.search(
        r"From \*\*\d+ %\*\* on at least 50 of 100 shown pairs are right, with 95 % confidence", shown(app)
    )
    app.button(key="guaranteed").click().run()
    assert int(app.query_params["sure"]) == app.slider(key="thresholds_sure").value
    by_distance = settled(open_app(THRESHOLDS, bundle="bare", decide="distances"))
    assert "pairs match" in shown(by_distance)
    assert [each.proto.alt.split(" of ")[0] for each in by_distance.get("plotly_chart")] == ["Histogram"]


def test_titles_alone_and_no_catalogue_have_their_page(open_app: Open, bundles: Path) -> None:
    app = settled(open_app(THRESHOLDS, bundle="titles"))
    assert "Within title distance" in shown(app)
    assert {slider.key for slider in app.slider} == {"thresholds_title_threshold"}
    assert len(app.get("plotly_chart")) == 1
    gone = open_app(THRESHOLDS, bundle="nowhere")
    assert not gone.exception
    assert "There is no catalogue" in gone.error[0].value


def test_a_threshold_that_was_tuned_for_another_size_is_flagged_with_the_one_to_try(open_app: Open, own: Path) -> None:
    def half_the_size(manifest: Manifest) -> Manifest:
        assert manifest.title_threshold is not None
        return replace(manifest, title_threshold=replace(manifest.title_threshold, distance=0.4, n=12))

    rewrite_manifest(own / "small", half_the_size)
    caution = "The title threshold 0.4 was tuned for 12 listings, and there are 25: the best one falls as a catalogue"
    app = settled(open_app(THRESHOLDS, bundle="small", decide="distances"))
    assert caution in shown(app)
    assert "try 0.341" in shown(app)
    rests = app.table[-1].value.set_index("What")["Which"]
    assert rests["Search by photo"].startswith("exact")
    assert "tuned for 12 listings" in rests["Threshold by title"]
    by_sureness = settled(open_app(THRESHOLDS, bundle="small"))
    assert caution not in shown(by_sureness), "no threshold decides"
    assert "calibrated on this catalogue" in by_sureness.table[-1].value.set_index("What").loc["Pair scorer", "Which"]
