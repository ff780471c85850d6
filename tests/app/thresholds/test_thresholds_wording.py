"""Sentences, pictures and charts of the thresholds page."""

from __future__ import annotations

import math

import numpy as np
import pytest

from product_matching.app.thresholds.board import best_sure, sure_with_precision
from product_matching.app.thresholds.charts import OperatingPoint, surface_chart
from product_matching.app.thresholds.counting import GroupCounts
from product_matching.app.thresholds.guarantee_view import say_guarantee
from product_matching.app.thresholds.wording import (
    figure_text,
    hundred_dots,
    of_hundred,
    say_counts,
    say_expected,
    say_measured,
)
from product_matching.metrics.guarantee import guaranteed_threshold
from product_matching.metrics.setting_scores import Figure, SettingScores
from product_matching.workflows.threshold_curves import SURE_STEPS, PartScores


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.974, "97"), (1.0, "100"), (0.997, "over 99"), (0.003, "under 1"), (0.0, "0"), (math.nan, "–")],
)
def test_a_share_of_a_hundred_is_neither_all_nor_none_unless_it_is(share: float, text: str) -> None:
    assert of_hundred(share) == text


def test_the_sentences_say_what_is_known() -> None:
    assert say_measured(0.97, 0.91, "test part") == (
        "**97 of 100** shown pairs are right, **91 of 100** true ones are found (test part)"
    )
    assert say_measured(math.nan, 0.0, "test part") == say_expected(math.nan, 0) == "no pair is accepted"
    assert say_expected(0.93, 1.2) == ("about **93 of 100** shown pairs are expected to be right, 1 wrong one in all")
    counts = GroupCounts(groups=412, listings=1204, largest=9)
    assert say_counts(counts, 1300, 36, "10 to 90 % sure") == (
        "412 groups, 1,204 listings, largest 9; 36 pairs to review (10 to 90 % sure)."
    )
    assert say_counts(None, 1300, 1, "near") == "1,300 listings with a match; 1 pair to review (near)."
    assert figure_text(Figure(value=0.951, low=0.908, high=0.98)) == "95.1 % [90.8–98.0]"
    assert figure_text(Figure(value=math.nan, low=math.nan, high=math.nan)) == "–"


@pytest.mark.parametrize(("share", "filled"), [(0.0, 0), (0.954, 95), (1.0, 100), (math.nan, 0)])
def test_a_picture_has_as_many_coloured_dots(share: float, filled: int) -> None:
    picture = hundred_dots(share, "#123456")
    assert (picture.count("<circle"), picture.count('fill="#123456"')) == (100, filled)


def test_a_guarantee_says_what_is_shown_or_what_is_missing() -> None:
    right = np.ones(100, dtype=bool)
    shown = guaranteed_threshold(np.full(100, 0.8), right, SURE_STEPS, precision=0.95, confidence=0.95)
    assert say_guarantee(shown) == (
        "From **1 %** on at least 95 of 100 shown pairs are right, with 95 % confidence (n = 100, none wrong)."
    )
    few = guaranteed_threshold(np.full(40, 0.8), right[:40], SURE_STEPS, precision=0.95, confidence=0.95)
    assert say_guarantee(few).startswith("Not enough decisions yet: **19 more**, all of them right")
    right[:5] = False
    wrong = guaranteed_threshold(np.full(100, 0.8), right, SURE_STEPS, precision=0.95, confidence=0.95)
    assert "of the 100 decided pairs from 80 % on 5 are wrong. **108 more** there" in say_guarantee(wrong)


def scores(precision: list[float], f1: list[float]) -> SettingScores:
    """Scores along a few percentages, from 1 % on; 10 pairs are accepted at each but where the precision is NaN."""
    accepted = np.where(np.isnan(precision), 0, 10)
    return SettingScores(
        f1=np.array(f1),
        listing_precision=np.array(f1),
        listing_recall=np.array(f1),
        accepted=accepted,
        correct=np.round(np.nan_to_num(precision) * accepted).astype(np.int64),
        n_same=10,
        n=9,
        n_queries=5,
    )


def test_the_choices_are_made_on_the_part_that_chooses() -> None:
    choosing = scores([0.5, 0.9, 0.8, 0.9, math.nan], [0.4, 0.7, 0.6, 0.7, 0.1])
    curves = PartScores(choose=choosing, see=scores([1.0] * 5, [0.0, 0.0, 0.0, 0.0, 1.0]))
    assert best_sure(curves) == 2
    assert sure_with_precision(curves, 0.9) == 4, "every higher percentage has it too"
    assert sure_with_precision(curves, 0.5) == 1
    assert sure_with_precision(curves, 0.95) is None


def test_the_surface_can_be_chosen_at_every_combination_and_names_its_points() -> None:
    photo, title = np.array([0.0, 0.2]), np.array([0.0, 0.1, 0.2])
    flat = scores([0.5] * 6, [0.1] * 6)
    points = [OperatingPoint(name="", at=(0.1, 0.2)), OperatingPoint(name="best", at=(0.2, 0.0))]
    chart = surface_chart(flat, photo, title, points)
    dots = chart["data"][1]
    assert sorted(zip(dots["y"], dots["x"], strict=True)) == [(y, x) for y in (0.0, 0.2) for x in (0.0, 0.1, 0.2)]
    assert [label["text"] for label in chart["layout"]["annotations"]] == ["best"]
    assert chart["layout"]["yaxis"]["range"] == [-0.1, pytest.approx(0.3)]
