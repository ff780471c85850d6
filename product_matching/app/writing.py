"""All that the pages write for good, behind one check of who may: no other module of the app calls what writes.

Not here: what is computed anew where it is missing (scores, nearest listings), which anybody's looking may keep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from product_matching.app.access import NotAllowedError, access, check_may_decide, writes

if TYPE_CHECKING:
    from pathlib import Path

    from product_matching.app.jobs import Job, JobRunner
    from product_matching.progress import Progress
    from product_matching.store.audits import Answer
    from product_matching.store.bundle import Bundle
    from product_matching.store.decision import Word
    from product_matching.store.manifest import Manifest

T = TypeVar("T")


@writes
def record_decision(bundle: Bundle, pair: tuple[str, str], word: Word | None, *, score: float | None) -> int:
    """See `product_matching.workflows.decisions.record_decision`."""
    from product_matching.workflows import decisions

    return decisions.record_decision(bundle, pair, word, score=score, who=access().account)


@writes
def record_decisions(bundle: Bundle, pairs: Sequence[tuple[str, str]], word: Word | None, **options: Any) -> list[int]:
    """See `product_matching.workflows.decisions.record_decisions`."""
    from product_matching.workflows import decisions

    return decisions.record_decisions(bundle, pairs, word, **options)


@writes
def undo_decisions(*numbers: int) -> None:
    """See `product_matching.store.decisions.DecisionStore.undo`."""
    from product_matching.store.decisions import DecisionStore

    DecisionStore().undo(*numbers)


@writes
def begin_audit(*arguments: Any, **options: Any) -> int:
    """See `product_matching.workflows.audit.begin_audit`."""
    from product_matching.workflows import audit

    return audit.begin_audit(*arguments, **options)


@writes
def answer_of_audit(number: int, place: int, answer: Answer | None, *, who: str = "", only_open: bool = False) -> bool:
    """See `product_matching.store.audits.AuditStore.answer`."""
    from product_matching.store.audits import AuditStore

    return AuditStore().answer(number, place, answer, who=who, only_open=only_open)


@writes
def use_sureness(*arguments: Any, **options: Any) -> Manifest:
    """See `product_matching.workflows.bundle_settings.use_sureness`."""
    from product_matching.workflows import bundle_settings

    return bundle_settings.use_sureness(*arguments, **options)


@writes
def use_distances(*arguments: Any, **options: Any) -> Manifest:
    """See `product_matching.workflows.bundle_settings.use_distances`."""
    from product_matching.workflows import bundle_settings

    return bundle_settings.use_distances(*arguments, **options)


@writes
def use_built_in(folder: Path) -> Manifest:
    """See `product_matching.workflows.bundle_settings.use_built_in`."""
    from product_matching.workflows import bundle_settings

    return bundle_settings.use_built_in(folder)


@writes
def open_by_path(path: str) -> str:
    """See `product_matching.store.opening.open_by_path`."""
    from product_matching.store import opening

    return opening.open_by_path(path)


@writes
def start_writing(runner: JobRunner, key: str, work: Callable[[Progress], T], visitor: str) -> Job[T]:
    """Begin work that writes; it is checked here, as the thread that does it knows no visitor."""
    return runner.start(key, work, visitor)


def cancel_writing(runner: JobRunner, key: str, visitor: str) -> None:
    """End work that writes; for callbacks, so that a refusal is said and not raised."""
    try:
        check_may_decide()
    except NotAllowedError as error:
        st.toast(str(error), icon=":material/lock:")
        return
    runner.cancel(key, visitor)
