"""What a pair scorer accepts for a query; ``find`` and the HTTP service answer with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from product_matching.matching.candidates import RowArray
from product_matching.matching.decisions import NO_DECISIONS, PairDecisions
from product_matching.matching.second_stage.catalogue_scorer import CatalogueScorer, Prediction
from product_matching.workflows.find import Finder, Query, default_thresholds
from product_matching.workflows.score_pairs import predict


@dataclass(frozen=True, eq=False, kw_only=True)
class SureAnswer:
    """The listings that a pair scorer accepts for a query.

    Attributes
    ----------
    rows
        Rows of the matches: those of a decision first, then the most probable first.
    predictions
        Prediction of each candidate by its row, the most probable first.
    best
        Probability of the most probable candidate that no decision refuses; None where there is none.
    nearest
        Row of that candidate, else of the nearest listing by distance; empty where there are matches.
    """

    rows: RowArray
    predictions: Mapping[int, Prediction]
    best: float | None
    nearest: RowArray

    @property
    def compared(self) -> str:
        """The sides by which most candidates were compared; "" without any."""
        counted = Counter(prediction.compared for prediction in self.predictions.values()).most_common(1)
        return counted[0][0] if counted else ""


def answer_by_sureness(
    finder: Finder,
    query: Query,
    prepared: CatalogueScorer,
    *,
    least: float,
    decisions: PairDecisions = NO_DECISIONS,
) -> SureAnswer:
    """Ask a prepared pair scorer which listings match with at least the probability `least`.

    Raises
    ------
    InputError
        The query lacks what the scorer compares.
    """
    predictions = {prediction.row: prediction for prediction in predict(prepared, query)}
    accepted = [row for row, prediction in predictions.items() if prediction.score >= least]
    rows = decisions.applied_to(query.row, np.array(accepted, dtype=np.int64))
    refused = [] if query.row is None else decisions.different_from(query.row)
    probable = [row for row in predictions if row not in refused][:1]
    nearest = [] if len(rows) else probable or _nearest(finder, query)
    return SureAnswer(
        rows=rows,
        predictions=predictions,
        best=predictions[probable[0]].score if probable else None,
        nearest=np.array(nearest, dtype=np.int64),
    )


def _nearest(finder: Finder, query: Query) -> list[int]:
    """The nearest listing by distance, where the pair scorer has no candidate."""
    found = finder.candidates(query, 1).nearest_first(default_thresholds(finder.bundle))
    return [int(row) for row in found.rows[:1]]
