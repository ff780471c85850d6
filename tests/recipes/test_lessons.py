"""The scripts behind How it works: digits that are held out, a tiny training, and pictures of the steps."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from product_matching.workflows.lessons.margins import DIGITS
from recipes.lessons import margins, steps


def test_held_out_digits_are_none_of_those_trained_on() -> None:
    train, held_out = margins.split_digits()
    assert set(train.labels.tolist()) == set(held_out.labels.tolist()) == set(range(len(DIGITS)))
    assert len(held_out.labels) == pytest.approx(len(train.labels) / 2, abs=1)
    assert float(train.pixels.max()) == 1.0
    seen = {tuple(row) for row in train.pixels.tolist()}
    assert sum(tuple(row) in seen for row in held_out.pixels.tolist()) == 0


@pytest.mark.parametrize("margin", [None, 0.3])
def test_a_training_is_repeatable_and_better_than_chance(monkeypatch: pytest.MonkeyPatch, margin: float | None) -> None:
    monkeypatch.setattr(margins, "STEPS", 60)
    train, held_out = margins.split_digits()
    first, again = (margins.train_one(train, held_out, margin, 8.0, seed=1) for _ in range(2))
    assert np.array_equal(first.embeddings, again.embeddings)
    assert first.bias.any() == (margin is None)
    assert first.right() > 0.6


def test_bars_stand_up_and_down_from_their_line() -> None:
    drawn = ElementTree.fromstring(steps.bars(np.array([1.0, -0.5]), (10, 50), 20, "red"))
    assert [(float(bar.get("y", 0)), float(bar.get("height", 0))) for bar in drawn] == [(30, 20), (50, 10)]


def test_a_title_is_cut_to_a_few_short_lines_and_safe() -> None:
    assert steps.title_lines("one two three four five six seven", chars=9, most=2) == ["one two", "three …"]
    assert steps.title_lines("one", chars=9) == ["one"]
    assert "&lt;b&gt;" in steps.words("<b>", (0, 0), "red")
