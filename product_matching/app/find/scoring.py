"""The pair scorer on one query: prepared in the background, and asked once it is ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from product_matching.app.address import SURENESS
from product_matching.app.find.answer import Scored
from product_matching.app.find.query import Asked
from product_matching.app.jobs import Job
from product_matching.app.shared.deciding import Deciding
from product_matching.app.shared.job_view import draw_waiting, visitor
from product_matching.app.shared.scorers import (
    lacking_side,
    predictions_of,
    prepare_scorer,
    version_of,
)
from product_matching.errors import InputError
from product_matching.workflows.find import Finder

PREPARING = "The pair scorer is being prepared; until then distances decide."
_MEANWHILE = "Distances decide."


@dataclass(frozen=True, kw_only=True, eq=False)
class Scoring:
    """The result of the pair scorer: at most one of these; none where distances decide.

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


def score_search(finder: Finder, deciding: Deciding, asked: Asked) -> Scoring:
    """Score a query with the pair scorer where that decides; begin to prepare the scorer where it is not."""
    chosen = deciding.chosen
    if chosen is None or deciding.by != SURENESS or not asked.searchable:
        return Scoring(problem=deciding.problem)
    lacking = lacking_side(chosen.scorer, asked.query)
    if lacking:
        return Scoring(note=f"{lacking} {_MEANWHILE}", problem=deciding.problem)
    try:
        job = prepare_scorer(finder.bundle, chosen.name, visitor())
    except InputError as error:
        return Scoring(problem=f"{error} {_MEANWHILE}")
    if job.error:
        return Scoring(problem=f"{job.error} {_MEANWHILE}")
    if not job.finished:
        return Scoring(preparing=job, problem=deciding.problem)
    version = version_of(chosen.name)
    predictions = predictions_of(finder.bundle.fingerprint, asked.key, version, job.result, asked.query)
    scored_rows = {prediction.row for prediction in predictions}
    others = [row for row in asked.joined if row not in scored_rows]
    rows = np.array([*(prediction.row for prediction in predictions), *others], dtype=np.int64)
    measured = finder.compare(asked.query, finder.measure(asked.query, rows))
    scored = Scored(candidates=measured, predictions=predictions, least=deciding.least, usual=chosen.least_probability)
    return Scoring(scored=scored, problem=deciding.problem)


def draw_preparation(job: Job[Any]) -> None:
    """Say that distances decide until the pair scorer is ready."""
    draw_waiting(job, PREPARING)
