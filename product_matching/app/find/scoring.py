"""The pair scorer on one query: prepared in the background, and asked once it is ready."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from product_matching.app.address import Address
from product_matching.app.find.answer import Scored
from product_matching.app.find.query import Asked
from product_matching.app.jobs import Job
from product_matching.app.navigation import change_address
from product_matching.app.resources import jobs
from product_matching.app.shared.job_view import draw_job, visitor
from product_matching.app.shared.scorers import (
    check_scorer,
    describe_preparation,
    lacking_side,
    predictions_of,
    prepare_scorer,
    version_of,
)
from product_matching.errors import InputError
from product_matching.store.bundle import Bundle
from product_matching.workflows.find import Finder


@dataclass(frozen=True, kw_only=True, eq=False)
class Scoring:
    """The result of the pair scorer: at most one of these; none where it is off.

    Attributes
    ----------
    scored
        Its predictions.
    problem
        Why it cannot be asked.
    note
        Which side the query lacks for it.
    preparing
        The job that prepares it.
    """

    scored: Scored | None = None
    problem: str = ""
    note: str = ""
    preparing: Job[Any] | None = None


def score_search(finder: Finder, address: Address, asked: Asked) -> Scoring:
    """Score a query with the pair scorer of the address; begin to prepare the scorer where it is not."""
    if address.scorer is None or not asked.searchable:
        return Scoring()
    bundle, name = finder.bundle, address.scorer
    try:
        check_scorer(bundle, name)
        lacking = lacking_side(name, asked.query)
        if lacking:
            return Scoring(note=f"{lacking} Distances and rules decide.")
        job = prepare_scorer(bundle, name, visitor())
    except InputError as error:
        return Scoring(problem=f"{error} Distances and rules decide.")
    if job.error:
        return Scoring(problem=f"{job.error} Distances and rules decide.")
    if not job.finished:
        return Scoring(preparing=job)
    predictions = predictions_of(bundle.fingerprint, asked.key, version_of(name), job.result, asked.query)
    rows = np.array([prediction.row for prediction in predictions], dtype=np.int64)
    measured = finder.compare(asked.query, finder.measure(asked.query, rows))
    return Scoring(scored=Scored(candidates=measured, predictions=predictions))


def draw_preparation(bundle: Bundle, scoring: Scoring) -> None:
    """Show how far the pair scorer is; cancelling turns it off."""
    if scoring.preparing is not None:
        what = f"Distances and rules decide until the pair scorer is ready. {describe_preparation(bundle)}"
        draw_job(scoring.preparing, what, partial(_give_up, scoring.preparing.key))


def _give_up(key: str) -> None:
    jobs().cancel(key, visitor())
    change_address(scorer=None)
