"""Answers to one pair after another: kept at once, unless the pair has an answer, which is said then."""

from __future__ import annotations

from product_matching.app.review.recording import (
    WORDS,
    note_problem,
    note_step,
    postpone,
    postponed,
    say,
    say_too_soon,
    steps_done,
    who_decides,
)
from product_matching.app.shared.wording import plain
from product_matching.app.writing import answer_of_audit, record_decisions
from product_matching.errors import InputError
from product_matching.store.audits import Answer, Audit
from product_matching.store.bundle import Bundle
from product_matching.store.decision import Change, Word
from product_matching.workflows.audit import read_audits
from product_matching.workflows.decisions import decision_on

_OTHERS = ":material/group:"
_SAID = {Answer.same: "same product", Answer.different: "different", Answer.unsure: "can't tell"}


def answer_pair(bundle: Bundle, pair: tuple[str, str], word: Word | None, score: float | None = None) -> None:
    """Keep an answer to a pair of ids of the queue, None for later in this session; for callbacks.

    What was answered before stands: a key may come before the next pair, and someone else may have been faster.
    """
    who, later, done = who_decides(), postponed(), steps_done()
    try:
        standing = decision_on(bundle, pair)
        if pair in later:
            say_too_soon("later", pair)
            return
        if standing is not None and ("decisions", [standing.number]) in done:
            say_too_soon("decisions", [standing.number])
            return
        if standing is None and word is None:
            postpone(pair)
            return
        scores = [score]
        numbers = [] if word is None else record_decisions(bundle, [pair], word, who=who, scores=scores, only_open=True)
        if numbers:
            note_step(done, "decisions", numbers)
        else:
            say(say_standing(decision_on(bundle, pair)), _OTHERS, "long")
    except InputError as error:
        note_problem(error)


def answer_audit(bundle: Bundle, audit: Audit, place: int, answer: Answer) -> None:
    """Keep what is said of a pair of an audit, which is a decision as well unless it could not be told."""
    number, drawn, who, done = audit.number, audit.pairs[place], who_decides(), steps_done()
    try:
        if not answer_of_audit(number, place, answer, who=who, only_open=True):
            _say_answered(bundle, number, place)
            return
        word = None if answer is Answer.unsure else Word(answer.value)
        pair, scores = (drawn.first, drawn.second), [drawn.score]
        numbers = [] if word is None else record_decisions(bundle, [pair], word, who=who, scores=scores)
    except InputError as error:
        note_problem(error)
        return
    note_step(done, "audit", (number, place, numbers))


def say_standing(change: Change | None) -> str:
    """Say what someone else decided on a pair meanwhile, as Markdown; None for what was taken back since."""
    if change is None or change.decision.word is None:
        return "Someone else decided this pair meanwhile, and took it back."
    who = plain(change.decision.who) or "Someone else"
    return f"{who} decided this pair meanwhile: **{WORDS[change.decision.word]}**. Change it under Decided."


def _say_answered(bundle: Bundle, number: int, place: int) -> None:
    """Say that a pair of an audit has an answer: by a key of this session that came too soon, or someone else's."""
    own = [step for kind, step in steps_done() if kind == "audit" and step[:2] == (number, place)]
    if own:
        say_too_soon("audit", own[-1])
        return
    audits = read_audits(bundle)
    for audit in (audits.begun, audits.finished):
        said = None if audit is None or audit.number != number else audit.pairs[place].answer
        if said is not None:
            say(f"Someone else answered this pair meanwhile: **{_SAID[said]}**. That stands.", _OTHERS, "long")
