"""The steps of a review: pairs decided with undo, groups confirmed, split and merged, an audit, decisions, export."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ElementList

from product_matching.app.address import DISTANCES, Address
from product_matching.app.review import changes, grouping_view
from product_matching.app.review.comparing import compare_pairs, groups_of
from product_matching.app.review.export_view import report_of
from product_matching.app.review.request import request_groups
from product_matching.app.shared.deciding import decide_how
from product_matching.progress import NO_PROGRESS
from product_matching.store import database
from product_matching.store.audits import Answer, AuditPair, AuditStore
from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.audit_setting import Setting
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.decisions import read_decisions, record_decision
from product_matching.workflows.removed import RemovedListings
from tests.pages.conftest import finish_jobs
from tests.pages.test_review_page import REVIEW, metric, shown

Open = Callable[..., AppTest]
BROAD = {"bundle": "small", "accept": "100", "reject": "0"}


@pytest.fixture
def bundle(bundles: Path) -> Bundle:
    return open_bundle(bundles / "small")


@pytest.fixture
def scored(open_app: Open, models_with_pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pair scorers are there; `open_app` would take them away again."""
    monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def answer(app: AppTest, word: str) -> AppTest:
    """Press the button with an answer to the pair that is shown."""
    (button,) = (each for each in app.button if str(each.key).endswith(f"_{word}"))
    return button.click().run()


def said(elements: ElementList[Any]) -> str:
    """The words of the first of some boxes, without what keeps them from being Markdown."""
    return str(elements[0].value).replace("\\", "")


def progress(app: AppTest) -> list[str]:
    """How far the audit is."""
    return [bar.proto.text for bar in app.get("progress") if bar.proto.text.endswith(" reviewed")]


def current_groups(bundle: Bundle) -> CatalogueGroups:
    address = Address(decide=DISTANCES)
    request = request_groups(bundle, address, decide_how(bundle, address))
    return groups_of(bundle, request, compare_pairs(bundle, request, NO_PROGRESS))


def left(app: AppTest) -> int:
    """How many pairs the queue says that it has."""
    words = next(text for text in shown(app).split("\n") if "Are these the same product?" in text)
    return int(words.split("**")[-1].split()[0].replace(",", ""))


@pytest.mark.usefixtures("scored")
def test_pairs_are_decided_one_after_another_and_steps_are_taken_back(open_app: Open, bundle: Bundle) -> None:
    app = finish_jobs(open_app(REVIEW, **BROAD))
    before = left(app)
    answer(app, "same")
    answer(app, "different")
    first = read_decisions(bundle)
    assert [change.decision.word for change in first.changes] == [Word.different, Word.same]
    assert all(change.decision.score is not None for change in first.changes)
    assert metric(app, "Decided") == "2"
    assert left(app) <= before - 2
    answer(app, "unsure")
    assert "left for later" in shown(app)
    press(app, "undo")
    assert "left for later" not in shown(app)
    press(app, "undo")
    press(app, "undo")
    assert read_decisions(bundle).changes == []
    assert left(app) == before
    press(app, "undo")
    assert [toast.value for toast in app.toast] == ["There is no step left to take back."]


@pytest.mark.usefixtures("scored")
def test_a_queue_without_pairs_says_so(open_app: Open) -> None:
    app = finish_jobs(open_app(REVIEW, bundle="small", text="no such text"))
    assert "No pair with “no such text” is left to review" in shown(app)


@pytest.mark.usefixtures("scored")
def test_all_figures_are_of_the_listings_asked_for_and_the_queue_says_that_nothing_must_be_done(
    open_app: Open, bundle: Bundle
) -> None:
    record_decision(bundle, ("0a", "0b"), Word.same)
    record_decision(bundle, ("1a", "1b"), Word.same)
    whole = finish_jobs(open_app(REVIEW, bundle="small", accept="20", reject="0"))
    assert "Pairs from 20 % sure on are not asked about" in shown(whole)
    assert "counts as the same product from 50 % on." in shown(whole)
    assert metric(whole, "Decided") == "2"
    assert int(metric(whole, "Wrong by labels")) <= int(metric(whole, "Sure from 20 %"))
    one = finish_jobs(open_app(REVIEW, bundle="small", accept="20", reject="0", text="0a"))
    assert "All figures are of the pairs of the 1 listing of the filter or selection." in shown(one)
    assert metric(one, "Decided") == "1"
    assert 0 < int(metric(one, "Sure from 20 %")) < int(metric(whole, "Sure from 20 %"))


def test_the_farthest_pair_opens_as_a_dialog_and_is_decided_there(open_app: Open, bundle: Bundle) -> None:
    group = next(each for each in current_groups(bundle).groups if each.size > 2)
    first = group.rows[0]
    app = finish_jobs(open_app(REVIEW, bundle="small", step="groups", sort="size"))
    press(app, f"farthest_{first}")
    assert "Marked words are in one title only" in shown(app)
    press(app, f"farthest_{first}_different")
    assert [change.decision.word for change in read_decisions(bundle).changes] == [Word.different]
    assert "Marked words are in one title only" not in shown(app)


@pytest.mark.usefixtures("scored")
def test_a_group_is_merged_with_a_near_one_in_a_dialog_and_undo_takes_it_back(open_app: Open, bundle: Bundle) -> None:
    app = finish_jobs(open_app(REVIEW, bundle="small", step="groups", sort="size"))
    merge = next(button for button in app.button if button.label == "Merge")
    press(app, str(merge.key))
    assert "Merging decides that all listings of both are the same product" in shown(app)
    other = next(button for button in app.button if str(button.key).startswith("merge_with_"))
    press(app, str(other.key))
    decisions = read_decisions(bundle)
    assert decisions.pairs.same
    first, row = int(str(merge.key).rsplit("_")[-1]), int(str(other.key).rsplit("_")[-1])
    assert (min(first, row), max(first, row)) in decisions.pairs.same
    assert "Merging decides" not in shown(app)
    press(app, "undo")
    assert not read_decisions(bundle).changes


def test_groups_are_confirmed_and_split(open_app: Open, bundle: Bundle) -> None:
    group = next(each for each in current_groups(bundle).groups if each.size > 2)
    first, last = group.rows[0], group.rows[-1]
    app = open_app(REVIEW, bundle="small", step="groups", sort="size")
    finish_jobs(app)  # the listings were compared above, which is kept
    press(app, f"confirm_{first}")
    assert len(read_decisions(bundle).pairs.same) == group.size * (group.size - 1) // 2
    assert "confirmed" in shown(app)
    record_decision(bundle, tuple(bundle.listings["posting_id"].iloc[[first, last]]), None)
    app.run()
    app.toggle(key=f"split_{first}").set_value(True).run()
    assert app.button(key=f"split_off_{first}").disabled
    app.checkbox(key=f"apart_{last}").set_value(True).run()
    press(app, f"split_off_{first}")
    apart = read_decisions(bundle).pairs.different
    assert sorted(apart) == [(row, last) for row in group.rows[:-1]]
    assert last not in [row for each in current_groups(bundle).groups if first in each.rows for row in each.rows]
    assert not app.toggle(key=f"split_{first}").value if group.size > 3 else True


@pytest.mark.usefixtures("scored")
def test_an_answer_that_another_program_keeps_out_is_said_and_can_be_given_again(
    open_app: Open, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    record_decision(bundle, ("0a", "8a"), Word.same)
    app = finish_jobs(open_app(REVIEW, **BROAD))
    with closing(sqlite3.connect(DecisionStore().path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer(app, "different")
        assert "Another program is writing it: nothing was changed" in said(app.error)
        other.execute("ROLLBACK")
    assert len(read_decisions(bundle).changes) == 1
    answer(app, "different")
    assert not app.error
    assert len(read_decisions(bundle).changes) == 2


@pytest.mark.usefixtures("scored")
def test_an_audit_is_drawn_answered_and_stated(open_app: Open, bundle: Bundle) -> None:
    app = finish_jobs(open_app(REVIEW, bundle="small", step="audit", sure="20"))
    next(button for button in app.button if button.label == "Draw the sample").click().run()
    audit = AuditStore().latest(bundle.manifest.catalogue_id)
    assert audit is not None
    size = len(audit.pairs)
    assert size == audit.population > 2
    answer(app, "same")
    answer(app, "unsure")
    press(app, "undo")
    answer(app, "different")
    assert progress(app) == [f"2 of {size} reviewed"]
    assert not app.success, "a begun audit states nothing yet"
    words = [change.decision.word for change in read_decisions(bundle).changes]
    assert words == [Word.different, Word.same], "answers are decisions as well"
    for _ in range(size - 2):
        answer(app, "same")
    figure = f"n = {size}, 1 wrong"
    assert figure in said(app.success)
    again = finish_jobs(open_app(REVIEW, bundle="small", step="audit", sure="90"))
    assert not again.success
    assert figure in said(again.warning)
    assert "This audit was drawn from the pairs accepted from 20 % on" in said(again.warning)
    export = finish_jobs(open_app(REVIEW, bundle="small", step="export", sure="90"))
    assert not export.success
    assert "drawn from the pairs accepted from 20 % on; now" in said(export.warning)
    assert figure in said(finish_jobs(open_app(REVIEW, bundle="small", step="export", sure="20")).success)
    decided = open_app(REVIEW, bundle="small", step="decisions")
    marks = [line for line in shown(decided).splitlines() if "fact_check: audit]" in line]
    assert len(marks) == size
    assert all(" · was " in line for line in marks)


@pytest.mark.usefixtures("scored")
def test_a_new_audit_hides_no_finished_one_and_its_pairs_wait_for_no_groups(
    open_app: Open, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, catalogue_id = AuditStore(), bundle.manifest.catalogue_id
    ids = [str(each) for each in bundle.listings["posting_id"]]
    pairs = [AuditPair(first=ids[0], second=other, score=0.9) for other in ids[1:4]]
    old = store.begin(catalogue_id, pairs[:1], what="from 37 % on", population=9, seed=0)
    store.answer(old, 0, Answer.same)
    store.begin(catalogue_id, pairs, what="from 20 % on", population=9, seed=1)
    finish_jobs(open_app(REVIEW, bundle="small", step="pairs", sure="20"))

    def refuse(*arguments: object) -> None:
        raise AssertionError("groups were made")

    with monkeypatch.context() as patched:
        patched.setattr(grouping_view, "grouping", refuse)
        patched.setattr(changes, "grouping", refuse)
        app = open_app(REVIEW, bundle="small", step="audit", sure="20")
        answer(app, "same")
        assert not app.exception
        assert "Pair 2 of 3" in shown(app)
        assert progress(app) == ["1 of 3 reviewed"]
        assert "n = 1, none wrong" in said(app.warning)
    export = finish_jobs(open_app(REVIEW, bundle="small", step="export", sure="20"))
    assert "n = 1, none wrong" in said(export.warning)
    assert "An audit speaks of accepted pairs." in shown(export)
    found = current_groups(bundle)
    removed = RemovedListings(paired=1, through_others=2)
    report = json.loads(report_of(bundle, found, removed, Setting(words="from 20 % on", facts={})))
    assert (report["audit"]["accepted"], report["audit"]["is_of_this_setting"]) == ("from 37 % on", False)
    assert report["duplicates_only_through_others"] == 2
    same = report_of(bundle, found, removed, Setting(words="from 37 % on", facts={}))
    assert json.loads(same)["audit"]["is_of_this_setting"]


def test_decisions_are_found_changed_and_taken_back(open_app: Open, bundle: Bundle) -> None:
    empty = finish_jobs(open_app(REVIEW, bundle="small", step="decisions"))
    begin = next(button for button in empty.button if button.label == "Compare the listings")
    finish_jobs(begin.click().run())
    assert "Nothing is decided yet" in shown(empty)
    first = record_decision(bundle, ("0a", "8a"), Word.same, who="me")
    record_decision(bundle, ("1a", "1b"), Word.different)
    app = empty.run()
    assert "2 decisions." in shown(app)
    assert "me" in shown(app)
    press(app, f"different_{first}")
    assert len(read_decisions(bundle).pairs.different) == 2
    newest = read_decisions(bundle).changes[0]
    press(app, f"back_{newest.number}")
    assert [change.decision.pair for change in read_decisions(bundle).changes] == [("1a", "1b")]


def test_what_is_kept_and_the_files(open_app: Open, bundle: Bundle) -> None:
    app = open_app(REVIEW, bundle="small", step="export", keep="fullest_title;newest")
    finish_jobs(next(button for button in app.button if button.label == "Compare the listings").click().run())
    assert app.selectbox(key="keep_0").value == "Fullest title"
    assert "'keep' in the address is 'newest', but must be one of" in said(app.warning)
    app.selectbox(key="keep_1").set_value("Sharpest photo").run()
    assert app.query_params["keep"] == "fullest_title;best_photo"
    app.selectbox(key="keep_0").set_value("Sharpest photo").run()
    assert app.query_params["keep"] == "best_photo", "a rule stands at one place only"
    files = {button.key: button for button in app.get("download_button")}
    assert {"download_groups", "download_kept", "download_decisions"} <= {
        button.proto.id.split("-")[-1] for button in files.values()
    } | set(files)
    assert "stay" in shown(app)
    app.selectbox(key="keep_0").set_value("First of the catalogue").run()
    assert "keep" not in app.query_params
