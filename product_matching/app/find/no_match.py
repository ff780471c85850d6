"""The message where nothing matches: that it is so, and what would accept the nearest listing."""

from __future__ import annotations

import numpy as np

from product_matching.app.find.outcome import Outcome
from product_matching.app.parameters import MAX_DISTANCE
from product_matching.app.shared.wording import distance_text
from product_matching.matching.calibration import percent_text
from product_matching.matching.candidates import Candidates, vetoed
from product_matching.matching.thresholds import PairRules, Thresholds
from product_matching.workflows.find import Query

NOTHING_IN_COMMON = "No listing in this catalogue has anything in common with the search."
IMPROBABLE = "No listing in this catalogue is likely the same product. The nearest looks like this:"


def say_nothing_sure(best: float | None, least: float, usual: float) -> str:
    """Say that the pair scorer accepts nothing.

    Parameters
    ----------
    best
        The highest probability; None without any candidate.
    least
        Least probability of a match.
    usual
        The probability from which on a listing is likely the same product.
    """
    if best is None:
        return NOTHING_IN_COMMON
    if best < min(least, usual):
        return IMPROBABLE
    return (
        f"No listing is the same product with at least {percent_text(least)}. The nearest one, with "
        f"{percent_text(best)}, looks like this:"
    )


def say_no_match(outcome: Outcome, rules: PairRules) -> str:
    """Say that distances and rules accept nothing."""
    if not len(outcome.beyond):
        return NOTHING_IN_COMMON
    if vetoed(outcome.beyond, rules).all():
        return "Every listing with anything in common states another quantity. The nearest looks like this:"
    return "No listing in this catalogue is within these distances. The nearest looks like this:"


def say_remedy(query: Query, outcome: Outcome, thresholds: Thresholds, rules: PairRules) -> str:
    """Say which thresholds would accept the nearest listing that no rule rejects; empty if none can."""
    allowed = outcome.beyond.take(~vetoed(outcome.beyond, rules))
    hints = " or ".join(_hints(allowed, thresholds)) if len(allowed) else ""
    if not hints:
        return ""
    few = "" if query.title is None else " A few words of a title are further from it than another whole title."
    return f"To accept the nearest one, raise {hints}.{few}"


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
