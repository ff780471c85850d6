"""Ablation: the gain of each step of the chain, and of rules that the chain leaves off."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from product_matching.evaluation.evaluate import evaluate
from product_matching.evaluation.listings import LabelledListings
from product_matching.evaluation.methods import Settings
from product_matching.evaluation.report import Report
from product_matching.matching.chain import CANDIDATES, MEASURED_CHAIN, PLAIN, Rules, VectorRules
from product_matching.matching.thresholds import MIN2_SHARE, PHOTO_BITS, PairRules

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One row of the table: its name, method and rules."""

    name: str
    method: str
    rules: Rules


_FULL = MEASURED_CHAIN
_NEAR = replace(PLAIN, pairs=PairRules(photo_bits=PHOTO_BITS))
_MEAN = replace(_NEAR, vectors=VectorRules(cross_mean=True))
_BLEND = replace(_NEAR, vectors=VectorRules(cross_mean=True, blend=_FULL.vectors.blend))


def _with_pairs(**changed: Any) -> Rules:
    """The whole chain with some rules on pairs changed."""
    return replace(_FULL, pairs=replace(_FULL.pairs, **changed))


#: Every step adds one rule to the step before it.
STEPS: tuple[Step, ...] = (
    Step("TF-IDF of words, scikit-learn's defaults", "tfidf", PLAIN),
    Step("normalised words and character trigrams", "chain", PLAIN),
    Step("+ same photo (equal pHash)", "chain", Rules(pairs=PairRules(photo_bits=0))),
    Step("+ nearly the same photo (up to 4 bits)", "chain", _NEAR),
    Step("+ cross-mean over the same photo", "chain", _MEAN),
    Step("+ neighbourhood blending (one stage)", "chain", _BLEND),
    Step("+ expansion by the nearest (the whole chain)", "chain", _FULL),
    Step("+ pair scorer and blending by its scores", "chain+pairs", _FULL),
)
#: Rules that the chain leaves off, each added to the whole chain.
EXTRAS: tuple[Step, ...] = (
    Step("chain with the quantity veto", "chain", _with_pairs(quantity_veto=True)),
    Step("chain with mutual edges only", "chain", replace(_FULL, mutual=CANDIDATES)),
    Step("chain with min2 (benchmark only)", "chain", _with_pairs(min2=MIN2_SHARE)),
    Step("chain with the nearest forced (benchmark only)", "chain", _with_pairs(min2=math.inf)),
)


@dataclass(frozen=True)
class AblationRow:
    """A step with its report under each protocol."""

    step: Step
    reports: tuple[Report, ...]


def run_ablation(
    listings: LabelledListings,
    *,
    protocols: Sequence[str] = ("fold", "half"),
    steps: Sequence[Step] = STEPS + EXTRAS,
) -> Iterator[AblationRow]:
    """Evaluate every step under every protocol, one row after the other."""
    for step in steps:
        _LOG.info("ablation: %s", step.name)
        reports = [
            evaluate(listings, step.method, protocol, settings=Settings(step.rules), with_partition=False)
            for protocol in protocols
        ]
        yield AblationRow(step, tuple(reports))


def ablation_table(rows: Sequence[AblationRow]) -> str:
    """The rows as a Markdown table: F1 with its interval under each protocol, and the gain over the row before.

    The gain of a rule of `EXTRAS` is that over the whole chain.
    """
    if not rows:
        return ""
    head = ["step"] + [f"{r.protocol}, N = {r.n_catalogue:,}: F1 | gain | 95 % interval" for r in rows[0].reports]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * (1 + 3 * len(rows[0].reports))]
    for row in rows:
        base = _base(rows, row)
        cells = [_cells(report, base.reports[place] if base else None) for place, report in enumerate(row.reports)]
        lines.append("| " + " | ".join([row.step.name, *cells]) + " |")
    return "\n".join(lines) + "\n"


def _base(rows: Sequence[AblationRow], row: AblationRow) -> AblationRow | None:
    if row.step in EXTRAS:
        return next((other for other in rows if other.step.method == "chain" and other.step.rules == _FULL), None)
    place = rows.index(row)
    return rows[place - 1] if place else None


def _cells(report: Report, base: Report | None) -> str:
    gain = "" if base is None else f"{report.f1 - base.f1:+.4f}"
    return f"{report.f1:.4f} | {gain} | {report.f1_interval[0]:.3f}-{report.f1_interval[1]:.3f}"
