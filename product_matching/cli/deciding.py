"""What decides on the command line: the probability of a pair scorer, or distances with rules."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from product_matching.cli.arguments import to_number
from product_matching.cli.opening import check_scorer_decides
from product_matching.errors import InputError
from product_matching.matching.chain import PLAIN, Rules
from product_matching.matching.second_stage.feature_sides import BOTH, PHOTO, TITLE
from product_matching.matching.second_stage.presets import PRESET_NAMES
from product_matching.matching.thresholds import Thresholds

if TYPE_CHECKING:
    from product_matching.store.bundle import Bundle
    from product_matching.workflows.choose_scorer import ChosenScorer


_COMPARED = {BOTH: "by photo and title", PHOTO: "by photo alone", TITLE: "by title alone"}


class Deciding(StrEnum):
    """What decides on matches."""

    sureness = "sureness"
    distances = "distances"


def read_sureness(text: str) -> str:
    """Read a percentage or the name of a preset."""
    if text in PRESET_NAMES:
        return text
    number = text.removesuffix("%").strip()
    if not 0 < to_number(number) < 100:
        names = ", ".join(PRESET_NAMES)
        raise typer.BadParameter(f"{text!r} is neither a percentage above 0 and below 100 nor one of {names}.")
    return number


Decide = Annotated[
    Deciding | None,
    typer.Option(
        help="What decides: the probability of a pair scorer, or distances with rules. By default sureness where there "
        "is a scorer for the bundle and neither a threshold nor a rule is given."
    ),
]
Sure = Annotated[
    str | None,
    typer.Option(
        parser=read_sureness,
        help="Least probability of the same product, in per cent, or a preset: broad, balanced, precise, "
        "which were chosen by photo and title; what they measured by the sides of the query is told.",
    ),
]


def chosen_scorer(
    bundle: Bundle, decide: Deciding | None, sure: str | None, pairs: Path | None, *, given: Thresholds, rules: Rules
) -> ChosenScorer | None:
    """The pair scorer that decides; None where distances and rules do.

    Raises
    ------
    typer.BadParameter
        The options contradict each other.
    InputError
        There is no scorer for the bundle.
    """
    from product_matching.workflows.choose_scorer import choose_scorer, open_scorer

    by_distances = given != Thresholds() or rules != PLAIN
    asked = decide is Deciding.sureness or sure is not None or pairs is not None
    if decide is Deciding.distances:
        if sure is not None or pairs is not None:
            raise typer.BadParameter(
                "--sure and --pairs belong to --decide sureness: leave them or --decide distances out"
            )
        return None
    if asked:
        check_scorer_decides(given, rules)
    elif by_distances:
        return None
    chosen = choose_scorer(bundle) if pairs is None else open_scorer(bundle, pairs)
    if chosen is None and asked:
        raise InputError(
            f"There is no pair scorer for the catalogue {bundle.manifest.name}: train-pairs makes one from labels."
        )
    return chosen


def least_probability(chosen: ChosenScorer, sure: str | None) -> float:
    """The least probability that is accepted, from 0 to 1."""
    scorer = chosen.scorer
    if sure is None:
        return chosen.least_probability
    presets = {preset.name: preset.probability for preset in scorer.presets}
    if sure in PRESET_NAMES and sure not in presets:
        raise InputError(f"The pair scorer {chosen.name} has no preset {sure}: give a percentage.")
    return presets[sure] if sure in presets else to_number(sure) / 100


def tell_sureness(chosen: ChosenScorer, least: float, comparison: str = "") -> str:
    """Say what decided, behind a count of matches, and how often a preset was right by the sides of a comparison."""
    measured = _tell_measured(chosen, least, comparison)
    return f" (the same product with at least {100 * least:g} % by the {_tell_scorer(chosen)}{measured})"


def _tell_scorer(chosen: ChosenScorer) -> str:
    elsewhere = "" if chosen.calibrated_here else ", whose percentages were calibrated on another catalogue"
    return f"pair scorer {chosen.name}{elsewhere}"


def _tell_measured(chosen: ChosenScorer, least: float, comparison: str) -> str:
    for preset in chosen.scorer.presets:
        found = preset.measured.get(comparison)
        if preset.probability == least and found is not None and found.precision is not None:
            right, sides = f"{100 * found.precision:.0f} of 100", _COMPARED[comparison]
            return f"; preset {preset.name}: {sides} {right} pairs were right on validation"
    return ""


def tell_nothing(chosen: ChosenScorer, least: float, best: float | None) -> str:
    """Say that the pair scorer accepts nothing, where the nearest listing has the probability `best`."""
    if best is None or best < min(least, chosen.least_probability):
        return f"No listing of this catalogue is likely the same product ({_tell_scorer(chosen)})."
    return f"No listing is the same product with at least {100 * least:g} % ({_tell_scorer(chosen)})."


def tell_thresholds(thresholds: Thresholds) -> str:
    """Say which thresholds decided, behind a count of matches."""
    named = (("photo", thresholds.photo), ("title", thresholds.title), ("fused", thresholds.fused))
    told = ", ".join(f"{name} {value:g}" for name, value in named if value is not None)
    return f" (thresholds: {told})" if told else ""
