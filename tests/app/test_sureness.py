"""Probabilities in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from product_matching.app.address import DISTANCES, SURENESS, Address
from product_matching.app.find.no_match import IMPROBABLE, NOTHING_IN_COMMON, say_nothing_sure
from product_matching.app.shared.sureness import measured_near, say_measured, say_where
from product_matching.matching.calibration import percent_text
from product_matching.workflows.choose_scorer import ChosenScorer
from tests.pages.conftest import presets_of

PRESETS = presets_of(["both", "photo"])


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "under 1 %"),
        (0.0099, "under 1 %"),
        (0.41999, "41 %"),
        (0.42, "42 %"),
        (0.9999, "99 %"),
        (1.0, "over 99 %"),
    ],
)
def test_a_percentage_is_rounded_down_so_that_it_reads_as_sure_enough_exactly_when_it_is(
    probability: float, text: str
) -> None:
    assert percent_text(probability) == text


def test_every_whole_percent_reads_as_itself() -> None:
    assert [percent_text(percent / 100) for percent in range(1, 100)] == [f"{percent} %" for percent in range(1, 100)]


def test_a_preset_says_what_it_measured_for_the_sides_compared() -> None:
    said = say_measured(PRESETS[1], "photo", where="validation")
    assert said == (
        "Balanced (50 %), by photo alone, on validation: of 100 accepted pairs 80 were right, of 100 true pairs 85 "
        "were found."
    )
    assert say_measured(PRESETS[1], "title", where="validation") == ""


def test_figures_of_another_catalogue_are_said_to_be_so_by_its_name() -> None:
    def chosen(*, here: bool) -> ChosenScorer:
        scorer = SimpleNamespace(catalogue_id="id of demo")
        return ChosenScorer(name="any", scorer=scorer, calibrated_here=here)  # type: ignore[arg-type]

    assert say_where(chosen(here=True), {}) == "validation"
    assert say_where(chosen(here=False), {"id of demo": "demo"}) == "validation of the catalogue demo, not of this one"
    assert say_where(chosen(here=False), {}) == "validation of another catalogue, not of this one"


@pytest.mark.parametrize(("comparison", "sides"), [("photo", "by photo alone"), ("both", "by photo and title")])
def test_beside_print_a_preset_says_that_its_figures_were_measured_without(comparison: str, sides: str) -> None:
    said = say_measured(PRESETS[1], comparison, where="validation", read=True)
    assert said.startswith(f"Balanced (50 %), {sides}, without print, on validation: of 100 accepted pairs 80")


@pytest.mark.parametrize(
    ("sure", "names"), [(50, ["balanced"]), (60, ["balanced", "precise"]), (3, ["broad"]), (95, ["precise"])]
)
def test_between_two_presets_both_are_told(sure: int, names: list[str]) -> None:
    assert [preset.name for preset in measured_near(PRESETS, sure)] == names


@pytest.mark.parametrize(
    ("best", "least", "said"),
    [
        (None, 0.5, NOTHING_IN_COMMON),
        (0.3, 0.5, IMPROBABLE),
        (0.3, 0.9, IMPROBABLE),
        (0.05, 0.1, IMPROBABLE),
        (0.7, 0.9, "No listing is the same product with at least 90 %. The nearest one, with 70 %, looks like this:"),
    ],
)
def test_nothing_there_is_said_so_and_a_strict_setting_too(best: float | None, least: float, said: str) -> None:
    assert say_nothing_sure(best, least, usual=0.5) == said


@pytest.mark.parametrize(
    ("address", "decides"),
    [
        (Address(), SURENESS),
        (Address(photo_threshold=0.2), DISTANCES),
        (Address(expansion=2), DISTANCES),
        (Address(photo_threshold=0.2, scorer="own"), SURENESS),
        (Address(photo_threshold=0.2, sure=90), SURENESS),
        (Address(sure=90, decide=DISTANCES), DISTANCES),
    ],
)
def test_a_distance_or_a_rule_means_distances_unless_something_says_otherwise(address: Address, decides: str) -> None:
    assert address.decides_by == decides
    for other in (SURENESS, DISTANCES):
        assert address.deciding_by(other).decides_by == other
    assert Address(decide=DISTANCES).deciding_by(SURENESS) == Address()
