"""The message where nothing matches: the reason, and thresholds that would accept the nearest listing."""

from __future__ import annotations

import numpy as np

from product_matching.app.find.outcome import Outcome
from product_matching.app.parameters import MAX_DISTANCE
from product_matching.app.shared.wording import distance_text
from product_matching.matching.candidates import Candidates, vetoed
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.workflows.find import Query


def say_no_match(query: Query, outcome: Outcome, thresholds: Thresholds, rules: PairRules) -> str:
    """Say why there is no match, and which thresholds would accept the nearest listing that no rule rejects."""
    if outcome.predictions is not None:
        return "The pair scorer accepts none of the nearest listings."
    if not len(outcome.beyond):
        return "No listing has anything in common with the query."
    allowed = outcome.beyond.take(~vetoed(outcome.beyond, rules))
    if not len(allowed):
        return "Every listing with anything in common states another quantity."
    hints = " or ".join(_hints(allowed, thresholds))
    return f"No listing is within the thresholds{_few_words(query)}. Raise {hints} to accept the nearest one."


def _few_words(query: Query) -> str:
    """The thresholds are tuned on whole titles, from which a few typed words are far."""
    return "" if query.title is None else " (a few words of a title are further from it than another whole title)"


def _hints(beyond: Candidates, thresholds: Thresholds) -> list[str]:
    hints = []
    for side, threshold, distances in (
        ("photo", thresholds.photo, beyond.seen),
        ("title", thresholds.title, beyond.title),
        ("mean", thresholds.fused, beyond.fused),
    ):
        nearest = float(np.nanmin(distances, initial=np.inf))
        if threshold is not None and nearest <= MAX_DISTANCE:
            hints.append(f"the {side} distance to {distance_text(nearest)}")
    return hints
