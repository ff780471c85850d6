"""Probabilities of the same product in words: of a pair, and what the presets of a pair scorer have measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from product_matching.app.shared.deciding import percent_of
from product_matching.app.shared.wording import count_text, plain
from product_matching.matching.second_stage.feature_sides import BOTH, PHOTO, TITLE
from product_matching.matching.second_stage.presets import Preset
from product_matching.workflows.choose_scorer import ChosenScorer

_COMPARED = {BOTH: "by photo and title", PHOTO: "by photo alone", TITLE: "by title alone"}
ELSEWHERE = (
    "These percentages were calibrated on another catalogue; label some pairs and run train-pairs to have your own."
)


def say_compared(comparison: str, *, read: bool = False) -> str:
    """Say by which sides a pair was compared, and whether by the print that was read; empty for none."""
    if read and comparison == PHOTO:
        return "by photo and its print"
    said = _COMPARED.get(comparison, "")
    return f"{said}, and print" if read and comparison == BOTH else said


def preset_name(preset: Preset) -> str:
    """Name of a preset with its percentage."""
    return f"{preset.name.capitalize()} ({percent_of(preset.probability)} %)"


def say_measured(preset: Preset, comparison: str, *, where: str, read: bool = False) -> str:
    """Say what a preset has measured for pairs that are compared by some sides; empty if that is not known.

    Where the print of the photo was read, it says that the figures were measured without.

    Parameters
    ----------
    preset, comparison, read
        The preset, the sides, and whether print was read.
    where
        On which listings (see `say_where`).
    """
    measured = preset.measured.get(comparison)
    if measured is None:
        return ""
    sides = say_compared(comparison)
    name = f"{preset_name(preset)}, {f'{sides}, without print' if read else sides}, on {where}"
    found = f"of 100 true pairs {100 * measured.recall:.0f} were found"
    if measured.precision is None:
        return f"{name}: no pair was accepted."
    return f"{name}: of 100 accepted pairs {100 * measured.precision:.0f} were right, {found}."


def say_where(chosen: ChosenScorer, known: Mapping[str, str]) -> str:
    """Name the listings on which the presets of a pair scorer were measured.

    Parameters
    ----------
    chosen
        The pair scorer.
    known
        Names of catalogues by their identity.
    """
    if chosen.calibrated_here:
        return "validation"
    return f"validation of {say_catalogue(chosen, known)}, not of this one"


def say_catalogue(chosen: ChosenScorer, known: Mapping[str, str]) -> str:
    """Name the catalogue that a pair scorer was calibrated on; `known` has names of catalogues by their identity."""
    name = known.get(chosen.scorer.catalogue_id or "", "")
    return f"the catalogue {plain(name)}" if name else "another catalogue"


def measured_near(presets: Sequence[Preset], sure: int) -> list[Preset]:
    """The preset of a percentage, or those next to it on both sides."""
    same = [preset for preset in presets if percent_of(preset.probability) == sure]
    if same:
        return same[:1]
    below = [preset for preset in presets if percent_of(preset.probability) < sure]
    above = [preset for preset in presets if percent_of(preset.probability) > sure]
    return [*below[-1:], *above[:1]]


def say_calibration(chosen: ChosenScorer) -> str:
    """Say what the percentages of a pair scorer mean, and where they were measured."""
    scorer = chosen.scorer
    if not scorer.gives_probabilities:
        return (
            "The scores of this pair scorer are not calibrated: a higher one is more probable, but of the pairs with "
            "80 % not 80 of 100 are the same product."
        )
    where = "this catalogue" if chosen.calibrated_here else "another catalogue"
    n = max(model.calibration.n for model in scorer.models.values())
    return (
        f"Of the pairs with 80 %, about 80 of 100 are the same product. That was calibrated on {where}, for "
        f"{count_text(n, 'listing')}; the presets were chosen among {count_text(scorer.n, 'listing')}. "
        f"{_say_growth(chosen)}\n\nProtocol: {plain(scorer.protocol)}."
    )


def _say_growth(chosen: ChosenScorer) -> str:
    if not any(model.calibration.growth for model in chosen.scorer.models.values()):
        return ""
    return "A larger catalogue has more listings that nearly match: percentages are lower there, as was measured."


def measured_table(presets: Sequence[Preset], comparisons: Sequence[str]) -> str:
    """What every preset has measured, as a Markdown table: precision and recall by the sides compared."""
    head = ["Preset", "Compared", "Right of those accepted", "Found of those true"]
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|"]
    for preset in presets:
        for comparison in comparisons:
            measured = preset.measured.get(comparison)
            if measured is not None:
                right = "–" if measured.precision is None else f"{100 * measured.precision:.1f} %"
                cells = (preset_name(preset), _COMPARED[comparison], right, f"{100 * measured.recall:.1f} %")
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
