"""Decisions on the pages: Find and Review obey them, say how many there are, and say where they cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decision import Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.decisions import read_decisions, record_decision
from tests.pages.cards import result_rows, said_on_cards, sections
from tests.pages.conftest import finish_jobs

FIND, REVIEW = "pages/find.py", "pages/review.py"
Open = Callable[..., AppTest]


@pytest.fixture
def bundle(bundles: Path) -> Bundle:
    return open_bundle(bundles / "small")


def shown(app: AppTest) -> str:
    """Everything that the page says; it never raised."""
    assert not app.exception, app.exception
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    texts = [str(element.value) for kind in kinds for element in kind]
    return re.sub(r"\\(?=\W)", "", "\n".join([*texts, said_on_cards(app)]))


def cards(app: AppTest) -> list[int]:
    """Rows of the listings on all cards but those of listings that are different by a decision, in order."""
    apart = rows_apart(app)
    return [row for row in result_rows(app) if row not in apart]


def rows_apart(app: AppTest) -> list[int]:
    """Rows of the listings that are different by a decision."""
    shown = [section["cards"] for section in sections(app) if section["heading"] == "Decided to be different"]
    return [int(card["key"].removeprefix("result_")) for cards in shown for card in cards]


def groups(app: AppTest) -> AppTest:
    """Begin to compare the listings where that waits for a button, and wait until it is done."""
    begin = [button for button in app.button if button.label == "Compare the listings"]
    return finish_jobs(begin[0].click().run() if begin else app)


def test_find_obeys_a_decision_from_the_next_run_on(open_app: Open, bundle: Bundle) -> None:
    app = open_app(FIND, bundle="small", listing="5b")
    assert 24 not in cards(app)[:3]
    assert "decision" not in shown(app)
    number = record_decision(bundle, ("5b", "8a"), Word.same)
    record_decision(bundle, ("5b", "5c"), Word.different)
    app.run()
    assert cards(app)[0] == 24
    assert 17 not in cards(app)
    assert rows_apart(app) == [17]
    assert "decided: same product" in shown(app)
    assert "2 decisions applied" in shown(app)
    DecisionStore().undo(number)
    app.run()
    assert "decided: same product" not in shown(app)
    assert "1 decision applied" in shown(app)


def test_side_by_side_a_pair_is_decided_and_taken_back(open_app: Open, bundle: Bundle) -> None:
    app = open_app(FIND, bundle="small", listing="5b", pair="5c")
    assert 17 in cards(app)
    app.button(key="decide_different").click().run()
    assert "pair" not in app.query_params
    app.run()
    assert rows_apart(app) == [17]
    [change] = DecisionStore().current(bundle.manifest.catalogue_id)
    assert (set(change.decision.pair), change.decision.word) == ({"5b", "5c"}, Word.different)
    app.query_params["pair"] = "5c"
    app.run()
    assert "Decided: different products." in shown(app)
    app.button(key="decide_none").click().run()
    assert not read_decisions(bundle).changes
    typed = open_app(FIND, bundle="small", q="Paper Bag Victoria Secret", pair="5c")
    assert "decide_same" not in [button.key for button in typed.button]


def test_find_by_a_title_is_as_it_was(open_app: Open, bundle: Bundle) -> None:
    record_decision(bundle, ("5b", "8a"), Word.same)
    assert "decision" not in shown(open_app(FIND, bundle="small", title="paper bag victoria secret", mode="duplicates"))


@pytest.mark.parametrize("scorer", [None, "tiny"])
def test_both_pages_obey_decisions_by_probability_and_by_distance(
    open_app: Open,
    bundle: Bundle,
    models_with_pairs: Path,
    monkeypatch: pytest.MonkeyPatch,
    scorer: str | None,
) -> None:
    if scorer is not None:
        monkeypatch.setenv("PRODUCT_MATCHING_MODELS", str(models_with_pairs))
    settings = {"bundle": "small", **({} if scorer is None else {"scorer": scorer})}
    record_decision(bundle, ("0a", "8a"), Word.same)
    record_decision(bundle, ("3a", "3b"), Word.different)
    found = finish_jobs(open_app(FIND, listing="0a", **settings))
    assert cards(found)[0] == 24
    assert "decided: same product" in shown(found)
    apart = finish_jobs(open_app(FIND, listing="3a", **settings))
    assert 10 not in cards(apart)
    review = groups(open_app(REVIEW, step="groups", **settings))
    assert "2 decisions applied." in shown(review)
    together = [str(button.key) for button in review.button if str(button.key) in ("listing_0", "listing_24")]
    assert together == ["listing_0", "listing_24"]


def test_review_groups_anew_after_a_decision_and_tells_a_contradiction(open_app: Open, bundle: Bundle) -> None:
    app = groups(open_app(REVIEW, bundle="small", step="groups"))
    before = [metric.value for metric in app.metric]
    for first, second, word in (("0a", "1a", Word.same), ("1a", "2a", Word.same), ("0a", "2a", Word.different)):
        record_decision(bundle, (first, second), word)
    app.run()
    assert [metric.value for metric in app.metric] != before
    assert "By decisions '0a' and '2a' are different" in shown(app)


@pytest.mark.parametrize("page", [FIND, REVIEW])
def test_decisions_that_cannot_be_read_are_said(open_app: Open, page: str) -> None:
    store = DecisionStore()
    store.path.parent.mkdir(parents=True, exist_ok=True)
    store.path.write_bytes(b"no database at all, though long enough for the header of one" * 20)
    app = groups(open_app(page, bundle="small", **({"listing": "5b"} if page == FIND else {})))
    assert f"{store.path} cannot be used" in shown(app)
    assert "put a backup of it in its place, or move it aside, with decisions.sqlite-wal" in shown(app)
    if page == FIND:
        assert "Until then the results are without decisions." in shown(app)
        assert 17 in cards(app)
