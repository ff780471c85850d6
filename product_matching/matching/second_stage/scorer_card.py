"""The card of a pair scorer: what it compares, how it was trained, and what its presets came to."""

from __future__ import annotations

from product_matching.matching.second_stage.presets import Measured
from product_matching.matching.second_stage.scorer import PairScorer

_SIDES = {"both": "photo and title", "photo": "photo alone", "title": "title alone"}


def scorer_card(scorer: PairScorer, name: str) -> str:
    """The text of ``README.md`` in the folder of a scorer, in Markdown."""
    lines = [
        f"# {name}",
        "",
        f"Pair scorer: compares {', '.join(scorer.sides)}. It was {scorer.protocol} (N {scorer.n:,}).",
        "",
        _figure(scorer),
    ]
    if any(preset.measured for preset in scorer.presets):
        lines += ["", *_presets(scorer), "", *_calibration(scorer)]
    return "\n".join(lines) + "\n"


def _figure(scorer: PairScorer) -> str:
    if scorer.gives_probabilities and not any(preset.measured for preset in scorer.presets):
        return f"It accepts from {scorer.least_probability:g} on. What that comes to here is not known without labels."
    return f"F1 there, of photo and title together: {scorer.f1:.3f}, accepting from {scorer.least_probability:g} on."


def _presets(scorer: PairScorer) -> list[str]:
    rows = [
        f"| {preset.name} | {100 * preset.probability:g} % | {_SIDES[kind]} | {_share(found)} | {found.recall:.3f} |"
        for preset in scorer.presets
        for kind, found in preset.measured.items()
    ]
    return ["| preset | at least | compared by | precision | recall |", "|---|---|---|---|---|", *rows]


def _share(found: Measured) -> str:
    return "–" if found.precision is None else f"{found.precision:.3f}"


def _calibration(scorer: PairScorer) -> list[str]:
    growth = ", ".join(f"{_SIDES[kind]} {model.calibration.growth:.2f}" for kind, model in scorer.models.items())
    n = max(model.calibration.n for model in scorer.models.values())
    return [
        f"Probabilities are calibrated for a catalogue of {n:,} listings (Platt). In one e times as large the log odds",
        f"are lower by: {growth}. The presets are chosen on validation, so that their figures are optimistic.",
    ]
