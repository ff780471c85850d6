"""What the buttons of the review do: decisions on pairs, and taking the last ones back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from product_matching.app.access import access
from product_matching.app.shared.wording import count_text, plain
from product_matching.app.writing import answer_of_audit, record_decisions, undo_decisions
from product_matching.errors import InputError
from product_matching.matching.decisions import Pair
from product_matching.store.bundle import Bundle
from product_matching.store.decision import Change, Word

_DONE, _PROBLEM, _WHO, _LATER = "review_done", "review_problem", "review_who", "review_later"
_SAID = "review_said"
_TOO_SOON = (
    "Too soon: the pair before has your answer already. Press again for this one.",
    ":material/speed:",
    "short",
)
WORDS = {Word.same: "the same product", Word.different: "different products"}
#: Steps that can be taken back.
_MOST_DONE = 200


def decide_pairs(
    bundle: Bundle,
    pairs: Sequence[Pair],
    word: Word | None,
    scores: Sequence[float | None] | None = None,
) -> None:
    """Keep a decision on pairs of rows as one step; None takes earlier ones back. For callbacks."""
    ids = bundle.listings["posting_id"]
    named = [(str(ids.iloc[first]), str(ids.iloc[second])) for first, second in pairs]
    decide_named(bundle, named, word, scores)


def decide_named(
    bundle: Bundle,
    pairs: Sequence[tuple[str, str]],
    word: Word | None,
    scores: Sequence[float | None] | None = None,
) -> None:
    """Keep a decision on pairs of ids as one step; see `decide_pairs`."""
    who, done = who_decides(), steps_done()
    try:
        numbers = record_decisions(bundle, pairs, word, who=who, scores=scores)
    except InputError as error:
        note_problem(error)
        return
    if len(numbers) > 1:
        what = "taken back" if word is None else f"decided: {WORDS[word]}"
        say(f"{count_text(len(numbers), 'pair')} {what}. Undo takes them back.", ":material/how_to_reg:")
    note_step(done, "decisions", numbers)


def withdraw(bundle: Bundle, change: Change) -> None:
    """Take a decision back, also one on a listing that is gone; for callbacks."""
    pair = change.decision.pair
    if all(name in bundle.rows for name in pair):
        decide_named(bundle, [pair], None)
        return
    try:
        undo_decisions(change.number)
    except InputError as error:
        note_problem(error)


def postpone(pair: tuple[str, str]) -> None:
    """Leave a pair of ids for later in this session; for callbacks."""
    later, done = st.session_state.setdefault(_LATER, set()), steps_done()
    later.add(pair)
    note_step(done, "later", pair)


def postponed() -> set[tuple[str, str]]:
    """The pairs of ids that were left for later in this session."""
    later: set[tuple[str, str]] = st.session_state.get(_LATER, set())
    return later


def take_back() -> None:
    """Take the last step of this session back; for callbacks."""
    done = steps_done()
    if not done:
        say("There is no step left to take back.", ":material/undo:")
        return
    later = postponed()
    kind, step = done.pop()
    try:
        if kind == "later":
            later.discard(step)
        elif kind == "audit":
            number, place, numbers = step
            answer_of_audit(number, place, None)
            undo_decisions(*numbers)
        else:
            undo_decisions(*step)
    except InputError as error:
        note_problem(error)


def draw_undo() -> None:
    """Draw the button that takes the last step back; never disabled, so that its key is heard right after an answer."""
    st.button("Undo", key="undo", icon=":material/undo:", shortcut="Backspace", on_click=take_back, width=156)


def who_decides() -> str:
    """The account, or else the name, that decisions of this session are kept with; "" for none."""
    return access().account or str(st.session_state.get(_WHO, "")).strip()


def draw_who() -> None:
    """Draw the box for the name, or the account in place of it."""
    if access().account:
        st.caption(f"Decided as {plain(access().account)}")
        return
    shown = st.text_input(
        "Your name", value=who_decides(), max_chars=60, help="Kept with your decisions; it can stay empty."
    )
    st.session_state[_WHO] = shown


def note_problem(error: InputError) -> None:
    """Note why the last step could not be kept, for `draw_said`."""
    st.session_state[_PROBLEM] = str(error)


def say(text: str, icon: str, duration: Literal["short", "long"] = "short") -> None:
    """Note what is to be said of a step, as Markdown, for `draw_said`.

    A callback must not draw it: in one of a dialog it would take the place of the whole page.
    """
    st.session_state.setdefault(_SAID, []).append((text, icon, duration))


def say_too_soon(kind: str, step: object) -> None:
    """Say that a key came for a step that is done; not where another one is done since.

    A key that is pressed while the next pair appears can be heard by the buttons of both pairs: it answers the new one.
    """
    if steps_done()[-1:] == [(kind, step)]:
        st.session_state.setdefault(_SAID, []).append(_TOO_SOON)


def draw_said() -> None:
    """Say once what is to be said of the last step, and why it could not be kept.

    A further key ends a run before what it draws next: a note is forgotten once it is drawn.
    """
    said = st.session_state.setdefault(_SAID, [])
    while said:
        text, icon, duration = said[0]
        st.toast(text, icon=icon, duration=duration)
        said.pop(0)
    problem = st.session_state.get(_PROBLEM, "")
    if problem:
        st.error(plain(problem), icon=":material/error:")
        st.session_state[_PROBLEM] = ""


def steps_done() -> list[tuple[str, Any]]:
    """The steps of this session that can be taken back, each with its kind, the last one last.

    To be read before a step is done: reading the session ends a run that a further key has overtaken.
    """
    done: list[tuple[str, Any]] = st.session_state.setdefault(_DONE, [])
    return done


def note_step(done: list[tuple[str, Any]], kind: str, step: object) -> None:
    """Note a step among those of this session, for `take_back`."""
    said = st.session_state.get(_SAID, [])
    if _TOO_SOON in said:  # the same key, heard for the pair before
        said.remove(_TOO_SOON)
    done.append((kind, step))
    del done[:-_MOST_DONE]
