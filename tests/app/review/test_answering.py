"""Answers of the queue: one that comes too soon or after someone else's changes nothing, and is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from product_matching.store.bundle import Bundle, open_bundle
from product_matching.store.decision import Change, Decision, Seen, Word
from product_matching.workflows.decisions import decision_on, read_decisions, record_decision

PAIR = ("0a", "0b")


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    monkeypatch.setenv("PRODUCT_MATCHING_HOME", str(tmp_path / "home"))
    return open_bundle(small_bundle)


def press(folder: Path, *words: Word | None) -> AppTest:
    """A session that answers the same pair several times, as keys do that come before the next pair is shown."""
    return press_on(folder, [(*PAIR, word) for word in words])


def press_on(folder: Path, answers: list[tuple[str, str, Word | None]]) -> AppTest:
    """A session that answers pairs one after another."""

    def script(folder, answers):  # type: ignore[no-untyped-def]  # its text is run: names of types are not known there
        from pathlib import Path

        from product_matching.app.review.answering import answer_pair
        from product_matching.app.review.recording import draw_said, draw_undo
        from product_matching.store.bundle import open_bundle
        from product_matching.store.decision import Word

        draw_undo()
        for first, second, word in answers:
            answer_pair(open_bundle(Path(folder)), (first, second), word and Word(word), 0.5)
        draw_said()

    texts = [(first, second, None if word is None else word.value) for first, second, word in answers]
    app = AppTest.from_function(script, default_timeout=60, args=(str(folder), texts)).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("first", [Word.same, None])
@pytest.mark.parametrize("second", [Word.same, Word.different, None])
def test_a_second_answer_to_the_same_pair_changes_nothing_and_is_said(
    bundle: Bundle, small_bundle: Path, first: Word | None, second: Word | None
) -> None:
    app = press(small_bundle, first, second)
    (toast,) = app.toast
    assert toast.value.startswith("Too soon")
    assert [change.decision.word for change in read_decisions(bundle).changes] == [first] * (first is not None)
    assert len(app.session_state["review_done"]) == 1, "one step, which one undo takes back"


@pytest.mark.parametrize("first", [Word.same, None])
@pytest.mark.parametrize("order", [(0, 1, 0), (0, 0, 1)], ids=["heard by the new pair first", "by the old one first"])
def test_a_key_that_both_pairs_hear_answers_the_new_one_and_is_not_too_soon(
    small_bundle: Path, bundle: Bundle, first: Word | None, order: tuple[int, ...]
) -> None:
    pairs = (PAIR, ("0a", "1a"))
    answers = [(*pairs[place], first if number == 0 else Word.different) for number, place in enumerate(order)]
    app = press_on(small_bundle, answers)
    assert not app.toast
    assert {change.decision.pair for change in read_decisions(bundle).changes} == {*pairs[first is None :]}


@pytest.mark.parametrize("word", [Word.same, None])
def test_what_someone_else_decided_stands_and_is_said(bundle: Bundle, small_bundle: Path, word: Word | None) -> None:
    number = record_decision(bundle, PAIR, Word.different, who="Anna")
    (toast,) = press(small_bundle, word).toast
    assert toast.value == "Anna decided this pair meanwhile: **different products**. Change it under Decided."
    standing = decision_on(bundle, PAIR)
    assert standing is not None
    assert (standing.number, standing.decision.word) == (number, Word.different)
    record_decision(bundle, PAIR, None)
    assert decision_on(bundle, PAIR) is None
    assert not press(small_bundle, word).toast


def test_a_decision_on_other_content_or_one_that_was_taken_back_does_not_hold(bundle: Bundle) -> None:
    from product_matching.app.review.answering import say_standing
    from product_matching.store.decisions import DecisionStore

    assert decision_on(bundle, PAIR) is None
    sides = [Seen(posting_id=name, content="as it was") for name in PAIR]
    stale = Decision(first=sides[0], second=sides[1], word=Word.same)
    (number,) = DecisionStore().record(bundle.manifest.catalogue_id, [stale])
    assert decision_on(bundle, PAIR) is None
    assert say_standing(Change(number=number, decision=stale)).startswith("Someone else decided")
